import FleetModel

/// Makes a book from stays in the order of their arrivals, as the ledger gives them after a restart.
///
/// What ended at the instant at which something else began counts as having ended first.
public struct ExposureReplay: Sendable {
    private var book: ExposureBook
    private var departures = IndexedHeap<ContainerName, Int64>()
    /// The last instant that was told of.
    private var present = Timestamp(milliseconds: .min)

    /// Begins a book.
    /// - Parameters:
    ///   - memorySeconds: `ExposureBook.memorySeconds`.
    ///   - groups: the groups of tenants, as they are now: a ledger does not say which there were.
    public init(memorySeconds: Double, groups: [TenantName: TrustGroupName] = [:]) {
        book = ExposureBook(memorySeconds: memorySeconds, groups: groups)
        book.beginReplay()
    }

    /// Adds the next stay.
    /// - Parameters:
    ///   - residence: A stay that began no earlier than those before it.
    ///   - limits: how the container is judged.
    public mutating func add(_ residence: Residence, limits: ExposureLimits) {
        leave(until: residence.arrivedAt.milliseconds)
        book.arrive(residence, limits: limits)
        present = max(present, residence.arrivedAt)
        if let leftAt = residence.leftAt {
            departures.set(residence.container, to: leftAt.milliseconds)
        } else {
            departures.remove(residence.container)
        }
    }

    /// The book as it was after the last departure. Nothing may be added any more.
    public consuming func finish() -> ExposureBook {
        leave(until: .max)
        book.endReplay(at: present)
        return book
    }

    private mutating func leave(until instant: Int64) {
        while let (container, leftAt) = departures.first, leftAt <= instant {
            departures.remove(container)
            let time = Timestamp(milliseconds: leftAt)
            book.leave(container, at: time)
            present = max(present, time)
        }
    }
}
