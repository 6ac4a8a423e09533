import HTTPTypes

extension HTTPClient {
    /// What a client speaks.
    public enum Version: Sendable, Hashable {
        /// HTTP/1.1, with a connection for each request that is under way.
        case http1
        /// HTTP/2, with one connection for all requests, or HTTP/1.1 if the server chooses that in TLS. Without TLS the server
        /// must be known to speak it.
        case http2
    }

    /// The limits of a client.
    public struct Configuration: Sendable {
        /// What is spoken.
        public var version = Version.http1
        /// The limits of a connection that speaks HTTP/2.
        public var http2 = HTTP2Limits()
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
