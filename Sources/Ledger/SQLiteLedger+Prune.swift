import FleetLedger
import FleetModel
import GRDB

extension SQLiteLedger {
    /// Removes the oldest events: those before a time, and those beyond a number to keep. The newest always stays.
    ///
    /// It works in short transactions with pauses between them, so that nobody notices.
    /// - Parameters:
    ///   - time: Events that happened at this time or later stay, unless there are too many.
    ///   - count: How many events to keep at most, at least 1.
    /// - Returns: How many events were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    public func pruneEvents(before time: Timestamp, keepingAtMost count: Int) async throws -> Int {
        let first = try await reading("find old events") { database in
            let last = try Self.lastSequence(database)
            let old = try SQLRequest<Int64>(literal: TimedTable.events.lastNumber(before: time)).fetchOne(database)
            return min(last, max((old ?? 0) + 1, last - Int64(max(count, 1)) + 1))
        }
        return try await removing(Self.oldEvents, [first], atOnce: Self.eventsAtOnce)
    }

    /// Removes relocations that ended before a time, with their steps. The newest always stays: it carries the number
    /// to count on from.
    /// - Returns: How many relocations were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    public func pruneRelocations(endedBefore time: Timestamp) async throws -> Int {
        try await removing(Self.oldRelocations, [time.milliseconds], atOnce: Self.relocationsAtOnce)
    }

    /// Removes stays that ended before a time.
    /// - Returns: How many stays were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    public func pruneResidences(endedBefore time: Timestamp) async throws -> Int {
        try await removing(Self.oldResidences, [time.milliseconds], atOnce: Self.eventsAtOnce)
    }

    /// A relocation takes its steps and its decision with it.
    private static let (eventsAtOnce, relocationsAtOnce) = (200, 20)
    /// How much longer a pause is than the transaction before it: so much of the time is left to others.
    private static let pauseFactor = 4

    static let oldEvents = """
        DELETE FROM events WHERE sequence IN (
            SELECT sequence FROM events WHERE sequence < ? ORDER BY sequence LIMIT ?)
        """
    static let oldRelocations = """
        DELETE FROM relocations WHERE id IN (
            SELECT id FROM relocations WHERE ended_at < ? AND id < (SELECT max(id) FROM relocations)
            ORDER BY ended_at LIMIT ?)
        """
    static let oldResidences = """
        DELETE FROM residences WHERE id IN (SELECT id FROM residences WHERE left_at < ? ORDER BY left_at LIMIT ?)
        """

    private func removing(_ sql: String, _ arguments: StatementArguments, atOnce most: Int) async throws -> Int {
        var removed = 0
        while true {
            let begun = ContinuousClock.now
            let count: Int
            do {
                count = try await pool.write { database in
                    try database.run(sql, arguments + [most])
                    return database.changesCount
                }
            } catch {
                throw LedgerError(from: error, in: "remove old records")
            }
            removed += count
            guard count == most else { return removed }
            do { try await Task.sleep(for: (ContinuousClock.now - begun) * Self.pauseFactor) } catch { return removed }
        }
    }
}
