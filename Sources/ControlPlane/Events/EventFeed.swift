import FleetModel
import Synchronization

/// Hands the fleet's events to those who watch: all of them, or those about one thing.
///
/// A watcher that does not keep up is cut off, never skipped: it reads the rest from the ledger by the number of the
/// last event it has seen.
final class EventFeed: Sendable {
    /// What a watcher wants to hear of.
    enum Subject: Hashable {
        /// A container, also that it is gone.
        case container(ContainerName)
        /// A relocation.
        case relocation(RelocationID)
        /// On which it depends when the clock moves containers.
        case deadlines
        /// On which it depends how alike the hosts are.
        case likeness
    }

    private typealias Continuations = [Int: AsyncStream<PublishedEvent>.Continuation]

    private struct Watchers {
        var next = 0
        /// By what they want to hear of; `nil` for everything.
        var bySubject: [Subject?: Continuations] = [:]
    }

    private static let backlog = 1024
    private let watchers = Mutex(Watchers())

    /// The events from now on. The stream ends when the watcher falls behind by more than 1024 events.
    /// - Parameter subject: what they are to be about; `nil` for all.
    func watch(_ subject: Subject? = nil) -> AsyncStream<PublishedEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PublishedEvent.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let number = watchers.withLock { watchers in
            watchers.next += 1
            watchers.bySubject[subject, default: [:]][watchers.next] = continuation
            return watchers.next
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number, subject) }
        return stream
    }

    func publish(_ events: [FleetEvent]) {
        for event in events.map(PublishedEvent.init) {
            for continuation in listeners(to: event.change) {
                if case .dropped = continuation.yield(event) { continuation.finish() }
            }
        }
    }

    private func listeners(to change: FleetChange) -> [AsyncStream<PublishedEvent>.Continuation] {
        watchers.withLock { watchers in
            let all = Array((watchers.bySubject[nil] ?? [:]).values)
            return change.subjects.reduce(into: all) { $0 += (watchers.bySubject[$1] ?? [:]).values }
        }
    }

    private func forget(_ number: Int, _ subject: Subject?) {
        watchers.withLock { watchers in
            watchers.bySubject[subject]?[number] = nil
            if watchers.bySubject[subject]?.isEmpty == true { watchers.bySubject[subject] = nil }
        }
    }
}

extension FleetChange {
    /// What it is about, for those who do not watch everything.
    fileprivate var subjects: [EventFeed.Subject] {
        switch self {
        case .container(let container): [.container(container.name), .deadlines]
        case .containerRemoved(let name): [.container(name)]
        case .relocation(let relocation):
            relocation.state.isFinal ? [.relocation(relocation.id), .deadlines] : [.relocation(relocation.id)]
        case .progress(let progress): [.relocation(progress.id)]
        case .host, .hostForgotten, .policy: [.likeness]
        case .tenant, .scheduler: [.deadlines]
        case .tenantRemoved, .policyRemoved, .image, .alarm, .refused: []
        }
    }
}
