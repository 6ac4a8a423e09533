import FleetCore
import FleetLedger
import FleetModel

/// A change that was decided and is not on disk yet, and the one who waits for that.
struct PendingChange: Sendable {
    /// What became of it.
    enum Verdict: Sendable {
        /// It is on disk, and published.
        case written
        /// The ledger refuses it.
        case failed(any Error)
        /// What it was decided upon has not happened. `alone`: it was in a group that the ledger refused, perhaps because of
        /// it.
        case again(alone: Bool)
    }

    /// It is empty where somebody only waits for what he was told to be on disk.
    let draft: FleetDraft
    let actor: String
    /// Until when to wait for another process that holds the database.
    let deadline: ContinuousClock.Instant
    /// Whether it is to be written without others.
    let isAlone: Bool
    private let continuation: CheckedContinuation<Verdict, Never>

    init(
        draft: FleetDraft, actor: String, deadline: ContinuousClock.Instant, isAlone: Bool,
        continuation: CheckedContinuation<Verdict, Never>
    ) {
        self.draft = draft
        self.actor = actor
        self.deadline = deadline
        self.isAlone = isAlone
        self.continuation = continuation
    }

    func end(_ verdict: Verdict) { continuation.resume(returning: verdict) }
}

/// Changes that are written together.
struct PendingGroup: Sendable {
    /// What one transaction holds at most, so that the first does not wait for ever.
    private static let most = 256

    let changes: [PendingChange]

    /// Takes the first of those that wait, of which there is one at least.
    init(takenFrom waiting: inout [PendingChange]) {
        let isAlone = waiting.first?.isAlone ?? false
        changes = isAlone ? Array(waiting.prefix(1)) : Array(waiting.prefix(Self.most).prefix { !$0.isAlone })
        waiting.removeFirst(changes.count)
    }

    /// Whether there is nothing to write.
    var isEmpty: Bool { changes.allSatisfy(\.draft.isEmpty) }

    /// What the ledger has to write.
    var entries: [LedgerEntry] {
        changes.map { LedgerEntry($0.draft.changes, notes: $0.draft.notes, actor: $0.actor, at: $0.draft.now) }
    }

    /// The first to have waited for long enough is told so in time.
    var deadline: ContinuousClock.Instant { changes.map(\.deadline).min() ?? .now }

    func succeed() {
        for change in changes { change.end(.written) }
    }

    /// Tells whom a failure concerns, and has the others decide again.
    func fail(_ error: any Error) {
        for change in changes { change.end(verdict(on: change, error)) }
    }

    private func verdict(on change: PendingChange, _ error: any Error) -> PendingChange.Verdict {
        if change.draft.isEmpty { return .again(alone: false) }
        if (error as? LedgerError)?.code == .inUse {
            return change.deadline <= .now ? .failed(error) : .again(alone: false)
        }
        return changes.count == 1 ? .failed(error) : .again(alone: true)
    }
}
