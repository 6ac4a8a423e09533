/// How large a message may be.
public struct MessageLimits: Sendable, Hashable {
    /// Bytes of the request line or status line; more is answered with 414.
    public var startLineBytes = 8 * 1024
    /// Bytes of the start line and all header fields; more is answered with 431.
    public var headBytes = 64 * 1024
    /// Header fields; more is answered with 431.
    public var fieldCount = 128
    /// Bytes of content; more is answered with 413.
    public var bodyBytes = 64 * 1024 * 1024
    /// Bytes of chunk extensions in one message; they are ignored.
    public var chunkExtensionBytes = 4 * 1024
    /// Bytes of trailer fields; more is answered with 431.
    public var trailerBytes = 8 * 1024

    /// The defaults.
    public init() {}
}
