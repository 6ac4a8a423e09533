import Synchronization

/// The one HTTP/2 connection of a client: opened once for all who ask at the same time, and again when it has ended.
final class SharedConnection: Sendable {
    private struct State {
        var current: HTTP2ClientConnection?
        var opening: Task<HTTP2ClientConnection, any Error>?
    }

    /// How many connections a request tries that does not get a hearing on any.
    private static let attempts = 4

    private let endpoint: Endpoint
    private let tls: TLSClientContext?
    private let loop: EventLoop
    private let configuration: HTTPClient.Configuration
    private let state = Mutex(State())

    init(endpoint: Endpoint, tls: TLSClientContext?, loop: EventLoop, configuration: HTTPClient.Configuration) {
        self.endpoint = endpoint
        self.tls = tls
        self.loop = loop
        self.configuration = configuration
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

    /// Sends a request and returns when the head of the answer is there.
    func send(_ request: OutgoingRequest, _ timeout: Duration) async throws -> ClientResponse {
        var failures = 0
        while true {
            let connection = try await connection()
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

    private enum Found {
        case open(HTTP2ClientConnection)
        case opening(Task<HTTP2ClientConnection, any Error>)
    }

    private func connection() async throws -> HTTP2ClientConnection {
        let found = state.withLock { state -> Found in
            if let current = state.current, current.takesRequests { return .open(current) }
            if let opening = state.opening { return .opening(opening) }
            let opening = Task { try await open() }
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
        }
    }

    private func open() async throws -> HTTP2ClientConnection {
        let result: Result<HTTP2ClientConnection, any Error>
        do {
            let connection = try await ClientConnection.open(endpoint, tls: tls, loop: loop, configuration)
            guard tls == nil || connection.negotiatedProtocol == ApplicationProtocol.http2 else {
                connection.close()
                throw HTTPError(.tlsFailed, "\(endpoint) does not speak HTTP/2")
            }
            result = .success(try connection.switchToHTTP2(configuration))
        } catch {
            result = .failure(error)
        }
        state.withLock { state in
            state.opening = nil
            state.current = try? result.get()
        }
        return try result.get()
    }
}

/// The cause of an error after which it is certain that the server has done nothing about a request (RFC 9113 section 8.7).
struct RequestNotProcessed: Error {}
