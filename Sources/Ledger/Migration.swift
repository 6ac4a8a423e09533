import Crypto
import FleetLedger
import FleetModel
import FoundationEssentials
import GRDB

/// A file `NNNN_name.sql` that takes the database from one form to the next.
///
/// The numbers run from 0001 without gaps. Each file is applied once, in a transaction of its own, and recorded with
/// the SHA-256 of its bytes. A file that was applied must stay as it was: otherwise two databases of the same number
/// would not have the same form.
struct Migration: Equatable {
    let number: Int
    let file: String
    let sql: String
    let checksum: String

    /// Reads all migrations of a directory in the order of their numbers.
    /// - Throws: `LedgerError` with the code `invalidMigration` or `missingMigration`.
    static func read(directory: String) throws -> [Migration] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".sql") }
        } catch {
            throw LedgerError(.invalidMigration, "cannot read the migrations in \(directory)", cause: error)
        }
        guard !names.isEmpty else {
            throw LedgerError(.invalidMigration, "there are no migrations in \(directory): NNNN_name.sql is expected")
        }
        let migrations = try names.sorted().map { try Migration(file: $0, directory: directory) }
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw LedgerError(
                migration.number <= index ? .invalidMigration : .missingMigration,
                "\(directory)/\(migration.file): its number should be \(index + 1)")
        }
        return migrations
    }

    private init(file: String, directory: String) throws {
        let stem = file.dropLast(".sql".count)
        let digits = stem.prefix(4)
        guard digits.count == 4, digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let number = Int(digits), stem.dropFirst(4).first == "_", stem.count > 5
        else {
            throw LedgerError(.invalidMigration, "\(directory)/\(file): a migration is named NNNN_name.sql")
        }
        guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(file)"),
            let sql = String(validating: bytes, as: UTF8.self)
        else {
            throw LedgerError(.invalidMigration, "\(directory)/\(file): cannot be read as UTF-8 text")
        }
        self.number = number
        self.file = file
        self.sql = sql
        checksum = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Checks what was applied before against the files, then applies the rest.
    /// - Throws: `LedgerError` with the code `newerDatabase`, `changedMigration`, `missingMigration` or
    ///   `invalidMigration`.
    static func apply(_ migrations: [Migration], to database: Database, at time: Timestamp) throws {
        try database.execute(sql: table)
        let applied = try Row.fetchAll(database, sql: "SELECT number, file, checksum FROM migrations ORDER BY number")
        for row in applied { try check(row, against: migrations) }
        for migration in migrations.dropFirst(applied.count) { try migration.apply(to: database, at: time) }
    }

    private static let table = """
        CREATE TABLE IF NOT EXISTS migrations (
            number INTEGER PRIMARY KEY,
            file TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at INTEGER NOT NULL
        ) STRICT
        """

    private static func check(_ row: Row, against migrations: [Migration]) throws {
        let (number, file, checksum): (Int, String, String) = (row["number"], row["file"], row["checksum"])
        guard number <= migrations.count else {
            throw LedgerError(
                .newerDatabase,
                "the database is newer than this program: it has had \(file), and this program ends with "
                    + "\(migrations.last?.file ?? "none"); start a newer program or restore an older database")
        }
        let known = migrations[number - 1]
        guard known.file == file else {
            throw LedgerError(
                .missingMigration,
                "the migration \(file) was applied to this database, but the program has \(known.file) in its place")
        }
        guard known.checksum == checksum else {
            throw LedgerError(
                .changedMigration,
                "\(file) was changed after it was applied (SHA-256 \(checksum) then, \(known.checksum) now): "
                    + "restore it and put the change into a new file")
        }
    }

    private func apply(to database: Database, at time: Timestamp) throws {
        do {
            try database.inTransaction(.immediate) {
                // A migration may rebuild a table that others refer to; what counts is that all is whole at the end.
                try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
                try database.execute(sql: sql)
                try database.execute(
                    sql: "INSERT INTO migrations (number, file, checksum, applied_at) VALUES (?, ?, ?, ?)",
                    arguments: [number, file, checksum, time.milliseconds])
                return .commit
            }
        } catch let error as DatabaseError where LedgerError.Code(error.resultCode) == .failed {
            throw LedgerError(.invalidMigration, "\(file) cannot be applied", cause: error)
        }
    }
}
