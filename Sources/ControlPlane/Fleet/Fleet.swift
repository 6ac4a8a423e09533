import Dispatch
import FleetCore
import FleetModel
import Ledger
import Synchronization

/// The one owner of the fleet's state.
///
/// Every change is decided on the present state, written to the ledger, and published, in this order and in one act:
/// what a reader or the event stream shows is in the ledger already. Readers take `snapshot` and never wait.
///
/// The ledger blocks for as long as the disk takes, or another process that holds the database. So the fleet runs on a
/// queue of its own, and what must not wait for the disk, a container that stands still, does not ask for a change (see
/// `RelocationRun`).
public actor Fleet {
    private let executor = FleetExecutor()
    /// See `FleetExecutor`.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let ledger: Ledger
    private var state: FleetState
    private let published: Mutex<FleetState>
    /// Who watches the fleet.
    nonisolated let feed = EventFeed()
    /// Who was beside whom.
    nonisolated let exposure: ExposureLog

    /// The fleet that a ledger remembers.
    init(ledger: Ledger, state: FleetState, exposure: ExposureLog) {
        self.ledger = ledger
        self.state = state
        self.exposure = exposure
        published = Mutex(state)
    }

    /// The present state.
    public nonisolated var snapshot: FleetState { published.withLock { $0 } }

    /// Changes the fleet.
    /// - Parameters:
    ///   - actor: who does it, for the record.
    ///   - body: looks at the draft's state, records changes in it, and gives something back. When it throws, nothing
    ///     has happened.
    /// - Throws: what the body throws, or a `LedgerError`, after which nothing has changed either.
    @discardableResult
    nonisolated func change<Result: Sendable>(
        by actor: String, _ body: @Sendable (inout FleetDraft) throws -> Result
    ) async throws -> Result {
        // The time in line counts, too: where the ledger cannot be written, everybody learns it in the same time.
        try await change(by: actor, waitingUntil: .now + .seconds(Ledger.patienceSeconds), body)
    }

    /// Changes the fleet as soon as the ledger can be written: for what has happened and only has to be written down.
    @discardableResult
    nonisolated func changeWhenPossible<Result: Sendable>(
        by actor: String, _ body: @Sendable (inout FleetDraft) throws -> Result
    ) async throws -> Result {
        while true {
            do {
                return try await change(by: actor, body)
            } catch let error as LedgerError where error.isPassing {
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func change<Result: Sendable>(
        by actor: String, waitingUntil deadline: ContinuousClock.Instant,
        _ body: @Sendable (inout FleetDraft) throws -> Result
    ) throws -> Result {
        var draft = FleetDraft(state: state, now: .now)
        let result = try body(&draft)
        guard !draft.isEmpty else { return result }
        let events = try ledger.commit(
            draft.changes, notes: draft.notes, actor: actor, at: draft.now, waitingUntil: deadline)
        var next = draft.state
        next.sequence = events.last?.sequence ?? state.sequence
        state = next
        published.withLock { [next] in $0 = next }
        exposure.take(events, in: state)
        feed.publish(events)
        return result
    }
}

/// A queue on which the fleet may block.
private final class FleetExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "fleet")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
