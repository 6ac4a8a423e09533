import FleetModel

/// Where changes of the fleet are written down before anybody hears of them.
public protocol CommitLog: Sendable {
    /// Applies changes to the present state and appends one event for each, all or nothing.
    ///
    /// It returns when the disk has confirmed, and blocks its thread for as long. References are checked at the end, so the
    /// order of the changes matters only where one replaces another.
    /// - Parameters:
    ///   - entries: What happened, in order.
    ///   - deadline: Until when to wait for another process that holds the database.
    /// - Returns: The events of each entry, one for each change, in the same order.
    /// - Throws: `LedgerError`, with the code `inUse` when another process holds the database; nothing is changed then.
    func commit(_ entries: [LedgerEntry], waitingUntil deadline: ContinuousClock.Instant) throws -> [[FleetEvent]]
}

/// What one act has changed.
public struct LedgerEntry: Sendable {
    /// What happened, in order.
    public let changes: [FleetChange]
    /// What to keep beside it; makes no event.
    public let notes: [FleetNote]
    /// Who caused it (`FleetEvent.actor`).
    public let actor: String
    /// When it happened.
    public let time: Timestamp

    /// What somebody has changed.
    public init(_ changes: [FleetChange], notes: [FleetNote] = [], actor: String, at time: Timestamp) {
        self.changes = changes
        self.notes = notes
        self.actor = actor
        self.time = time
    }

    /// Whether there is nothing to write.
    package var isEmpty: Bool { changes.isEmpty && notes.isEmpty }
}

/// How long whoever changes something waits while another process holds the ledger.
public enum CommitPatience {
    /// In seconds.
    public static let seconds = 5.0
}
