import HTTPTypes

/// The content of a message that is sent piece by piece over HTTP/1.1: how its end is told, and how much is still to come.
struct OutgoingContent: Sendable {
    /// Up to this size a chunk is copied into one block with its frame.
    private static let copiedBelow = 1024

    private let framing: ResponseSerializer.Framing
    private var left = 0
    private var trailers: [UInt8] = []

    init(_ framing: ResponseSerializer.Framing) {
        self.framing = framing
        if case .length(let count) = framing { left = count }
    }

    init(request framing: MessageFraming.Body) {
        switch framing {
        case .none: self.init(.none)
        case .length(let count): self.init(.length(count))
        case .chunked: self.init(.chunked)
        }
    }

    /// Whether so many bytes may be sent without a frame.
    func takesPlain(_ count: Int) -> Bool {
        if case .length = framing { return count <= left }
        return false
    }

    /// Takes note of bytes that have been sent without a frame.
    mutating func note(_ count: Int) {
        left -= count
    }

    /// Sends a piece. Throws `HTTPError` with the code `bodyLengthMismatch` if it is more than was announced.
    mutating func write(_ bytes: [UInt8], to socket: inout StreamSocket, _ now: MonotonicTime) throws(HTTPError) {
        switch framing {
        case .chunked:
            writeChunk(bytes, to: &socket, now)
        case .length:
            guard bytes.count <= left else {
                throw HTTPError(.bodyLengthMismatch, "the content is longer than the length announced")
            }
            left -= bytes.count
            socket.send(bytes, now)
        case .none, .untilClose:
            socket.send(bytes, now)
        }
    }

    /// A small chunk is copied into one block; a large one leaves with its frame in one system call.
    private func writeChunk(_ bytes: [UInt8], to socket: inout StreamSocket, _ now: MonotonicTime) {
        var block: [UInt8] = []
        let isSmall = bytes.count < Self.copiedBelow
        block.reserveCapacity(20 + (isSmall ? bytes.count : 0))
        block.append(hexadecimal: bytes.count)
        block.append("\r\n")
        if isSmall {
            block += bytes
            block.append("\r\n")
            socket.send(block, now)
        } else {
            socket.hold(block)
            socket.hold(bytes)
            socket.hold([0x0D, 0x0A])
            socket.flush(now)
        }
    }

    /// Keeps fields for the end. Only chunks have a place for them.
    mutating func setTrailers(_ fields: HTTPFields) throws(HTTPError) {
        var bytes: [UInt8] = []
        for field in fields where !field.name.belongsToConnection { try FieldSerializer.append(field, to: &bytes) }
        trailers = bytes
    }

    /// Sends the end. Throws `HTTPError` with the code `bodyLengthMismatch` if less was sent than was announced.
    func finish(_ socket: inout StreamSocket, _ now: MonotonicTime) throws(HTTPError) {
        guard left == 0 else {
            throw HTTPError(.bodyLengthMismatch, "the content is shorter than the length announced")
        }
        if framing == .chunked { socket.hold(Array("0\r\n".utf8) + trailers + [0x0D, 0x0A]) }
        socket.flush(now)
    }
}
