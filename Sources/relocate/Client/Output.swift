import Glibc

/// Standard output and standard error.
struct Output: Sendable {
    /// Where results go.
    static let results = Output(descriptor: STDOUT_FILENO)
    /// Where complaints and progress go.
    static let complaints = Output(descriptor: STDERR_FILENO)

    /// Whether somebody looks at it now.
    let isTerminal: Bool
    /// Whether it is written in colours: on a terminal that has them, unless `NO_COLOR` is set (no-color.org).
    let style: Style
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        let environment = Environment()
        style = Style(
            isColoured: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb")
    }

    /// Writes text as it is.
    /// - Throws: `ClientError.outputClosed` when nobody reads any more, `ClientError.failed` when the disk is full.
    func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// Writes bytes as they are.
    /// - Throws: as `write(_:)` for text.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                    continue
                }
                if errno == EPIPE { throw ClientError.outputClosed }
                throw ClientError.failed("cannot write the output: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes a line of text.
    func line(_ text: String, _ tone: Tone = .plain) throws { try write(style.paint(text, tone) + "\n") }

    /// Writes a JSON document and ends its line.
    func json(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        try write(bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")])
    }
}

/// The environment variables of the process.
struct Environment: Sendable {
    /// A variable; `nil` when it is not set.
    subscript(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
