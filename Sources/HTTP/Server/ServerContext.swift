import Logging
import Synchronization

/// A connection as its server sees it, whatever is spoken on it.
protocol ServedConnection: AnyObject, Sendable {
    /// Who is at its other end.
    var peer: PeerAddress { get }
    /// Asks it to end after what it is doing.
    func beginShutdown()
    /// Closes it.
    func abort()
}

/// What the connections of a server share.
final class ServerContext: Sendable {
    typealias Responder = @Sendable (Request) async -> Response

    private struct State {
        var connections: [ObjectIdentifier: any ServedConnection] = [:]
        var quota: ConnectionQuota
        var isShuttingDown = false
        var whenEmpty: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: HTTPServer.Configuration
    let respond: Responder
    let logger: Logger
    private let state: Mutex<State>

    init(configuration: HTTPServer.Configuration, logger: Logger, respond: @escaping Responder) {
        self.configuration = configuration
        self.logger = logger
        self.respond = respond
        let quota = ConnectionQuota(
            limit: configuration.maxConnections, limitPerOrigin: configuration.maxConnectionsPerAddress)
        state = Mutex(State(quota: quota))
    }

    var connectionCount: Int { state.withLock { $0.connections.count } }

    /// Takes a connection in, and keeps it alive until it has closed.
    func admit(_ connection: any ServedConnection) -> ConnectionQuota.Admission {
        state.withLock { state in
            guard !state.isShuttingDown else { return .refused }
            let admission = state.quota.admit(connection.peer)
            if admission != .refused { state.connections[ObjectIdentifier(connection)] = connection }
            return admission
        }
    }

    /// Puts the one that goes on with a connection in the place of the one that began it.
    func replace(_ connection: any ServedConnection, with successor: any ServedConnection) {
        let (isShuttingDown, replaced) = state.withLock { state -> (Bool, (any ServedConnection)?) in
            let replaced = state.connections.removeValue(forKey: ObjectIdentifier(connection))
            state.connections[ObjectIdentifier(successor)] = successor
            return (state.isShuttingDown, replaced)
        }
        _ = replaced
        if isShuttingDown { successor.beginShutdown() }
    }

    func remove(_ connection: any ServedConnection) {
        let (removed, waiters) = state.withLock {
            state -> ((any ServedConnection)?, [CheckedContinuation<Void, Never>]) in
            let removed = state.connections.removeValue(forKey: ObjectIdentifier(connection))
            if removed != nil { state.quota.remove(connection.peer) }
            guard state.connections.isEmpty else { return (removed, []) }
            defer { state.whenEmpty = [] }
            return (removed, state.whenEmpty)
        }
        for waiter in waiters { waiter.resume() }
        _ = removed
    }

    /// Cancels a handler that has taken too long, whose client has been answered without it.
    func giveUp(_ handler: Task<Void, Never>, _ peer: PeerAddress) {
        logger.warning("a handler took too long and is given up", metadata: ["peer": "\(peer)"])
        handler.cancel()
    }

    /// Asks all connections to end after what they are doing.
    func beginShutdown() {
        let connections = state.withLock { state in
            state.isShuttingDown = true
            return Array(state.connections.values)
        }
        for connection in connections { connection.beginShutdown() }
    }

    /// Closes all connections.
    func abortAll() {
        for connection in state.withLock({ Array($0.connections.values) }) { connection.abort() }
    }

    func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.connections.isEmpty { state.whenEmpty.append(continuation) }
                return state.connections.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}
