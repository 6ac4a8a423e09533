import Synchronization

/// The one HTTP/2 connection of a client: opened once for all who ask at the same time, and again when it has ended.
///
/// A server may choose HTTP/1.1 instead in TLS. The connection on which it has done so goes to the pool, and requests go
/// there until one of the pool's connections finds out that the server has come to choose HTTP/2.
final class SharedConnection: Sendable {
    private struct State {
        var current: HTTP2ClientConnection?
        var opening: Opening?
        var serverHasChosenHTTP1 = false
    }

    /// Brings nothing if the server has chosen HTTP/1.1.
    private typealias Opening = Task<HTTP2ClientConnection?, any Error>

    /// How many connections a request tries that does not get a hearing on any.
    private static let attempts = 4

    private let endpoint: Endpoint
    private let tls: TLSClientContext?
    private let loop: EventLoop
    private let configuration: HTTPClient.Configuration
    private let pool: ConnectionPool
    private let state = Mutex(State())

    init(
        endpoint: Endpoint, tls: TLSClientContext?, loop: EventLoop, configuration: HTTPClient.Configuration,
        pool: ConnectionPool
    ) {
        self.endpoint = endpoint
        self.tls = tls
        self.loop = loop
        self.configuration = configuration
        self.pool = pool
    }

    deinit {
        close()
    }

    /// Lets the connection end after the requests that are under way.
    func close() {
        let current = state.withLock { state in
            defer { state.current = nil }
            return state.current
        }
        current?.closeWhenIdle()
    }

    /// Sends a request and returns when the head of the answer is there; or returns nil if the server has chosen HTTP/1.1.
    func send(_ request: OutgoingRequest, _ timeout: Duration) async throws -> ClientResponse? {
        var failures = 0
        while true {
            guard let connection = try await connection() else { return nil }
            let wasUsed = connection.hasAnswered
            do {
                return try await connection.send(request, timeout: timeout)
            } catch let error as HTTPError where error.cause is RequestNotProcessed && request.canBeSentAgain {
                failures += 1
                guard failures < Self.attempts else { throw error }
            } catch HTTPError.Code.connectionClosed where wasUsed && request.mayBeRepeated && failures == 0 {
                // The server has closed the idle connection while the request was on its way.
                failures += 1
            }
        }
    }

    /// Takes over a connection on which the server has chosen HTTP/2, and nothing has been said yet.
    func adopt(_ connection: ClientConnection) throws {
        let connection = try connection.switchToHTTP2(configuration)
        let surplus = state.withLock { state in
            state.serverHasChosenHTTP1 = false
            defer { state.current = connection }
            return state.current
        }
        surplus?.closeWhenIdle()
    }

    private enum Found {
        case open(HTTP2ClientConnection)
        case opening(Opening)
        case http1
    }

    private func connection() async throws -> HTTP2ClientConnection? {
        let found = state.withLock { state -> Found in
            if let current = state.current, current.takesRequests { return .open(current) }
            if state.serverHasChosenHTTP1 { return .http1 }
            if let opening = state.opening { return .opening(opening) }
            let opening = Opening { try await open() }
            state.opening = opening
            return .opening(opening)
        }
        switch found {
        case .open(let connection):
            return connection
        case .opening(let task):
            let connection = try await task.value
            try Task.checkCancellation()
            return connection
        case .http1:
            return nil
        }
    }

    private func open() async throws -> HTTP2ClientConnection? {
        let result: Result<HTTP2ClientConnection?, any Error>
        do {
            let connection = try await ClientConnection.open(endpoint, tls: tls, loop: loop, configuration)
            if connection.speaksHTTP2 {
                result = .success(try connection.switchToHTTP2(configuration))
            } else {
                pool.put(connection)
                result = .success(nil)
            }
        } catch {
            result = .failure(error)
        }
        return try state.withLock { state in
            state.opening = nil
            let connection = try result.get()
            state.current = connection
            state.serverHasChosenHTTP1 = connection == nil
            return connection
        }
    }
}

/// The cause of an error after which it is certain that the server has done nothing about a request (RFC 9113 section 8.7).
struct RequestNotProcessed: Error {}
