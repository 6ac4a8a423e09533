/// Takes apart the stream in which a daemon sends output and errors of a container without a terminal: frames of a header
/// of eight bytes (which stream, three zeros, the length with its highest byte first) and the bytes written.
struct OutputFrames {
    /// The longest frame that is taken. The daemon makes them of lines that it cuts at 16 KiB, and of reads of 32 KiB; some
    /// log drivers keep longer lines.
    static let lengthLimit = 16 * 1024 * 1024
    private static let headerLength = 8

    private enum Stream: UInt8 {
        case input = 0
        case output = 1
        case errors = 2
        /// The daemon itself has failed at reading the log.
        case failure = 3
    }

    private let limit: Int
    private var header: [UInt8] = []
    private var stream = Stream.output
    private var remaining = 0
    private var failure: [UInt8] = []
    private var collected = ContainerOutput()

    /// Output of at most this many bytes.
    init(limit: Int) { self.limit = limit }

    /// Takes the next piece of the stream, cut anywhere.
    /// - Throws: `DockerError` with the case `invalidAnswer` when it is no such stream, or there is too much of it.
    mutating func take(_ piece: [UInt8]) throws(DockerError) {
        var piece = piece[...]
        while !piece.isEmpty {
            if remaining == 0 {
                let needed = piece.prefix(Self.headerLength - header.count)
                header += needed
                piece = piece.dropFirst(needed.count)
                if header.count == Self.headerLength { try beginFrame() }
            } else {
                let content = piece.prefix(remaining)
                try append(content)
                remaining -= content.count
                piece = piece.dropFirst(content.count)
            }
        }
    }

    /// What has been written, at the end of the stream.
    /// - Throws: `DockerError` with the case `invalidAnswer` when the stream ends within a frame, and `refused` when the
    ///   daemon has failed to read the log.
    func finish() throws(DockerError) -> ContainerOutput {
        guard failure.isEmpty else {
            throw .refused(status: 200, message: String(decoding: failure, as: UTF8.self))
        }
        guard remaining == 0, header.isEmpty else {
            throw .invalidAnswer("the container's output ends in the middle of a frame")
        }
        return collected
    }

    private mutating func beginFrame() throws(DockerError) {
        guard let stream = Stream(rawValue: header[0]), header[1...3].allSatisfy({ $0 == 0 }) else {
            throw .invalidAnswer("the container's output has a frame of an unknown kind")
        }
        let length = header[4...].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.lengthLimit else {
            throw .invalidAnswer("a frame of the container's output claims to have \(length) bytes")
        }
        self.stream = stream
        remaining = length
        header.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ content: ArraySlice<UInt8>) throws(DockerError) {
        let count = collected.written.count + failure.count + content.count
        guard count <= limit else { throw Self.tooMuch(limit) }
        switch stream {
        case .input, .output: collected.append(content)
        case .errors: collected.append(content, toErrors: true)
        case .failure: failure += content
        }
    }

    /// More output than was allowed.
    static func tooMuch(_ limit: Int) -> DockerError {
        .invalidAnswer("the container's output has more than \(limit) bytes; ask for fewer lines, or allow for more")
    }
}
