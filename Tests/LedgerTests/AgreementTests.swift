import FleetLedger
import FleetModel
import RelocateTesting
import Testing

@testable import Ledger

@Suite("Two ledgers that were told the same")
struct AgreementTests {
    @Test("answer the same, whatever is asked", arguments: 1...4 as ClosedRange<UInt64>)
    func answers(seed: UInt64) async throws {
        try await withLedger { database in
            let memory = MemoryLedger()
            var life = FleetLife(seed: seed)
            for moment in 0..<250 {
                let time = epoch.advanced(bySeconds: Double(moment))
                let (changes, notes) = try life.act(at: time)
                let events = try [database as any Ledger, memory].map {
                    try $0.commit(changes, notes: notes, actor: "op", at: time)
                }
                #expect(events[0] == events[1])
            }
            try await expectSame(database, memory) { try await $0.load() }
            try await expectSame(database, memory) { try await $0.everyResidence() }
            try await expectSame(database, memory) { ledger in
                try await ledger.residences(since: epoch.advanced(bySeconds: 120)).inOrder
            }
            try await expectSame(database, memory) { try await $0.events(after: 17, limit: 100) }
            try await expectSame(database, memory) { try await $0.events(EventQuery(kinds: ["progress"], limit: 9)) }
            try await expectSame(database, memory) { ledger in
                try await ledger.policyVersions(of: PolicyName("p1"), limit: 2)
            }
            var query = RelocationQuery(host: try HostName("h1"), limit: 3)
            repeat {
                try await expectSame(database, memory) { [query] in try await $0.relocations(query) }
                query.cursor = try await memory.relocations(query).next
            } while query.cursor != nil
            let middle = epoch.advanced(bySeconds: 150)
            try await expectSame(database, memory) { try await $0.pruneRelocations(endedBefore: middle) }
            try await expectSame(database, memory) { try await $0.pruneResidences(endedBefore: middle) }
            try await expectSame(database, memory) { try await $0.pruneEvents(before: middle, keepingAtMost: 60) }
            try await expectSame(database, memory) { try await $0.load() }
            try await expectSame(database, memory) { try await $0.relocations(RelocationQuery(limit: 1000)) }
            for ledger in [database as any Ledger, memory] {
                let error = await #expect(throws: LedgerError.self) { try await ledger.events(after: 0, limit: 1) }
                #expect(error?.code == .eventsPruned)
            }
        }
    }

    @Test("refuse the same, and nothing of it is there then")
    func refusals() async throws {
        try await withLedger { database in
            for ledger in [database as any Ledger, MemoryLedger()] {
                try ledger.commit([.tenant(try Some.tenant("shop"))], actor: "op", at: epoch)
                let before = try await ledger.load()
                let wrong: [([FleetChange], [FleetNote])] = [
                    ([.container(try Some.container("web", tenant: "shop", host: "nowhere"))], []),
                    ([.container(try Some.container("web", tenant: "nobody", host: nil))], []),
                    ([.scheduler(paused: true)], [.credential(try HostName("nowhere"), SecretHash(of: "x"))]),
                    ([.policy(try Some.policy("calm", 0))], []),
                ]
                for (changes, notes) in wrong {
                    let error = #expect(throws: LedgerError.self) {
                        try ledger.commit(changes, notes: notes, actor: "op", at: epoch)
                    }
                    #expect(error?.code == .conflict)
                }
                #expect(try await ledger.load() == before)
            }
        }
    }

    private func expectSame<Answer: Equatable>(
        _ one: any Ledger, _ other: any Ledger, _ question: (any Ledger) async throws -> Answer
    ) async throws {
        let (first, second) = (try await question(one), try await question(other))
        #expect(first == second)
    }
}
