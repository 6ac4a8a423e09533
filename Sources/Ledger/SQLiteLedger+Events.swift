import FleetLedger
import FleetModel
import GRDB

extension SQLiteLedger {
    /// The events after a number, oldest first: what a reader that knows everything up to that number has missed.
    /// - Parameters:
    ///   - sequence: The number of the last event known; 0 for none.
    ///   - limit: The most events to return, 1 to 1000.
    ///   - kinds: Only these kinds (`FleetChange.kind`); `nil` for all.
    /// - Throws: `LedgerError`, with the code `eventsPruned` when events after that number have been removed already.
    public func events(
        after sequence: Int64, limit: Int, kinds: Set<String>?
    ) async throws -> [FleetEvent] {
        try PageLimit.check(limit)
        return try await readingList("read events") { database in
            if let oldest = try Self.oldestSequence(database), sequence < oldest - 1 {
                throw LedgerError(
                    .eventsPruned, "events after \(sequence) are gone: the oldest that is kept is \(oldest)")
            }
            var conditions = Conditions()
            // The plus: the numbers bound what is read, the kinds do not.
            conditions.add(kinds) { "+kind IN \($0.sorted())" }
            conditions.add("sequence > \(sequence)")
            return try Self.events(
                "\(EventQuery.selection) WHERE \(conditions.sql) ORDER BY sequence LIMIT \(limit)", database)
        }
    }

    /// The record of actions, newest first.
    /// - Throws: `LedgerError`, with the code `invalidLimit` when the limit is not 1 to 1000.
    public func events(_ query: EventQuery) async throws -> Page<FleetEvent> {
        try PageLimit.check(query.limit)
        return try await readingList("read events") { database in
            Page(try Self.events(query.sql, database), limit: query.limit, number: \.sequence)
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

    private static func events(_ statement: SQL, _ database: Database) throws -> [FleetEvent] {
        let found = try SQLRequest<Row>(literal: statement).fetchAll(database).map { row in
            FleetEvent(
                sequence: row["sequence"], at: Timestamp(milliseconds: row["at"]), actor: row["actor"],
                change: try JSONText.read(FleetChange.self, row["body"]))
        }
        return try ChangeWriter.complete(found, from: database)
    }
}

extension EventQuery {
    static let selection: SQL = "SELECT sequence, at, actor, body FROM events"

    /// One row more than the limit, to know whether there is a further page.
    var sql: SQL {
        guard let kinds, kinds.count > 1 else { return select(kind: kinds.map { $0.first ?? "" }) }
        // Each part walks one index in the order of numbers and stops at the limit. A list of kinds would have all sorted.
        let parts = kinds.sorted().map { kind -> SQL in "SELECT * FROM (\(select(kind: kind)))" }
        return "\(parts.joined(separator: " UNION ALL ")) ORDER BY sequence DESC LIMIT \(limit + 1)"
    }

    private func select(kind: String?) -> SQL {
        var conditions = Conditions()
        // A subject has few events; the plus keeps the other indexes from being walked.
        let plus = subject == nil ? "" : "+"
        conditions.add(subject) { "subject = \($0)" }
        conditions.add(actor) { "\(sql: plus)actor = \($0)" }
        conditions.add(kind) { "\(sql: plus)kind = \($0)" }
        conditions.add(.events, since: since, until: until, before: cursor?.before)
        return "\(Self.selection) WHERE \(conditions.sql) ORDER BY sequence DESC LIMIT \(limit + 1)"
    }
}
