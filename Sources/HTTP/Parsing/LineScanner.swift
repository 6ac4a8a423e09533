import Glibc

/// Finds the lines of a head in a buffer that grows, without looking at any byte twice. A line ends in CRLF and in
/// nothing else: a bare LF is refused (RFC 9112 section 2.2 lets a server do so, and accepting it invites smuggling).
struct LineScanner: Sendable {
    /// Where the line that is being read begins.
    private(set) var lineStart = 0
    private var scanned = 0

    enum Found {
        /// A complete line, without its CRLF.
        case line(Range<Int>)
        /// The line is not complete. It has so many bytes so far.
        case partial(Int)
        /// The line ends in LF without CR, after so many bytes. Had it come in pieces, it might have passed a limit before
        /// its end was seen, so limits are looked at first.
        case bareLineFeed(Int)
    }

    static let bareLineFeed = HTTPError(.badRequest, "a line ends in LF without CR")

    mutating func next(in bytes: UnsafeRawBufferPointer) -> Found {
        guard scanned < bytes.count, let base = bytes.baseAddress,
            let hit = memchr(base + scanned, Int32(Characters.lineFeed), bytes.count - scanned)
        else {
            scanned = bytes.count
            return .partial(scanned - lineStart)
        }
        let index = UnsafeRawPointer(hit) - base
        guard index > lineStart, bytes[index - 1] == Characters.carriageReturn else {
            return .bareLineFeed(index - lineStart)
        }
        let line = lineStart..<(index - 1)
        lineStart = index + 1
        scanned = lineStart
        return .line(line)
    }
}
