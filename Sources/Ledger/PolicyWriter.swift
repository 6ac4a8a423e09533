import FleetLedger
import FleetModel
import GRDB

/// Writes and reads the versions of policies.
enum PolicyWriter {
    /// Makes a version the one that holds.
    /// - Throws: `LedgerError` with the code `conflict` when there is a version of this number or a later one.
    static func write(_ record: PolicyRecord, to database: Database) throws {
        let last =
            try Int.fetchOne(
                database, sql: "SELECT max(version) FROM policy_versions WHERE name = ?", arguments: [record.name.text])
            ?? 0
        guard record.version > last else {
            throw LedgerError(
                .conflict,
                "policy '\(record.name)' has had \(last) versions: the next cannot have the number \(record.version)")
        }
        try database.run(
            "INSERT INTO policy_versions (name, version, changed_at, changed_by, body) VALUES (?, ?, ?, ?, ?)",
            [
                record.name.text, record.version, record.changedAt.milliseconds, record.changedBy,
                try JSONText.write(record.policy),
            ])
        try database.run(
            "INSERT INTO policies (name, version) VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version",
            [record.name.text, record.version])
    }

    /// Takes a policy out of force; its versions stay.
    static func remove(_ name: PolicyName, from database: Database) throws {
        try database.run("DELETE FROM policies WHERE name = ?", [name.text])
    }

    /// The policies that hold, by name.
    static func present(_ database: Database) throws -> [PolicyRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT \(columns) FROM policies JOIN policy_versions USING (name, version) ORDER BY name"
        ).map(record)
    }

    /// The number of the last version of each name that was ever used.
    static func lastVersions(_ database: Database) throws -> [PolicyName: Int] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT name, max(version) AS last FROM policy_versions GROUP BY name")
        return Dictionary(try rows.map { (try PolicyName($0["name"]), $0["last"]) }, uniquingKeysWith: { $1 })
    }

    /// The columns that `record` reads.
    static let columns = "name, version, changed_at, changed_by, body"

    /// A row as a version.
    static func record(_ row: Row) throws -> PolicyRecord {
        PolicyRecord(
            name: try PolicyName(row["name"]), version: row["version"],
            changedAt: Timestamp(milliseconds: row["changed_at"]), changedBy: row["changed_by"],
            policy: try JSONText.read(Policy.self, row["body"]))
    }
}
