import Dispatch
import FleetCore
import FleetModel
import Logging
import Synchronization
import SystemSupport

/// The time clock: one thread that sleeps until the next deadline and hands over the container that is due.
///
/// It never waits for the network or the disk. The fleet's state keeps the deadlines in order (`FleetState.dues`), so a look
/// costs what is due; that a deadline has moved is seen when it is the next.
final class Scheduler: Sendable {
    private struct State {
        var watch = DueWatch()
        /// When the thread looks by itself.
        var planned = Timestamp.now
        var isStopped = false
        var tickedAt = Timestamp.now
    }

    private static let longestSleep = 1.0
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    /// Ends when the thread has ended.
    private let end = AsyncStream.makeStream(of: Never.self)
    private let fleet: Fleet
    private let logger: Logger
    private let start: @Sendable (ContainerName) -> Void

    /// A scheduler that calls `start` for each container that is due. `start` must return at once.
    init(fleet: Fleet, logger: Logger, start: @escaping @Sendable (ContainerName) -> Void) {
        self.fleet = fleet
        self.logger = logger
        self.start = start
    }

    /// How long ago the thread last looked at the deadlines, in seconds.
    var secondsSinceTick: Double { Timestamp.now.seconds(since: state.withLock { $0.tickedAt }) }

    /// Starts the thread.
    func run() {
        OwnThread.insist(named: "scheduler") { [self] in
            loop()
            end.continuation.finish()
        }
    }

    /// Ends the thread, and waits until it has ended.
    func stop() async {
        state.withLock { $0.isStopped = true }
        wake.signal()
        for await _ in end.stream {}
    }

    /// Follows the fleet, until cancelled: what becomes due earlier than was planned wakes the thread.
    func follow() async {
        while !Task.isCancelled {
            let events = fleet.feed.watch(.deadlines)
            wake.signal()
            for await event in events {
                switch event.change {
                case .container(let container): look(at: container.name)
                case .relocation(let relocation) where relocation.state.isFinal: look(at: relocation.container)
                case .scheduler(paused: false): wake.signal()
                case .tenant(let tenant) where !tenant.isPaused: wake.signal()
                default: break
                }
            }
        }
    }

    private func look(at name: ContainerName) {
        guard let due = fleet.snapshot.due(of: name), due < state.withLock({ $0.planned }) else { return }
        wake.signal()
    }

    private func loop() {
        while true {
            let snapshot = fleet.snapshot
            let now = Timestamp.now
            let (due, isStopped) = state.withLock { state in
                state.tickedAt = now
                let (due, next) = state.watch.look(at: snapshot, now)
                let latest = now.advanced(bySeconds: Self.longestSleep)
                state.planned = min(next ?? latest, latest)
                return (due, state.isStopped)
            }
            if isStopped { return }
            for name in due { start(name) }
            let sleep = state.withLock { $0.planned }.seconds(since: .now)
            _ = wake.wait(timeout: .now() + max(0, sleep))
        }
    }
}
