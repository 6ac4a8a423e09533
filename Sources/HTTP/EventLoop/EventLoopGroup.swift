import CLinux
import Synchronization

/// The event loops of a process. All servers and clients share them, so another server costs a socket, not a thread.
final class EventLoopGroup: Sendable {
    /// As many loops as processors that the process may use, started at first use and never stopped.
    static let shared = Result { try EventLoopGroup(count: max(1, Int(linux_usable_processors()))) }

    private let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    init(count: Int) throws {
        loops = try (0..<count).map { try EventLoop(name: "http-\($0)") }
    }

    /// The next loop in turn.
    func next() -> EventLoop {
        loops[turn.wrappingAdd(1, ordering: .relaxed).oldValue % loops.count]
    }
}
