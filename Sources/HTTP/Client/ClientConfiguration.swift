import HTTPTypes

extension HTTPClient {
    /// The limits of a client.
    public struct Configuration: Sendable {
        /// How large a response may be.
        public var limits: MessageLimits
        /// How to speak TLS with the server; nil for plain HTTP.
        public var tls: TLSClientConfiguration?
        /// How long opening a connection may take, the handshake of TLS included.
        public var connectTimeout = Duration.seconds(5)
        /// How long the server may leave a request unread, and whenever it falls behind 1 KiB/s.
        public var writeTimeout = Duration.seconds(20)
        /// How long an idle connection is kept. It should be less than the server's own limit.
        public var idleTimeout = Duration.seconds(30)
        /// How many idle connections are kept.
        public var maxIdleConnections = 8
        /// Fields for every request, such as `Authorization`.
        public var headerFields: HTTPFields = [:]

        /// The defaults; responses may have up to 1 TiB.
        public init() {
            limits = MessageLimits()
            limits.bodyBytes = 1 << 40
        }
    }
}
