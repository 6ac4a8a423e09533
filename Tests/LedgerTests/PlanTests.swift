import FleetLedger
import FleetModel
import GRDB
import RelocateTesting
import Testing

@testable import Ledger

@Suite("No question looks at the whole history")
struct PlanTests {
    @Test("every filter of relocations walks an index, alone and with every other one")
    func relocations() async throws {
        try await withLedger { ledger in
            let filters = try Self.relocationFilters()
            for one in filters.indices {
                for other in filters.indices {
                    var query = RelocationQuery()
                    filters[one](&query)
                    filters[other](&query)
                    try await Self.expectNoScan(query.sql, in: ledger)
                    query.cursor = try PageCursor("zz")
                    try await Self.expectNoScan(query.sql, in: ledger)
                }
            }
            try await Self.expectNoScan(RelocationQuery().sql, in: ledger)
        }
    }

    @Test("every filter of the record of actions walks an index, alone and with every other one")
    func events() async throws {
        try await withLedger { ledger in
            let filters: [(inout EventQuery) -> Void] = [
                { $0.actor = "ann" }, { $0.subject = "web" }, { $0.kinds = ["alarm"] },
                { $0.kinds = ["alarm", "relocation", "host"] }, { $0.since = epoch }, { $0.until = epoch },
            ]
            for one in filters.indices {
                for other in filters.indices {
                    var query = EventQuery()
                    filters[one](&query)
                    filters[other](&query)
                    try await Self.expectNoScan(query.sql, in: ledger)
                }
            }
            try await Self.expectNoScan(EventQuery().sql, in: ledger)
        }
    }

    @Test("what a start and the removal of old records read walks an index")
    func others() async throws {
        try await withLedger { ledger in
            try await Self.expectNoScan(Pause.sql(endedSince: epoch), in: ledger)
            try await Self.expectNoScan(RelocationQuery(state: .completed, limit: 64).sql, in: ledger)
            try await Self.expectNoScan(TimedTable.events.lastNumber(before: epoch), in: ledger)
            for statement in [SQLiteLedger.oldEvents, SQLiteLedger.oldRelocations, SQLiteLedger.oldResidences] {
                try await Self.expectNoScan(SQL(sql: statement, arguments: [1, 20]), in: ledger)
            }
        }
    }

    @Test("rows are found by their time also where the clock was put back", arguments: 1...4 as ClosedRange<UInt64>)
    func clock(seed: UInt64) async throws {
        try await withLedger { ledger in
            var generator = SeededGenerator(seed: seed)
            var all: [Relocation] = []
            var events: [FleetEvent] = []
            var time = epoch
            for id in 1...120 as ClosedRange<Int64> {
                let step = Int.random(in: 0..<10, using: &generator) == 0 ? -20 : 2
                time = time.advanced(bySeconds: Double(step))
                let relocation = try Some.relocation(id, at: time)
                all.insert(relocation, at: 0)
                events += try ledger.commit([.relocation(relocation)], actor: "clock", at: time)
            }
            for _ in 0..<60 {
                let from = epoch.advanced(bySeconds: Double(Int.random(in: -100...200, using: &generator)))
                let until = from.advanced(bySeconds: Double(Int.random(in: 0...100, using: &generator)))
                let found = try await ledger.relocations(RelocationQuery(since: from, until: until, limit: 1000)).items
                #expect(found.map(\.id) == all.filter { $0.createdAt >= from && $0.createdAt < until }.map(\.id))
                let young = try await ledger.events(EventQuery(since: from, until: until, limit: 1000)).items
                #expect(young == events.reversed().filter { $0.at >= from && $0.at < until })
            }
            // What is young stays, however the clock went.
            try await ledger.pruneEvents(before: epoch.advanced(bySeconds: 50), keepingAtMost: 1000)
            let kept = try await ledger.events(EventQuery(limit: 1000)).items
            #expect(events.filter { $0.at >= epoch.advanced(bySeconds: 50) }.allSatisfy { kept.contains($0) })
        }
    }

    @Test("the pauses of the last hour are read without the moves they belong to")
    func pauses() async throws {
        try await withLedger { ledger in
            for id in 1...5 as ClosedRange<Int64> {
                var relocation = try Some.relocation(id)
                relocation.state = .completed
                relocation.endedAt = epoch.advanced(bySeconds: Double(id))
                relocation.pauseMilliseconds = id == 3 ? nil : Double(id) * 1.5
                try ledger.commit([.relocation(relocation)], actor: "clock", at: epoch)
            }
            try ledger.commit([.relocation(try Some.relocation(6))], actor: "clock", at: epoch)
            let tenant = try TenantName("shop")
            #expect(
                try await ledger.pauses(endedSince: epoch.advanced(bySeconds: 2))
                    == [2, 4, 5].map {
                        Pause(tenant: tenant, milliseconds: $0 * 1.5, endedAt: epoch.advanced(bySeconds: $0))
                    })
        }
    }

    private static func relocationFilters() throws -> [(inout RelocationQuery) -> Void] {
        let (container, tenant, host) = (try ContainerName("web"), try TenantName("shop"), try HostName("a"))
        return [
            { $0.container = container }, { $0.tenant = tenant }, { $0.host = host }, { $0.state = .stranded },
            { $0.trigger = .alert }, { $0.since = epoch }, { $0.until = epoch },
        ]
    }

    /// Parts of a query that are put together may be gone through, tables may not, and nothing of a table is sorted before the
    /// limit has cut it.
    private static func expectNoScan(_ query: SQL, in ledger: SQLiteLedger) async throws {
        let plan = try await ledger.reading("explain a query") { database in
            try SQLRequest<Row>(literal: "EXPLAIN QUERY PLAN \(query)").fetchAll(database)
                .map { $0["detail"] as String }
        }
        #expect(!plan.isEmpty)
        for table in ["relocations", "events", "steps", "residences", "decisions"] {
            #expect(!plan.contains { $0.hasPrefix("SCAN \(table)") }, "\(plan)")
        }
        let isPutTogether = plan.contains { $0.contains("UNION") || $0.contains("COMPOUND") || $0.contains("MERGE") }
        #expect(isPutTogether || !plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}
