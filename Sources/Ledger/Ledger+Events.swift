import FleetModel
import GRDB

extension Ledger {
    /// The events after a number, oldest first: what a reader that knows everything up to that number has missed.
    /// - Parameters:
    ///   - sequence: The number of the last event known; 0 for none.
    ///   - limit: The most events to return, 1 to 1000.
    ///   - kinds: Only these kinds (`FleetChange.kind`); `nil` for all.
    /// - Throws: `LedgerError`, with the code `eventsPruned` when events after that number have been removed already.
    public func events(
        after sequence: Int64, limit: Int, kinds: Set<String>? = nil
    ) async throws -> [FleetEvent] {
        try PageLimit.check(limit)
        return try await reading("read events") { database in
            if let oldest = try Self.oldestSequence(database), sequence < oldest - 1 {
                throw LedgerError(
                    .eventsPruned, "events after \(sequence) are gone: the oldest that is kept is \(oldest)")
            }
            var conditions = Conditions()
            conditions.add("sequence > \(sequence)")
            conditions.add(kinds) { "kind IN \($0.sorted())" }
            return try Self.events("WHERE \(conditions.sql) ORDER BY sequence LIMIT \(limit)", database)
        }
    }

    /// The record of actions, newest first.
    /// - Throws: `LedgerError`, with the code `invalidLimit` when the limit is not 1 to 1000.
    public func events(_ query: EventQuery) async throws -> Page<FleetEvent> {
        try PageLimit.check(query.limit)
        return try await reading("read events") { database in
            let clause: SQL = "WHERE \(query.conditions) ORDER BY sequence DESC LIMIT \(query.limit + 1)"
            return Page(try Self.events(clause, database), limit: query.limit, number: \.sequence)
        }
    }

    /// The number of the oldest event that is kept, `nil` when there is none.
    /// - Throws: `LedgerError`.
    public func oldestSequence() async throws -> Int64? {
        try await reading("read events") { try Self.oldestSequence($0) }
    }

    private static func oldestSequence(_ database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM events")
    }

    private static func events(_ clause: SQL, _ database: Database) throws -> [FleetEvent] {
        let request = SQLRequest<Row>(literal: "SELECT sequence, at, actor, body FROM events \(clause)")
        return try request.fetchAll(database).map { row in
            FleetEvent(
                sequence: row["sequence"], at: Timestamp(milliseconds: row["at"]), actor: row["actor"],
                change: try JSONText.read(FleetChange.self, row["body"]))
        }
    }
}

extension EventQuery {
    fileprivate var conditions: SQL {
        var conditions = Conditions()
        conditions.add(actor) { "actor = \($0)" }
        conditions.add(subject) { "subject = \($0)" }
        conditions.add(kinds) { "kind IN \($0.sorted())" }
        conditions.add(since) { "at >= \($0.milliseconds)" }
        conditions.add(until) { "at < \($0.milliseconds)" }
        conditions.add(cursor) { "sequence < \($0.before)" }
        return conditions.sql
    }
}
