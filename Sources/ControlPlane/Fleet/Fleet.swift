import Dispatch
import FleetCore
import FleetLedger
import FleetModel
import Synchronization
import SystemSupport

/// The one owner of the fleet's state.
///
/// Every change is decided on all that was decided before, written to the ledger, and published, in this order: what a reader
/// or the event stream shows is on disk already, and nobody is answered before what he was told is. Readers take `snapshot`
/// and never wait.
///
/// Changes that come while the disk is busy are written together, as one transaction. If that fails, nothing after what is
/// published has happened: what was decided since is decided again, and what was written together is written one by one, so
/// that a change which the ledger refuses harms no other.
///
/// The ledger blocks for as long as the disk takes, or another process that holds the database. It has a queue of its own;
/// so has the fleet, for a decision may take a while and must not hold up the threads that everybody shares. What must not
/// wait for the disk, a container that stands still, does not ask for a change (see `RelocationRun`).
public actor Fleet {
    private let executor = QueueExecutor(label: "fleet")
    /// See `QueueExecutor`.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let ledger: any CommitLog
    private let disk = DispatchQueue(label: "ledger")
    /// With what is not on disk yet.
    private var decided: FleetState
    private var waiting: [PendingChange] = []
    private var isWriting = false
    /// Before the line for the disk: what moves and hosts have to say does not wait for all that is asked for.
    private nonisolated let requests = Gate(for: "changes", width: 32, mostWaiting: 1000)
    private let published: Mutex<FleetState>
    /// Who watches the fleet.
    nonisolated let feed = EventFeed()
    /// Who was beside whom.
    nonisolated let exposure: ExposureLog

    /// The fleet that a ledger remembers.
    init(ledger: any CommitLog, state: FleetState, exposure: ExposureLog) {
        self.ledger = ledger
        self.exposure = exposure
        decided = state
        published = Mutex(state)
    }

    /// The present state.
    public nonisolated var snapshot: FleetState { published.withLock { $0 } }

    /// How many changes wait for the disk beside those that are being written.
    var waitingCount: Int { waiting.count }

    /// Changes the fleet.
    /// - Parameters:
    ///   - actor: who does it, for the record.
    ///   - body: looks at the draft's state, records changes in it, and gives something back. When it throws, nothing
    ///     has happened. It may be called again, on another state.
    /// - Throws: what the body throws, or a `LedgerError`, after which nothing has changed either.
    @discardableResult
    nonisolated func change<Result: Sendable>(
        by actor: String, _ body: @Sendable (inout FleetDraft) throws -> Result
    ) async throws -> Result {
        // The time in line counts, too: where the ledger cannot be written, everybody learns it in the same time.
        try await change(by: actor, waitingUntil: .now + .seconds(CommitPatience.seconds), body)
    }

    /// Changes the fleet as somebody asks for. However many do, at most 32 of them come before what moves have to write.
    /// - Throws: `Overload` when too many wait already; and as `change` does.
    @discardableResult
    nonisolated func request<Result: Sendable>(
        by actor: String, _ body: @Sendable (inout FleetDraft) throws -> Result
    ) async throws -> Result {
        try await requests.pass { try await change(by: actor, body) }
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

    /// Waits until nothing waits for the disk any more.
    nonisolated func settle() async {
        // What fails now was decided by others, who are told.
        _ = try? await change(by: "control-plane") { _ in }
    }

    private func change<Value: Sendable>(
        by actor: String, waitingUntil deadline: ContinuousClock.Instant,
        _ body: @Sendable (inout FleetDraft) throws -> Value
    ) async throws -> Value {
        var isAlone = false
        while true {
            var result: Result<Value, any Error>?
            // Decided and put in line in one act, with no suspension between.
            let verdict = await withCheckedContinuation { continuation in
                var draft = FleetDraft(state: decided, now: .now)
                let decision = Result { try body(&draft) }
                result = decision
                // What was refused has changed nothing, but was told of what may not be on disk yet.
                if case .failure = decision { draft = FleetDraft(state: decided, now: draft.now) }
                decided = draft.state
                waiting.append(
                    PendingChange(
                        draft: draft, actor: actor, deadline: deadline, isAlone: isAlone, continuation: continuation))
                write()
            }
            switch verdict {
            case .written:
                guard let result else { preconditionFailure("a change is in line only when it was decided") }
                return try result.get()
            case .failed(let error): throw error
            case .again(let alone): isAlone = alone
            }
        }
    }

    // MARK: Writing

    private func write() {
        guard !isWriting, !waiting.isEmpty else { return }
        let group = PendingGroup(takenFrom: &waiting)
        guard !group.isEmpty else {
            group.succeed()
            return write()
        }
        isWriting = true
        disk.async { [ledger, executor] in
            let outcome = Result { try ledger.commit(group.entries, waitingUntil: group.deadline) }
            executor.perform { self.assumeIsolated { $0.finish(group, outcome) } }
        }
    }

    private func finish(_ group: PendingGroup, _ outcome: Result<[[FleetEvent]], any Error>) {
        isWriting = false
        switch outcome {
        case .success(let events):
            publish(group, events)
            group.succeed()
        case .failure(let error):
            let behind = waiting
            waiting = []
            decided = snapshot
            group.fail(error)
            for change in behind { change.end(.again(alone: false)) }
        }
        write()
    }

    private func publish(_ group: PendingGroup, _ events: [[FleetEvent]]) {
        guard var next = group.changes.last?.draft.state else { return }
        next.sequence = events.joined().last?.sequence ?? snapshot.sequence
        published.withLock { [next] in $0 = next }
        for (change, events) in zip(group.changes, events) { exposure.take(events, in: change.draft.state) }
        feed.publish(events.flatMap(\.self))
    }
}
