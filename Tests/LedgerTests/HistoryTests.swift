import FleetLedger
import FleetModel
import RelocateTesting
import Testing

@testable import Ledger

@Suite("History")
struct HistoryTests {
    @Test("filters and pages of relocations find what a filter in memory finds", arguments: [7, 8] as [UInt64])
    func relocations(seed: UInt64) async throws {
        try await withLedger { ledger in
            var life = FleetLife(seed: seed)
            for moment in 0..<400 {
                let time = epoch.advanced(bySeconds: Double(moment))
                let (changes, notes) = try life.act(at: time)
                try ledger.commit(changes, notes: notes, actor: "op", at: time)
            }
            let all = life.memory.relocations.values.sorted { $0.id > $1.id }
            #expect(all.count > 20)
            var generator = SeededGenerator(seed: seed)
            var found = 0
            for _ in 0..<150 {
                let query = try Self.query(&generator)
                let pages = try await Self.everyPage(query, ledger)
                #expect(pages == all.filter { query.takes($0) }, "\(query)")
                found += pages.count
            }
            #expect(found > 100)
        }
    }

    @Test("a page goes on where the last one ended although relocations were added meanwhile")
    func stablePages() async throws {
        try await withLedger { ledger in
            for id in 1...5 as ClosedRange<Int64> {
                try ledger.commit([.relocation(try Some.relocation(id))], actor: "clock", at: epoch)
            }
            let first = try await ledger.relocations(RelocationQuery(limit: 2))
            #expect(first.items.map(\.id.number) == [5, 4])
            try ledger.commit([.relocation(try Some.relocation(6))], actor: "clock", at: epoch)
            let cursor = try PageCursor(#require(first.next).description)
            let second = try await ledger.relocations(RelocationQuery(cursor: cursor, limit: 3))
            #expect(second.items.map(\.id.number) == [3, 2, 1])
            #expect(second.next == nil)
        }
    }

    @Test("cursors and limits that make no sense are refused")
    func wrongQueries() async throws {
        for text in ["", "-5", "+5", "0", "005", "5 ", "Z", "ZZ", "zzzzzzzzzzzzzzzzzzzz", "é"] {
            let error = #expect(throws: LedgerError.self) { try PageCursor(text) }
            #expect(error?.code == .invalidCursor)
        }
        try await withLedger { ledger in
            for limit in [0, -1, 1001, .max] {
                let first = await #expect(throws: LedgerError.self) {
                    try await ledger.relocations(RelocationQuery(limit: limit))
                }
                let second = await #expect(throws: LedgerError.self) {
                    try await ledger.events(EventQuery(limit: limit))
                }
                let third = await #expect(throws: LedgerError.self) { try await ledger.events(after: 0, limit: limit) }
                #expect([first, second, third].allSatisfy { $0?.code == .invalidLimit })
            }
        }
    }

    @Test("the record of actions is filtered by actor, subject, kind and time, newest first")
    func actions() async throws {
        try await withLedger { ledger in
            var life = FleetLife(seed: 9)
            var all: [FleetEvent] = []
            for moment in 0..<300 {
                let time = epoch.advanced(bySeconds: Double(moment))
                let (changes, notes) = try life.act(at: time)
                all += try ledger.commit(changes, notes: notes, actor: ["ann", "bob"][moment % 2], at: time)
            }
            let middle = epoch.advanced(bySeconds: 150)
            let queries = [
                EventQuery(), EventQuery(actor: "ann"), EventQuery(subject: "c1"),
                EventQuery(kinds: ["alarm", "host"]),
                EventQuery(kinds: []), EventQuery(actor: "bob", subject: "h2", kinds: ["host"]),
                EventQuery(since: middle), EventQuery(until: middle), EventQuery(actor: "'; DROP TABLE events; --"),
            ]
            for query in queries {
                var query = query
                query.limit = 7
                var found: [FleetEvent] = []
                repeat {
                    let page = try await ledger.events(query)
                    found += page.items
                    query.cursor = page.next
                } while query.cursor != nil
                #expect(found == all.reversed().filter { query.takes($0) })
            }
        }
    }

    @Test("a reader is given the events after the last one it knows, or is told that they are gone")
    func eventsAfter() async throws {
        try await withLedger { ledger in
            #expect(try await ledger.oldestSequence() == nil)
            #expect(try await ledger.events(after: 0, limit: 10).isEmpty)
            for second in 0..<10 {
                try ledger.commit(
                    [.scheduler(paused: true), .refused(action: "a", subject: "s", reason: "r")], actor: "op",
                    at: epoch.advanced(bySeconds: Double(second)))
            }
            #expect(try await ledger.events(after: 17, limit: 10).map(\.sequence) == [18, 19, 20])
            #expect(try await ledger.events(after: 0, limit: 2).map(\.sequence) == [1, 2])
            #expect(try await ledger.events(after: 3, limit: 2, kinds: ["refused"]).map(\.sequence) == [4, 6])
            #expect(try await ledger.events(after: 20, limit: 2).isEmpty)

            #expect(try await ledger.pruneEvents(before: epoch.advanced(bySeconds: 3), keepingAtMost: 100) == 6)
            #expect(try await ledger.oldestSequence() == 7)
            #expect(try await ledger.events(after: 6, limit: 1).map(\.sequence) == [7])
            let error = await #expect(throws: LedgerError.self) { try await ledger.events(after: 5, limit: 1) }
            #expect(error?.code == .eventsPruned)
        }
    }

    @Test("pruning keeps the newest event and relocation, so that numbers go on")
    func pruning() async throws {
        try await withLedger { ledger in
            for id in 1...3000 as ClosedRange<Int64> where id < 5 || id % 600 == 0 {
                var relocation = try Some.relocation(id)
                relocation.endedAt = epoch
                relocation.state = .completed
                relocation.steps = [try Some.step(.prepare, "b")]
                try ledger.commit(
                    [FleetChange](repeating: .relocation(relocation), count: 300), actor: "clock", at: epoch)
            }
            #expect(try await ledger.pruneEvents(before: epoch, keepingAtMost: 2500) == 200)
            #expect(try await ledger.pruneEvents(before: epoch.advanced(bySeconds: 1), keepingAtMost: 2500) == 2499)
            #expect(try await ledger.oldestSequence() == 2700)
            #expect(try await ledger.pruneRelocations(endedBefore: epoch) == 0)
            #expect(try await ledger.pruneRelocations(endedBefore: epoch.advanced(bySeconds: 1)) == 8)
            #expect(try await ledger.relocations(RelocationQuery()).items.map(\.id.number) == [3000])
            #expect(try await ledger.load().nextRelocation == RelocationID(3001))
            #expect(try ledger.commit([.scheduler(paused: true)], actor: "op", at: epoch).map(\.sequence) == [2701])
        }
    }

    private static func everyPage(_ query: RelocationQuery, _ ledger: SQLiteLedger) async throws -> [Relocation] {
        var query = query
        var found: [Relocation] = []
        repeat {
            let page = try await ledger.relocations(query)
            #expect(page.items.count <= query.limit)
            found += page.items
            query.cursor = page.next
        } while query.cursor != nil
        return found
    }

    private static func query(_ generator: inout SeededGenerator) throws -> RelocationQuery {
        func sometimes<Value>(_ make: (Int) throws -> Value) rethrows -> Value? {
            let number = Int.random(in: 0..<24, using: &generator)
            return number < 8 ? try make(number) : nil
        }
        return RelocationQuery(
            container: try sometimes { try ContainerName("c\($0)") },
            tenant: try sometimes { try TenantName("t\($0 % 3)") },
            host: try sometimes { try HostName("h\($0 % 5)") },
            state: sometimes { RelocationState.allCases[$0 % RelocationState.allCases.count] },
            trigger: sometimes { Trigger.allCases[$0 % Trigger.allCases.count] },
            since: sometimes { epoch.advanced(bySeconds: Double($0 * 25)) },
            until: sometimes { epoch.advanced(bySeconds: Double(400 - $0 * 25)) },
            limit: Int.random(in: 1...9, using: &generator))
    }

}
