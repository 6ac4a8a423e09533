import CLinux
import Glibc
import Logging
import Synchronization

/// Accepts connections and deals them out to the event loops in turn.
///
/// When the process runs out of descriptors the listener stays open and pauses: clients wait in the kernel's queue and
/// are served as soon as descriptors are free again.
final class Listener: EventHandler {
    private struct State {
        var socket: ListeningSocket?
        var token: EventLoop.Token?
        var isPaused = false
        /// Nothing could be accepted since the last warning, so another one would say nothing new.
        var isStarved = false
    }

    private static let acceptsPerEvent = 64
    private static let pause = Duration.milliseconds(20)

    private let loop: EventLoop
    private let group: EventLoopGroup
    private let context: ServerContext
    private let tls: TLSServerContext?
    private let state: Mutex<State>

    init(_ socket: ListeningSocket, tls: TLSServerContext?, group: EventLoopGroup, context: ServerContext) {
        loop = group.next()
        self.group = group
        self.context = context
        self.tls = tls
        state = Mutex(State(socket: socket))
    }

    func start() throws {
        try state.withLock { state in
            guard let socket = state.socket else { return }
            state.token = try loop.register(socket.descriptor, self, edgeTriggered: false)
        }
    }

    /// Refuses new connections from now on.
    func close() {
        let token = state.withLock { state in
            state.socket?.close()
            state.socket = nil
            return state.token
        }
        if let token { loop.forget(token) }
    }

    func ready(_ readiness: Readiness) {
        for _ in 0..<Self.acceptsPerEvent {
            switch acceptOne() {
            case .accepted(let socket, let peer): serve(socket, peer)
            case .none: return
            case .outOfResources(let number, let isNew):
                if isNew {
                    context.logger.warning(
                        "accepting pauses for lack of resources", metadata: ["error": "\(SystemError(number: number))"])
                }
                return
            }
        }
    }

    func timerFired(now: MonotonicTime) {
        state.withLock { state in
            guard state.isPaused, let socket = state.socket, let token = state.token else { return }
            state.isPaused = false
            loop.setInterest(socket.descriptor, token, reading: true)
        }
    }

    private enum Accepted {
        case accepted(Int32, PeerAddress)
        case none
        case outOfResources(Int32, isNew: Bool)
    }

    private func acceptOne() -> Accepted {
        state.withLock { state in
            guard let socket = state.socket, let token = state.token else { return .none }
            while true {
                var storage = sockaddr_storage()
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let descriptor = withUnsafeMutablePointer(to: &storage) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        accept4(socket.descriptor, $0, &length, linux_nonblocking | linux_close_on_exec)
                    }
                }
                if descriptor >= 0 {
                    state.isStarved = false
                    return .accepted(descriptor, Self.peer(descriptor, &storage))
                }
                switch errno {
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    let number = errno
                    let isNew = !state.isStarved
                    state.isStarved = true
                    state.isPaused = true
                    loop.setInterest(socket.descriptor, token, reading: false)
                    loop.arm(token, at: .now() + Self.pause)
                    return .outOfResources(number, isNew: isNew)
                case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH, EPERM:
                    // One client's trouble (accept(2)); the next may be fine.
                    continue
                default:
                    return .none
                }
            }
        }
    }

    private func serve(_ socket: Int32, _ peer: PeerAddress) {
        if case .ip = peer { SocketOperations.disableDelay(socket) }
        let connection = ServerConnection(
            socket: socket, peer: peer, tls: tls?.current(context.logger), loop: group.next(), context: context)
        switch context.admit(connection) {
        case .welcome: connection.start(turnedAway: false)
        case .turnedAway: connection.start(turnedAway: true)
        case .refused: _ = Glibc.close(socket)
        }
    }

    private static func peer(_ socket: Int32, _ storage: inout sockaddr_storage) -> PeerAddress {
        if let (host, port) = SocketAddress.hostAndPort(of: &storage) { return .ip(host, port: port) }
        var credentials = linux_peer_credentials()
        var length = socklen_t(MemoryLayout<linux_peer_credentials>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return .unknown }
        return .local(processID: Int(credentials.process), userID: Int(credentials.user))
    }
}
