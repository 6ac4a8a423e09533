import Logging
import Synchronization

/// A server of HTTP/1.1 and HTTP/2. What a connection speaks is told by its first bytes.
///
/// ```swift
/// var router = Router()
/// router.on(.get, "/hello/{name}") { request in .text("Hello, \(request.parameters["name"] ?? "you")!") }
/// let server = try HTTPServer(router: router, logger: logger)
/// try server.start([.tcp(host: "127.0.0.1", port: 8080)])
/// …
/// await server.shutdown(deadline: .seconds(10))
/// ```
///
/// Servers are cheap: all of a process share the same event loops. Different routers on different addresses are several
/// servers.
public final class HTTPServer: Sendable {
    private struct State {
        var listeners: [Listener] = []
        var isShutDown = false
    }

    private let context: ServerContext
    private let group: EventLoopGroup
    private let state = Mutex(State())

    /// A server that answers with what the closure returns. Throws `HTTPError` if the event loops cannot be started.
    public init(
        configuration: Configuration = Configuration(), logger: Logger,
        respond: @escaping @Sendable (Request) async -> Response
    ) throws {
        group = try EventLoopGroup.shared.get()
        context = ServerContext(configuration: configuration, logger: logger, respond: respond)
    }

    /// A server that answers through a router. Throws `HTTPError` if the event loops cannot be started.
    public convenience init(configuration: Configuration = Configuration(), router: Router, logger: Logger) throws {
        try self.init(configuration: configuration, logger: logger) { await router.respond(to: $0, logger: logger) }
    }

    /// Listens on all addresses, or on none if one of them fails. May be called again for more.
    ///
    /// - Parameters:
    ///   - addresses: Where to listen.
    ///   - tls: How to speak TLS there; nil for plain HTTP.
    /// - Returns: the addresses with the ports that were really bound.
    /// - Throws: `HTTPError` with the code `addressInUse`, `invalidAddress`, `system` or `shuttingDown`.
    @discardableResult
    public func start(_ addresses: [ListenAddress], tls: TLSServerContext? = nil) throws -> [ListenAddress] {
        try state.withLock { state in
            guard !state.isShutDown else { throw HTTPError(.shuttingDown, "the server has been shut down") }
            var opened: [(socket: ListeningSocket, listener: Listener)] = []
            do {
                for address in addresses {
                    let socket = try ListeningSocket(address)
                    opened.append((socket, Listener(socket, tls: tls, group: group, context: context)))
                }
                for (_, listener) in opened { try listener.start() }
            } catch {
                for (_, listener) in opened { listener.close() }
                throw error
            }
            state.listeners += opened.map(\.listener)
            return opened.map(\.socket.address)
        }
    }

    /// How many connections are open.
    public var connectionCount: Int { context.connectionCount }

    /// Refuses new connections, closes idle ones, ends event streams, lets running requests finish, and closes what is
    /// left at the deadline. Returns when every connection is closed.
    public func shutdown(deadline: Duration) async {
        let listeners = state.withLock { state in
            state.isShutDown = true
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { listener.close() }
        context.beginShutdown()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.context.waitUntilEmpty() }
            group.addTask {
                do { try await Task.sleep(for: deadline) } catch { return }
                self.context.abortAll()
            }
            await group.next()
            group.cancelAll()
            await group.waitForAll()
        }
    }
}
