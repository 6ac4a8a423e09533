import FleetModel
import GRDB

/// Writes a relocation and those of its steps that differ from what is there.
enum RelocationWriter {
    /// Writes a relocation.
    static func write(_ relocation: Relocation, to database: Database) throws {
        var body = relocation
        body.steps = []
        try database.run(
            relocationSQL,
            [
                relocation.id.number, relocation.container.text, relocation.tenant.text, relocation.source.text,
                relocation.destination?.text, relocation.trigger.rawValue, relocation.state.rawValue,
                relocation.createdAt.milliseconds, relocation.endedAt?.milliseconds, try JSONText.write(body),
            ])
        for (position, step) in relocation.steps.enumerated() {
            try database.run(
                stepSQL,
                [
                    relocation.id.number, position, step.kind.rawValue, step.host.text, step.state.rawValue,
                    try JSONText.write(step),
                ])
        }
        try database.run(
            "DELETE FROM steps WHERE relocation = ? AND position >= ?", [relocation.id.number, relocation.steps.count])
    }

    /// Puts relocations and their steps together again.
    /// - Parameter rows: Rows of the table with `id` and `body`.
    static func read(_ rows: [Row], from database: Database) throws -> [Relocation] {
        var steps: [Int64: [Step]] = [:]
        let ids = rows.map { $0["id"] as Int64 }
        let found = try SQLRequest<Row>(
            literal: "SELECT relocation, body FROM steps WHERE relocation IN \(ids) ORDER BY relocation, position"
        ).fetchCursor(database)
        while let row = try found.next() {
            steps[row["relocation"], default: []].append(try JSONText.read(Step.self, row["body"]))
        }
        return try rows.map { row in
            var relocation = try JSONText.read(Relocation.self, row["body"])
            relocation.steps = steps[row["id"]] ?? []
            return relocation
        }
    }

    private static let relocationSQL = """
        INSERT INTO relocations
            (id, container, tenant, source, destination, "trigger", state, created_at, ended_at, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            container = excluded.container, tenant = excluded.tenant, source = excluded.source,
            destination = excluded.destination, "trigger" = excluded."trigger", state = excluded.state,
            created_at = excluded.created_at, ended_at = excluded.ended_at, body = excluded.body
        """

    private static let stepSQL = """
        INSERT INTO steps (relocation, position, kind, host, state, body) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET kind = excluded.kind, host = excluded.host, state = excluded.state,
            body = excluded.body
        WHERE body <> excluded.body
        """
}
