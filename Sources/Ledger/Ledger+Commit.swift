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
    /// - Returns: The events, one for each change in the same order.
    /// - Throws: `LedgerError`; nothing is changed then.
    @discardableResult
    public func commit(
        _ changes: [FleetChange], notes: [LedgerNote] = [], actor: String, at time: Timestamp
    ) throws -> [FleetEvent] {
        try LedgerError.wrapping("record changes") {
            try pool.write { database in
                let last = try Self.lastSequence(database)
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
        }
    }

    static func lastSequence(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM events")) ?? 0
    }
}
