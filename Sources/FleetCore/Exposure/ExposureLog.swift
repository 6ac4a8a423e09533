import FleetModel
import MovingTarget
import Synchronization

/// The one book of who was beside whom. The fleet tells it of each change in the act of making it, so that whoever reads
/// the fleet and the book sees the same.
package final class ExposureLog: Sendable {
    /// How slowly time beside others is forgotten where placement is concerned, in seconds. Policies may remember for
    /// longer or shorter; what they say of tenants is read from this one memory.
    package static let memorySeconds = 3600.0

    private let book: Mutex<ExposureBook>

    /// A log that goes on from what is known.
    package init(_ book: ExposureBook = ExposureBook(memorySeconds: memorySeconds)) { self.book = Mutex(book) }

    /// Takes events in the order in which they happened.
    /// - Parameter state: the fleet after them.
    package func take(_ events: [FleetEvent], in state: FleetState) {
        book.withLock { book in
            for event in events { Self.take(event, in: state, &book) }
        }
    }

    /// Reads the book.
    package func read<Value: Sendable>(_ body: (borrowing ExposureBook) -> Value) -> Value {
        book.withLock { body($0) }
    }

    /// When the next stay beside somebody becomes longer than it may; `nil` when none does.
    package func nextOverdue(after now: Timestamp) -> Timestamp? { book.withLock { $0.nextOverdue(after: now) } }

    private static func take(_ event: FleetEvent, in state: FleetState, _ book: inout ExposureBook) {
        switch event.change {
        case .container(let container):
            if let residence = container.residence {
                book.arrive(residence, attackSeconds: state.policy(of: container).assumedAttackSeconds)
            } else {
                book.leave(container.name, at: event.at)
            }
        case .containerRemoved(let name): book.remove(name, at: event.at)
        case .tenantRemoved(let name): book.remove(name)
        case .policy(let record): setAttackSeconds(of: state.containerNames(under: record.name), in: state, &book)
        case .policyRemoved(let name): setAttackSeconds(of: state.containerNames(under: name), in: state, &book)
        case .tenant(let tenant): setAttackSeconds(of: state.containers(of: tenant.name).map(\.name), in: state, &book)
        case .host, .hostForgotten, .relocation, .progress, .image, .scheduler, .alarm, .refused: break
        }
    }

    /// Takes how long attacks on these containers are assumed to take by the policies that hold for them now.
    private static func setAttackSeconds(
        of names: [ContainerName], in state: FleetState, _ book: inout ExposureBook
    ) {
        for name in names {
            guard let container = state.containers[name] else { continue }
            book.setAttackSeconds(state.policy(of: container).assumedAttackSeconds, for: name)
        }
    }
}
