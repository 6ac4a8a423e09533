import Synchronization

/// The idle connections of a client, most recently used last.
final class ConnectionPool: Sendable {
    private struct Idle: Sendable {
        var connection: ClientConnection
        var since: MonotonicTime
    }

    private struct State {
        var idle: [Idle] = []
        var isClosed = false
    }

    private let limit: Int
    private let timeout: Duration
    private let state = Mutex(State())

    init(limit: Int, timeout: Duration) {
        self.limit = limit
        self.timeout = timeout
    }

    deinit {
        close()
    }

    /// A connection that can be used again. Those that cannot are closed.
    func take() -> ClientConnection? {
        while let idle = state.withLock({ $0.idle.popLast() }) {
            if idle.since + timeout > .now(), idle.connection.isReusable { return idle.connection }
            idle.connection.close()
        }
        return nil
    }

    /// Takes a connection back, or closes it if it is of no more use.
    func put(_ connection: ClientConnection) {
        let surplus: [ClientConnection] =
            connection.isReusable
            ? state.withLock { state in
                guard !state.isClosed, limit > 0 else { return [connection] }
                state.idle.append(Idle(connection: connection, since: .now()))
                guard state.idle.count > limit else { return [] }
                return [state.idle.removeFirst().connection]
            } : [connection]
        for connection in surplus { connection.close() }
    }

    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for entry in idle { entry.connection.close() }
    }
}
