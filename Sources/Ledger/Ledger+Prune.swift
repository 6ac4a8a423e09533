import FleetModel
import GRDB

extension Ledger {
    /// Removes the oldest events: those before a time, and those beyond a number to keep. The newest always stays.
    ///
    /// It works in short transactions, so that commits get their turn in between.
    /// - Parameters:
    ///   - time: Events that happened at this time or later stay, unless there are too many.
    ///   - count: How many events to keep at most, at least 1.
    /// - Returns: How many events were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    public func pruneEvents(before time: Timestamp, keepingAtMost count: Int) async throws -> Int {
        let first = try await reading("find old events") { database in
            let last = try Self.lastSequence(database)
            let young = try Int64.fetchOne(
                database, sql: "SELECT sequence FROM events WHERE at >= ? ORDER BY sequence LIMIT 1",
                arguments: [time.milliseconds])
            return min(last, max(young ?? last, last - Int64(max(count, 1)) + 1))
        }
        return try await removing(
            "DELETE FROM events WHERE sequence IN (SELECT sequence FROM events WHERE sequence < ? ORDER BY sequence "
                + "LIMIT \(Self.batch))", [first])
    }

    /// Removes relocations that ended before a time, with their steps. The newest always stays: it carries the number
    /// to count on from.
    /// - Returns: How many relocations were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    public func pruneRelocations(endedBefore time: Timestamp) async throws -> Int {
        try await removing(
            """
            DELETE FROM relocations WHERE id IN (
                SELECT id FROM relocations WHERE ended_at < ? AND id < (SELECT max(id) FROM relocations)
                ORDER BY id LIMIT \(Self.batch))
            """, [time.milliseconds])
    }

    /// Removes stays that ended before a time.
    /// - Returns: How many stays were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    public func pruneResidences(endedBefore time: Timestamp) async throws -> Int {
        try await removing(
            "DELETE FROM residences WHERE id IN (SELECT id FROM residences WHERE left_at < ? LIMIT \(Self.batch))",
            [time.milliseconds])
    }

    private static let batch = 1000

    private func removing(_ sql: String, _ arguments: StatementArguments) async throws -> Int {
        var removed = 0
        while true {
            let count: Int
            do {
                count = try await pool.write { database in
                    try database.run(sql, arguments)
                    return database.changesCount
                }
            } catch {
                throw LedgerError(from: error, in: "remove old records")
            }
            removed += count
            guard count == Self.batch else { return removed }
        }
    }
}
