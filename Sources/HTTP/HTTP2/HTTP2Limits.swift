/// The limits of an HTTP/2 connection, on either side.
public struct HTTP2Limits: Sendable, Hashable {
    /// Requests that one client may have under way on a connection; more are refused, and clients wait by themselves.
    public var maxConcurrentStreams = 100
    /// Bytes of content that may arrive on one stream without being read, at most 2^31 - 1.
    public var streamWindow = 256 * 1024
    /// Bytes of content that may arrive on all streams of a connection without being read, at most 2^31 - 1.
    public var connectionWindow = 4 * 1024 * 1024
    /// Streams that the peer may cancel in a row before its connection is closed.
    public var resetBurst = 1000
    /// Streams that the peer may cancel every second for ever.
    public var resetsPerSecond = 50
    /// Frames without use of their own (PING, SETTINGS, PRIORITY, empty DATA) that the peer may send in a row before its
    /// connection is closed.
    public var controlFrameBurst = 500
    /// Such frames that the peer may send every second for ever.
    public var controlFramesPerSecond = 50
    /// CONTINUATION frames that one header section may be spread over.
    public var maxContinuations = 8
    /// After how long a silence, while requests are under way, the peer is asked for a sign of life.
    public var pingInterval = Duration.seconds(30)
    /// How long the peer may take to give it before the connection is closed.
    public var pingTimeout = Duration.seconds(15)

    /// The defaults.
    public init() {}
}
