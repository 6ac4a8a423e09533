import FleetLedger
import FleetModel
import GRDB
import Testing

@testable import Ledger

@Suite("Moves that go on")
struct ProgressTests {
    @Test("of a step that ends and one that begins these two rows are written, and none of the move")
    func onlyNews() async throws {
        try await withLedger { ledger in
            let before = try Self.running(steps: 5)
            try ledger.commit([.relocation(before)], actor: "x", at: epoch)
            try await Self.countWrites(of: ledger)
            var after = before
            after.steps[4] = try Some.step(.steer, "gateway")
            after.steps.append(try Some.step(.checkpoint, "a", .sent))
            try ledger.commit([try Self.progress(of: after, since: before)], actor: "x", at: epoch)
            #expect(try await Self.writes(of: ledger) == ["step": 2])
            #expect(try await ledger.relocation(before.id) == after)
        }
    }

    @Test("of the end of a move its new step is written, and of its row what is new")
    func end() async throws {
        try await withLedger { ledger in
            let before = try Self.running(steps: 5)
            try ledger.commit([.relocation(before)], actor: "x", at: epoch)
            try await Self.countWrites(of: ledger)
            var after = before
            after.steps[4] = try Some.step(.steer, "gateway")
            after.state = .completed
            after.endedAt = epoch
            try ledger.commit([.relocation(after)], actor: "x", at: epoch)
            #expect(try await Self.writes(of: ledger) == ["step": 1, "state": 1, "ended_at": 1, "body": 1])
            #expect(try await ledger.relocation(before.id) == after)
        }
    }

    @Test(
        "the steps of a move that has ended stand in the ledger once, and its last event has them while they are there"
    )
    func lastEvent() async throws {
        try await withLedger { ledger in
            var relocation = try Self.running(steps: 5)
            relocation.state = .completed
            relocation.endedAt = epoch
            try ledger.commit([.relocation(relocation)], actor: "x", at: epoch)
            try ledger.commit([.relocation(try Some.relocation(2))], actor: "x", at: epoch)
            let body = try await ledger.pool.read { try String.fetchOne($0, sql: "SELECT body FROM events") }
            #expect(try #require(body).contains("prepare") == false)
            #expect(try await ledger.events(after: 0, limit: 1).map(\.change) == [.relocation(relocation)])
            #expect(
                try await ledger.events(EventQuery(kinds: ["relocation"])).items.last?.change == .relocation(relocation)
            )
            #expect(try await ledger.pruneRelocations(endedBefore: epoch.advanced(bySeconds: 1)) == 1)
            relocation.steps = []
            #expect(try await ledger.events(after: 0, limit: 1).map(\.change) == [.relocation(relocation)])
        }
    }

    @Test("an event from before, with all of a move in it, is read as it was")
    func formerEvent() async throws {
        try await withLedger { ledger in
            let running = try Self.running(steps: 3)
            var ended = running
            ended.state = .completed
            for (number, relocation) in [running, ended].enumerated() {
                let body = try JSONText.write(FleetChange.relocation(relocation))
                try await ledger.pool.write { database in
                    try database.execute(
                        sql: "INSERT INTO events VALUES (?, 0, 'relocator', 'relocation', 'web', ?)",
                        arguments: [number + 1, body])
                }
            }
            let events = try await ledger.events(after: 0, limit: 10)
            #expect(events.map(\.change) == [.relocation(running), .relocation(ended)])
        }
    }

    @Test("what is new of a move that is not there is refused")
    func unknown() async throws {
        try await withLedger { ledger in
            let before = try Self.running(steps: 1)
            var after = before
            after.steps.append(try Some.step(.arm, "a"))
            let change = try Self.progress(of: after, since: before)
            let error = #expect(throws: LedgerError.self) { try ledger.commit([change], actor: "x", at: epoch) }
            #expect(error?.code == .conflict)
        }
    }

    private static func running(steps count: Int) throws -> Relocation {
        var relocation = try Some.relocation(1)
        relocation.state = .running
        relocation.steps = try [StepKind.prepare, .arm, .hush, .settle, .steer].prefix(count).map { kind in
            try Some.step(kind, "gateway", kind == .steer ? .sent : .succeeded)
        }
        return relocation
    }

    private static func progress(of after: Relocation, since before: Relocation) throws -> FleetChange {
        .progress(try #require(RelocationProgress(of: after, since: before)))
    }

    /// Counts from now on which rows of steps and which columns of moves are written.
    private static func countWrites(of ledger: SQLiteLedger) async throws {
        try await ledger.pool.write { database in
            var sql = """
                CREATE TEMP TABLE writes (what TEXT NOT NULL);
                CREATE TEMP TRIGGER insert_step AFTER INSERT ON steps BEGIN INSERT INTO writes VALUES ('step'); END;
                CREATE TEMP TRIGGER update_step AFTER UPDATE ON steps BEGIN INSERT INTO writes VALUES ('step'); END;
                """
            for column in try database.columns(in: "relocations").map(\.name) {
                sql += """
                    CREATE TEMP TRIGGER "update_\(column)" AFTER UPDATE OF "\(column)" ON relocations
                    BEGIN INSERT INTO writes VALUES ('\(column)'); END;
                    """
            }
            try database.execute(sql: sql)
        }
    }

    private static func writes(of ledger: SQLiteLedger) async throws -> [String: Int] {
        try await ledger.pool.write { database in
            let rows = try String.fetchAll(database, sql: "SELECT what FROM writes")
            return rows.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }
}
