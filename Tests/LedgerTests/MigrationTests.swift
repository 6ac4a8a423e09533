import FleetLedger
import FleetModel
import FoundationEssentials
import GRDB
import Testing

@testable import Ledger

@Suite("Migrations")
struct MigrationTests {
    @Test("a fresh ledger has every migration, and opening it again applies none")
    func fresh() async throws {
        try await withStage { stage in
            for _ in 0..<2 {
                let ledger = try stage.open()
                let applied = try await ledger.pool.read {
                    try String.fetchAll($0, sql: "SELECT file FROM migrations ORDER BY number")
                }
                #expect(applied == ["0001_first.sql", "0002_second.sql"])
                try ledger.close()
            }
            try stage.write("0003_third.sql", "CREATE TABLE third (id INTEGER PRIMARY KEY);")
            let ledger = try stage.open()
            #expect(try await ledger.pool.read { try $0.tableExists("third") })
            try ledger.close()
        }
    }

    @Test("a database newer than the program is refused")
    func newer() async throws {
        try await withStage { stage in
            try stage.open().close()
            try stage.remove("0002_second.sql")
            let error = #expect(throws: LedgerError.self) { try stage.open() }
            #expect(error?.code == .newerDatabase)
            #expect(error?.message.contains("0002_second.sql") == true)
        }
    }

    @Test("a migration that was changed after it was applied is refused")
    func changed() async throws {
        try await withStage { stage in
            try stage.open().close()
            try stage.write("0001_first.sql", "CREATE TABLE first (id INTEGER PRIMARY KEY);  ")
            let error = #expect(throws: LedgerError.self) { try stage.open() }
            #expect(error?.code == .changedMigration)
        }
    }

    @Test("an applied migration that has vanished, or goes by another name, is refused")
    func missing() async throws {
        try await withStage { stage in
            try stage.open().close()
            try stage.remove("0001_first.sql")
            #expect(#expect(throws: LedgerError.self) { try stage.open() }?.code == .missingMigration)
            try stage.write("0001_other.sql", "CREATE TABLE first (id INTEGER PRIMARY KEY);")
            #expect(#expect(throws: LedgerError.self) { try stage.open() }?.code == .missingMigration)
        }
    }

    @Test("a migration that fails leaves the database as it was before, and is applied once it is mended")
    func failing() async throws {
        try await withStage { stage in
            try stage.write("0003_third.sql", "CREATE TABLE third (id INTEGER); CREATE TABLE first (id INTEGER);")
            #expect(#expect(throws: LedgerError.self) { try stage.open() }?.code == .invalidMigration)
            try stage.write("0003_third.sql", "CREATE TABLE third (id INTEGER);")
            let ledger = try stage.open()
            #expect(try await ledger.pool.read { try $0.tableExists("third") })
            try ledger.close()
        }
    }

    @Test(
        "file names that are not in order are refused",
        arguments: ["0002_twice.sql", "0004_gap.sql", "3_short.sql", "abcd_letters.sql", "0003.sql", "0003-dash.sql"])
    func wrongNames(file: String) async throws {
        try await withStage { stage in
            try stage.write(file, "SELECT 1;")
            let error = #expect(throws: LedgerError.self) { try stage.open() }
            #expect(error?.code == .invalidMigration || error?.code == .missingMigration)
            #expect(error?.message.contains(file) == true || file == "0002_twice.sql")
        }
    }

    @Test("a directory without migrations is refused")
    func noDirectory() async throws {
        try await withDirectory { directory in
            for migrations in [directory, directory + "/nowhere"] {
                let error = #expect(throws: LedgerError.self) {
                    try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: migrations, at: epoch)
                }
                #expect(error?.code == .invalidMigration)
            }
        }
    }

    private func withStage(_ body: (Stage) async throws -> Void) async throws {
        try await withDirectory { directory in
            let stage = Stage(directory: directory)
            try stage.write("0001_first.sql", "CREATE TABLE first (id INTEGER PRIMARY KEY);")
            try stage.write("0002_second.sql", "CREATE TABLE second (id INTEGER PRIMARY KEY REFERENCES first);")
            try await body(stage)
        }
    }
}

/// A directory of migrations with a database beside it.
private struct Stage {
    let directory: String

    func write(_ file: String, _ sql: String) throws {
        try FileManager.default.createDirectory(atPath: directory + "/migrations", withIntermediateDirectories: true)
        guard FileManager.default.createFile(atPath: directory + "/migrations/" + file, contents: Data(sql.utf8)) else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: directory + "/migrations/" + file) }

    func open() throws -> SQLiteLedger {
        try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: directory + "/migrations", at: epoch)
    }
}
