import FleetLedger
import FleetModel
import GRDB

extension SQLiteLedger {
    /// One relocation with its steps, `nil` when there is none of this number.
    /// - Throws: `LedgerError`.
    public func relocation(_ id: RelocationID) async throws -> Relocation? {
        try await reading("read relocation \(id)") { database in
            let rows = try SQLRequest<Row>(literal: "SELECT id, body FROM relocations WHERE id = \(id.number)")
                .fetchAll(database)
            return try RelocationWriter.read(rows, from: database).first
        }
    }

    /// The history of relocations with their steps, newest first.
    /// - Throws: `LedgerError`, with the code `invalidLimit` when the limit is not 1 to 1000.
    public func relocations(_ query: RelocationQuery) async throws -> Page<Relocation> {
        try PageLimit.check(query.limit)
        return try await readingList("read relocations") { database in
            let rows = try SQLRequest<Row>(literal: query.sql).fetchAll(database)
            let found = try RelocationWriter.read(rows, from: database)
            return Page(found, limit: query.limit) { $0.id.number }
        }
    }

    /// What the relocations that ended since some time have cost their tenants, the oldest first.
    /// - Throws: `LedgerError`.
    public func pauses(endedSince time: Timestamp) async throws -> [Pause] {
        try await readingList("read pauses") { database in
            try SQLRequest<Row>(literal: Pause.sql(endedSince: time)).fetchAll(database).map { row in
                Pause(
                    tenant: try TenantName(row["tenant"]), milliseconds: row["pause"],
                    endedAt: Timestamp(milliseconds: row["ended_at"]))
            }
        }
    }

    /// Does a read on a snapshot and a thread of its own.
    func reading<Value: Sendable>(
        _ action: String, _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await pool.read(work) } catch { throw LedgerError(from: error, in: action) }
    }

    /// Does a read that may be long, when fewer than all readers but one do.
    func readingList<Value: Sendable>(
        _ action: String, _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        await lists.enter()
        defer { lists.leave() }
        return try await reading(action, work)
    }
}

extension RelocationQuery {
    /// One row more than the limit, to know whether there is a further page.
    var sql: SQL {
        guard let host else { return select(where: conditions.sql) }
        // Each half walks one index in the order of ids and stops at the limit. An OR would sort all moves of the host.
        let name = host.text
        return """
            SELECT id, body FROM (\(select(where: "source = \(name) AND \(conditions.sql)")))
            UNION
            SELECT id, body FROM (\(select(where: "destination = \(name) AND \(conditions.sql)")))
            ORDER BY id DESC LIMIT \(limit + 1)
            """
    }

    private func select(where condition: SQL) -> SQL {
        "SELECT id, body FROM relocations WHERE \(condition) ORDER BY id DESC LIMIT \(limit + 1)"
    }

    private var conditions: Conditions {
        // What says most decides which index is walked; the plus keeps the others from it.
        var conditions = Conditions()
        let ofOne = container != nil || tenant != nil || host != nil
        conditions.add(container) { "container = \($0.text)" }
        conditions.add(tenant) { "\(sql: container == nil ? "" : "+")tenant = \($0.text)" }
        conditions.add(state) { "\(sql: ofOne ? "+" : "")state = \($0.rawValue)" }
        conditions.add(trigger) { "\(sql: ofOne ? "+" : "")\"trigger\" = \($0.rawValue)" }
        conditions.add(.relocations, since: since, until: until, before: cursor?.before)
        return conditions
    }
}
