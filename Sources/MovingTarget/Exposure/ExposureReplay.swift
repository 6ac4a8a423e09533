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
    /// - Parameter memorySeconds: `ExposureBook.memorySeconds`.
    public init(memorySeconds: Double) {
        book = ExposureBook(memorySeconds: memorySeconds)
        book.beginReplay()
    }

    /// Adds the next stay.
    /// - Parameters:
    ///   - residence: A stay that began no earlier than those before it.
    ///   - attackSeconds: A of the container.
    public mutating func add(_ residence: Residence, attackSeconds: Double) {
        leave(until: residence.arrivedAt.milliseconds)
        book.arrive(residence, attackSeconds: attackSeconds)
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
