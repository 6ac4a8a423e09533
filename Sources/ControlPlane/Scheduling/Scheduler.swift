import FleetCore
import FleetModel
import Foundation
import HeapModule
import Logging
import Synchronization

/// The time clock: one thread that sleeps until the next deadline and hands over the container that is due.
///
/// It never waits for the network or the disk. A deadline in its heap is only a reason to look: whether the container
/// is still due is decided on the present state, so a deadline that moved costs nothing but a look.
final class Scheduler: Sendable {
    private struct Due: Comparable {
        var at: Timestamp
        var container: ContainerName

        static func < (left: Due, right: Due) -> Bool { (left.at, left.container) < (right.at, right.container) }
    }

    private struct State {
        var heap = Heap<Due>()
        var isStopped = false
        var tickedAt = Timestamp.now
    }

    private static let longestSleep = 1.0
    /// When to look again at a container that was handed over: what could not be done is tried again then.
    private static let secondsToSecondLook = 5.0
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let fleet: Fleet
    private let logger: Logger
    private let start: @Sendable (ContainerName) -> Void

    /// A scheduler that calls `start` for each container that is due. `start` must return at once.
    init(fleet: Fleet, logger: Logger, start: @escaping @Sendable (ContainerName) -> Void) {
        self.fleet = fleet
        self.logger = logger
        self.start = start
    }

    /// How long ago the thread last looked at its heap, in seconds.
    var secondsSinceTick: Double { Timestamp.now.seconds(since: state.withLock { $0.tickedAt }) }

    /// Starts the thread.
    func run() {
        let thread = Thread { [self] in loop() }
        thread.name = "scheduler"
        thread.start()
    }

    /// Ends the thread.
    func stop() {
        state.withLock { $0.isStopped = true }
        wake.signal()
    }

    /// Follows the fleet, until cancelled.
    func follow() async {
        while !Task.isCancelled {
            let events = fleet.feed.watch()
            for container in fleet.snapshot.containers.values { note(container) }
            for await event in events {
                switch event.change {
                case .container(let container): note(container)
                case .scheduler(paused: false): for container in fleet.snapshot.containers.values { note(container) }
                case .tenant(let tenant) where !tenant.isPaused:
                    for container in fleet.snapshot.containers(of: tenant.name) { note(container) }
                default: break
                }
            }
        }
    }

    private func note(_ container: Container) {
        guard let deadline = container.deadlineAt else { return }
        look(at: container.name, when: deadline)
        if let pin = container.pin, pin.until > deadline { look(at: container.name, when: pin.until) }
    }

    private func look(at container: ContainerName, when time: Timestamp) {
        let isNext = state.withLock { state in
            let isNext = state.heap.min.map { time < $0.at } ?? true
            state.heap.insert(Due(at: time, container: container))
            return isNext
        }
        if isNext { wake.signal() }
    }

    private func loop() {
        while true {
            let now = Timestamp.now
            let (due, sleep, isStopped) = state.withLock { state in
                state.tickedAt = now
                var due: [Due] = []
                while let next = state.heap.min, next.at <= now {
                    due.append(state.heap.removeMin())
                }
                let next = state.heap.min.map { $0.at.seconds(since: now) } ?? Self.longestSleep
                return (due, min(next, Self.longestSleep), state.isStopped)
            }
            if isStopped { return }
            let snapshot = fleet.snapshot
            for name in Set(due.map(\.container)) where snapshot.isDue(name, at: now) {
                start(name)
                look(at: name, when: now.advanced(bySeconds: Self.secondsToSecondLook))
            }
            _ = wake.wait(timeout: .now() + sleep)
        }
    }
}
