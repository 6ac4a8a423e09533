extension HTTPServer {
    /// The limits of a server. The defaults suit a control plane on a trusted network that strangers may reach.
    public struct Configuration: Sendable {
        /// How large a request may be.
        public var limits = MessageLimits()
        /// Open connections; more are answered with 503.
        public var maxConnections = 20_000
        /// Open connections from one IPv4 address or one IPv6 network of 64 bits; more are answered with 503. Clients on this
        /// machine, by loopback address or Unix socket, are not counted.
        public var maxConnectionsPerAddress = 4_000
        /// How long a client may take from connecting, or from the first byte of a request, to the end of the header section.
        public var headTimeout = Duration.seconds(10)
        /// How long a connection may stay open without a request.
        public var idleTimeout = Duration.seconds(75)
        /// How long the server waits for content before the first byte of it and whenever it falls behind `minBytesPerSecond`.
        public var bodyTimeout = Duration.seconds(20)
        /// How long a handler may take from the request, or from the last piece of content that it was given, to its answer. Then
        /// it is cancelled, and the client is answered with 503. An answer that has begun as a stream may take longer.
        public var handlerTimeout = Duration.seconds(60)
        /// How long a client may leave an answer or an event unread, and whenever it falls behind `minBytesPerSecond`.
        public var writeTimeout = Duration.seconds(10)
        /// The rate below which a sender or reader uses up its timeout.
        public var minBytesPerSecond = 1024
        /// How long and for how many bytes the server goes on reading after an early answer, so that the answer is not lost.
        public var lingerTimeout = Duration.seconds(2)
        /// The limits of connections that speak HTTP/2.
        public var http2 = HTTP2Limits()
        /// Where handlers run.
        public var execution = Execution.eventLoop

        /// The defaults.
        public init() {}
    }

    /// Where handlers run.
    public enum Execution: Sendable {
        /// On the thread that read the request: the fastest, for handlers that do not block and do not compute for long.
        case eventLoop
        /// On the concurrency runtime's pool.
        case concurrentPool
    }
}
