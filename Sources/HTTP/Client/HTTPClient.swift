import HTTPTypes

/// A client of one server. With HTTP/1.1 it has a pool of connections that are kept alive, with HTTP/2 one connection for all
/// requests.
///
/// ```swift
/// let client = try HTTPClient(endpoint: .tcp(host: "127.0.0.1", port: 8080))
/// let response = try await client.send(.get, "/v1/hosts")
/// let bytes = try await response.collect(upTo: 1 << 20)
/// ```
public final class HTTPClient: Sendable {
    /// The server.
    public let endpoint: Endpoint
    /// The limits.
    public let configuration: Configuration

    private let group: EventLoopGroup
    private let pool: ConnectionPool
    private let shared: SharedConnection
    private let tls: TLSClientContext?

    /// A client of this server. It connects with the first request. Throws `HTTPError` if the event loops cannot be
    /// started, and with the code `tlsFailed` if certificates or keys cannot be used.
    public init(endpoint: Endpoint, configuration: Configuration = Configuration()) throws {
        self.endpoint = endpoint
        self.configuration = configuration
        group = try EventLoopGroup.shared.get()
        tls = try configuration.tls.map { try TLSClientContext($0, endpoint, configuration.version) }
        pool = ConnectionPool(limit: configuration.maxIdleConnections, timeout: configuration.idleTimeout)
        shared = SharedConnection(
            endpoint: endpoint, tls: tls, loop: group.next(), configuration: configuration, pool: pool)
    }

    /// Closes the idle connections. Requests that are under way go on.
    public func close() {
        pool.close()
        shared.close()
    }

    /// Sends a request and returns when the head of the answer is there, whatever its status.
    ///
    /// A request on a kept connection that the server closed at the same moment is sent again on a new one, if its
    /// content is not streamed and its method may be repeated (RFC 9110 section 9.2.2). With HTTP/2 any request is sent
    /// again that the server says it has not looked at, unless its content is streamed.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - pathAndQuery: Path and query, encoded, beginning with a slash.
    ///   - headerFields: Fields in addition to those of the configuration; Host and the length are added.
    ///   - body: The content.
    ///   - timeout: How long the head of the answer may take after the request is sent, and each piece of its content.
    /// - Throws: `HTTPError` with the code `connectFailed`, `tlsFailed`, `timeout`, `writeStalled`, `connectionClosed`,
    ///   `invalidResponse`, `invalidHeader` or `system`, or `CancellationError`.
    public func send(
        _ method: HTTPRequest.Method, _ pathAndQuery: String, headerFields: HTTPFields = [:], body: ClientBody = .empty,
        timeout: Duration = .seconds(30)
    ) async throws -> ClientResponse {
        let request = try OutgoingRequest(
            method, pathAndQuery, [configuration.headerFields, headerFields], body, authority: endpoint.authority)
        return try await send(request, timeout)
    }

    private func send(_ request: OutgoingRequest, _ timeout: Duration) async throws -> ClientResponse {
        if configuration.version == .http2, let response = try await shared.send(request, timeout) { return response }
        return try await sendByHTTP1(request, timeout)
    }

    private func sendByHTTP1(_ request: OutgoingRequest, _ timeout: Duration) async throws -> ClientResponse {
        let head = try request.http1Head()
        while let connection = pool.take() {
            guard connection.begin(request, head: head) else {
                connection.close()
                continue
            }
            do {
                return try await exchange(request, connection, timeout)
            } catch HTTPError.Code.connectionClosed where request.mayBeRepeated && !connection.hasReceived {
                // The server has closed the idle connection while the request was on its way.
                break
            }
        }
        let connection = try await ClientConnection.open(endpoint, tls: tls, loop: group.next(), configuration)
        guard !connection.speaksHTTP2 else {
            // The server has changed its mind.
            try shared.adopt(connection)
            return try await send(request, timeout)
        }
        guard connection.begin(request, head: head) else {
            let failure = connection.failure
            connection.close()
            try Task.checkCancellation()
            throw failure ?? HTTPError(.connectionClosed, "the server closed the new connection")
        }
        return try await exchange(request, connection, timeout)
    }

    /// Goes on with a request that has begun.
    private func exchange(
        _ request: OutgoingRequest, _ connection: ClientConnection, _ timeout: Duration
    ) async throws -> ClientResponse {
        do {
            try await sendRest(of: request, connection)
            let head = try await connection.head(timeout: timeout)
            if !head.hasContent { pool.put(connection) }
            let source = PooledBodySource(connection: connection, pool: pool, timeout: timeout)
            return ClientResponse(head, head.hasContent ? source : nil)
        } catch {
            connection.close()
            throw error
        }
    }

    /// Streams the content. When the answer comes before all of it is sent, the rest is not sent: the answer, most likely
    /// an error, says why.
    private func sendRest(of request: OutgoingRequest, _ connection: ClientConnection) async throws {
        guard request.rest != .none else { return }
        do {
            try await request.sendContent(ClientConnection.Writer(connection: connection))
            try connection.finishRequest()
        } catch HTTPError.Code.connectionClosed where connection.takesNoMore {
            // Whether there is an answer shows when it is read; if there is none, that fails in the same way.
            return
        }
    }
}
