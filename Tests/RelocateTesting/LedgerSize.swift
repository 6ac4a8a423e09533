import Foundation
import GRDB

/// How much a ledger holds, by table: what stands in the columns, without what the database adds to it.
public struct LedgerSize: Sendable {
    /// The bytes in each table.
    public let bytes: [String: Int]
    /// The rows in each table.
    public let rows: [String: Int]

    /// Looks at a database, also while somebody writes to it.
    public init(_ path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: path, configuration: configuration)
        (bytes, rows) = try database.read { database in
            var bytes: [String: Int] = [:]
            var rows: [String: Int] = [:]
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            for table in tables {
                let columns = try database.columns(in: table).map {
                    "coalesce(length(CAST(\"\($0.name)\" AS BLOB)), 0)"
                }
                let sql = "SELECT coalesce(sum(\(columns.joined(separator: " + "))), 0), count(*) FROM \(table)"
                guard let row = try Row.fetchOne(database, sql: sql) else { continue }
                (bytes[table], rows[table]) = (row[0], row[1])
            }
            return (bytes, rows)
        }
        try database.close()
    }
}
