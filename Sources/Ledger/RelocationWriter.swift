import FleetModel
import GRDB

/// Writes of relocations and their steps what differs from what is there.
enum RelocationWriter {
    /// Writes a relocation with all of its steps.
    /// - Returns: The relocation without its steps, as it is written down.
    static func write(_ relocation: Relocation, to database: Database) throws -> String {
        var bare = relocation
        bare.steps = []
        let body = try JSONText.write(bare)
        let columns = Column.all(of: relocation, body)
        let names = columns.map { "\"\($0.name)\"" }
        let present = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT \(names.joined(separator: ", ")) FROM relocations WHERE id = ?"),
            arguments: [relocation.id.number])
        if let present {
            try update(columns.filter { present[$0.name] as DatabaseValue != $0.value }, of: relocation.id, database)
        } else {
            let places = Array(repeating: "?", count: columns.count + 1).joined(separator: ", ")
            try database.run(
                "INSERT INTO relocations (id, \(names.joined(separator: ", "))) VALUES (\(places))",
                StatementArguments([relocation.id.number.databaseValue] + columns.map(\.value)))
        }
        for (position, step) in relocation.steps.enumerated() {
            try write(step, at: position, of: relocation.id, to: database)
        }
        guard present != nil else { return body }
        try database.run(
            "DELETE FROM steps WHERE relocation = ? AND position >= ?", [relocation.id.number, relocation.steps.count])
        return body
    }

    /// Writes what is new of a relocation. Where it is not there, its steps have nothing to refer to.
    /// - Returns: What is new, as it is written down.
    static func write(_ progress: RelocationProgress, to database: Database) throws -> String {
        let steps = try progress.steps.map { placed in
            // With its place before all that it says of itself.
            "{\"position\":\(placed.position),"
                + (try write(placed.step, at: placed.position, of: progress.id, to: database)).dropFirst()
        }
        var bare = progress
        bare.steps = []
        let body = try JSONText.write(bare)
        if progress.hasMore {
            // What a progress says bears the names that it has in the relocation, so it is a patch of that (RFC 7396).
            try database.run(
                "UPDATE relocations SET body = json_patch(body, ?) WHERE id = ?", [body, progress.id.number])
        }
        try database.run(
            "UPDATE relocations SET state = ?1, body = json_set(body, '$.state', ?1) WHERE id = ?2 AND state <> ?1",
            [progress.state.rawValue, progress.id.number])
        let end = "\"steps\":[]}"
        guard body.hasSuffix(end) else { return try JSONText.write(progress) }
        return body.dropLast(2) + steps.joined(separator: ",") + "]}"
    }

    /// Puts relocations and their steps together again.
    /// - Parameter rows: Rows of the table with `id` and `body`.
    static func read(_ rows: [Row], from database: Database) throws -> [Relocation] {
        let steps = try steps(of: rows.map { $0["id"] }, from: database)
        return try rows.map { row in
            var relocation = try JSONText.read(Relocation.self, row["body"])
            relocation.steps = steps[row["id"]] ?? []
            return relocation
        }
    }

    /// The steps of relocations, by the number of these.
    static func steps(of relocations: [Int64], from database: Database) throws -> [Int64: [Step]] {
        var steps: [Int64: [Step]] = [:]
        let found = try SQLRequest<Row>(
            literal:
                "SELECT relocation, body FROM steps WHERE relocation IN \(relocations) ORDER BY relocation, position"
        ).fetchCursor(database)
        while let row = try found.next() {
            steps[row["relocation"], default: []].append(try JSONText.read(Step.self, row["body"]))
        }
        return steps
    }

    /// Whoever is not named keeps its place in each index, so what is not new is not to be named.
    private static func update(_ columns: [Column], of id: RelocationID, _ database: Database) throws {
        guard !columns.isEmpty else { return }
        let settings = columns.map { "\"\($0.name)\" = ?" }.joined(separator: ", ")
        try database.run(
            "UPDATE relocations SET \(settings) WHERE id = ?",
            StatementArguments(columns.map(\.value) + [id.number.databaseValue]))
    }

    /// - Returns: The step, as it is written down.
    @discardableResult
    private static func write(
        _ step: Step, at position: Int, of id: RelocationID, to database: Database
    ) throws -> String {
        let body = try JSONText.write(step)
        try database.run(
            """
            INSERT INTO steps (relocation, position, kind, host, state, body) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET kind = excluded.kind, host = excluded.host, state = excluded.state,
                body = excluded.body
            WHERE body <> excluded.body
            """,
            [id.number, position, step.kind.rawValue, step.host.text, step.state.rawValue, body])
        return body
    }

    /// A column of the table of relocations.
    private struct Column {
        let name: String
        let value: DatabaseValue

        static func all(of relocation: Relocation, _ body: String) -> [Column] {
            let values: [(String, (any DatabaseValueConvertible)?)] = [
                ("container", relocation.container.text), ("tenant", relocation.tenant.text),
                ("source", relocation.source.text), ("destination", relocation.destination?.text),
                ("trigger", relocation.trigger.rawValue), ("state", relocation.state.rawValue),
                ("created_at", relocation.createdAt.milliseconds), ("ended_at", relocation.endedAt?.milliseconds),
                ("body", body),
            ]
            return values.map { Column(name: $0.0, value: $0.1?.databaseValue ?? .null) }
        }
    }
}
