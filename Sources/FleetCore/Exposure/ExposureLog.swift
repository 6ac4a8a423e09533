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

    /// Finds out by then beside whom which containers have been for longer in sum than they may, and by which of these limits
    /// some have been beside strangers for longer.
    package func overLimits(
        of limits: Set<ExposureLimits> = [], at now: Timestamp
    ) -> (groups: [ContainerName: Party], strangers: Set<ExposureLimits>) {
        book.withLock { book in
            book.updateSums(at: now)
            return (book.overGroupLimit, limits.filter { book.overStrangersLimit($0) > 0 })
        }
    }

    /// When the next stay beside somebody becomes longer than it may; `nil` when none does.
    package func nextOverdue(after now: Timestamp) -> Timestamp? { book.withLock { $0.nextOverdue(after: now) } }

    private static func take(_ event: FleetEvent, in state: FleetState, _ book: inout ExposureBook) {
        switch event.change {
        case .container(let container):
            if let residence = container.residence {
                book.arrive(residence, limits: state.exposureLimits(of: container))
            } else {
                book.leave(container.name, at: event.at)
            }
        case .containerRemoved(let name): book.remove(name, at: event.at)
        case .tenantRemoved(let name): book.remove(name)
        case .policy(let record):
            setLimits(of: state.containerNames(under: record.name), in: state, at: event.at, &book)
        case .policyRemoved(let name): setLimits(of: state.containerNames(under: name), in: state, at: event.at, &book)
        case .tenant(let tenant):
            book.setGroup(tenant.trustGroup, of: tenant.name, at: event.at)
            setLimits(of: state.containers(of: tenant.name).map(\.name), in: state, at: event.at, &book)
        case .host, .hostForgotten, .relocation, .progress, .image, .scheduler, .alarm, .refused: break
        }
    }

    /// Takes how these containers are judged by the policies that hold for them now.
    private static func setLimits(
        of names: [ContainerName], in state: FleetState, at time: Timestamp, _ book: inout ExposureBook
    ) {
        for name in names {
            guard let container = state.containers[name] else { continue }
            book.setLimits(state.exposureLimits(of: container), for: name, at: time)
        }
    }
}
