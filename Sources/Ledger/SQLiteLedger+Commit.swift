import FleetLedger
import FleetModel
import GRDB

extension SQLiteLedger: Ledger {
    /// Writes them as one transaction.
    public func commit(
        _ entries: [LedgerEntry], waitingUntil deadline: ContinuousClock.Instant
    ) throws -> [[FleetEvent]] {
        guard entries.contains(where: { !$0.isEmpty }) else { return entries.map { _ in [] } }
        return try LedgerError.wrapping("record changes") {
            try patience.wait(until: deadline) {
                try pool.write { database in
                    var last = try Self.lastSequence(database)
                    return try entries.map { try Self.write($0, to: database, after: &last) }
                }
            }
        }
    }

    private static func write(
        _ entry: LedgerEntry, to database: Database, after last: inout Int64
    ) throws -> [FleetEvent] {
        var events: [FleetEvent] = []
        for change in entry.changes {
            let body = try ChangeWriter.write(change, to: database, at: entry.time)
            last += 1
            let event = FleetEvent(sequence: last, at: entry.time, actor: entry.actor, change: change)
            try ChangeWriter.append(event, body, to: database)
            events.append(event)
        }
        for note in entry.notes { try NoteWriter.write(note, to: database, at: entry.time) }
        return events
    }

    static func lastSequence(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM events")) ?? 0
    }
}
