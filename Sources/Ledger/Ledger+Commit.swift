import FleetModel
import GRDB

extension Ledger {
    /// Applies changes to the present state and appends one event for each, all or nothing.
    ///
    /// It returns when the disk has confirmed. References are checked at the end, so the order of the changes matters
    /// only where one replaces another.
    /// - Parameters:
    ///   - changes: What happened, in order.
    ///   - notes: What to keep beside it; makes no event.
    ///   - actor: Who caused it (`FleetEvent.actor`).
    ///   - time: When it happened.
    ///   - deadline: Until when to wait for another process that holds the database.
    /// - Returns: The events, one for each change in the same order.
    /// - Throws: `LedgerError`, with the code `inUse` when another process holds the database; nothing is changed then.
    @discardableResult
    public func commit(
        _ changes: [FleetChange], notes: [FleetNote] = [], actor: String, at time: Timestamp,
        waitingUntil deadline: ContinuousClock.Instant = .now + .seconds(Ledger.patienceSeconds)
    ) throws -> [FleetEvent] {
        try LedgerError.wrapping("record changes") {
            try patience.wait(until: deadline) {
                try pool.write { database in
                    try Self.write(changes, notes, to: database, actor: actor, at: time)
                }
            }
        }
    }

    private static func write(
        _ changes: [FleetChange], _ notes: [FleetNote], to database: Database, actor: String, at time: Timestamp
    ) throws -> [FleetEvent] {
        let last = try lastSequence(database)
        var events: [FleetEvent] = []
        for (offset, change) in changes.enumerated() {
            try ChangeWriter.write(change, to: database, at: time)
            let event = FleetEvent(sequence: last + 1 + Int64(offset), at: time, actor: actor, change: change)
            try ChangeWriter.append(event, to: database)
            events.append(event)
        }
        for note in notes { try NoteWriter.write(note, to: database, at: time) }
        return events
    }

    static func lastSequence(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM events")) ?? 0
    }
}
