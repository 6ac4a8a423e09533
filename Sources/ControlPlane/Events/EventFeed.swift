import FleetModel
import Synchronization

/// Hands the fleet's events to those who watch.
///
/// A watcher that does not keep up is cut off, never skipped: it reads the rest from the ledger by the number of the
/// last event it has seen.
final class EventFeed: Sendable {
    private struct Watchers {
        var next = 0
        var continuations: [Int: AsyncStream<FleetEvent>.Continuation] = [:]
    }

    private static let backlog = 1024
    private let watchers = Mutex(Watchers())

    /// The events from now on. The stream ends when the watcher falls behind by more than 1024 events.
    func watch() -> AsyncStream<FleetEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: FleetEvent.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let number = watchers.withLock { watchers in
            watchers.next += 1
            watchers.continuations[watchers.next] = continuation
            return watchers.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.watchers.withLock { _ = $0.continuations.removeValue(forKey: number) }
        }
        return stream
    }

    func publish(_ events: [FleetEvent]) {
        let continuations = watchers.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            for event in events {
                guard case .dropped = continuation.yield(event) else { continue }
                continuation.finish()
                break
            }
        }
    }
}
