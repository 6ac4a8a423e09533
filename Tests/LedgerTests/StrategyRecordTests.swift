import FleetModel
import FoundationEssentials
import GRDB
import Testing

@testable import Ledger

@Suite("What the ledger keeps of the strategy")
struct StrategyRecordTests {
    @Test("every version of a policy can be read, also after its removal, and a name that is used again counts on")
    func versions() async throws {
        try await withLedger { ledger in
            let name = try PolicyName("calm")
            for version in 1...5 {
                try ledger.commit(
                    [.policy(try Some.policy("calm", version, seconds: Double(version)))], actor: "a", at: epoch)
            }
            try ledger.commit([.policyRemoved(name)], actor: "a", at: epoch)
            let record = try ledger.load()
            #expect(record.policies.isEmpty)
            #expect(record.lastPolicyVersions == [name: 5])
            try ledger.commit([.policy(try Some.policy("calm", 6))], actor: "a", at: epoch)
            #expect(try ledger.load().policies.map(\.version) == [6])
            let first = try await ledger.policyVersions(of: name, limit: 4)
            #expect(first.items.map(\.version) == [6, 5, 4, 3])
            let second = try await ledger.policyVersions(of: name, cursor: first.next, limit: 4)
            #expect(second.items.map(\.version) == [2, 1] && second.next == nil)
            #expect(try await ledger.policyVersion(3, of: name) == Some.policy("calm", 3, seconds: 3))
            #expect(try await ledger.policyVersion(7, of: name) == nil)
            #expect(throws: LedgerError.self) {
                try ledger.commit([.policy(try Some.policy("calm", 6))], actor: "a", at: epoch)
            }
        }
    }

    @Test(
        "the stays are those that follow from what happened to the containers", arguments: 1...10 as ClosedRange<UInt64>
    )
    func residences(seed: UInt64) async throws {
        try await withLedger { ledger in
            var life = FleetLife(seed: seed)
            for second in 0..<400 {
                let time = epoch.advanced(bySeconds: Double(second))
                let (changes, notes) = try life.act(at: time)
                // A change that breaks a reference is refused whole; then it did not happen for the memory either.
                do {
                    try ledger.commit(changes, notes: notes, actor: "life", at: time)
                } catch let error as LedgerError where error.code == .conflict {
                    return
                }
            }
            var found: Set<Residence> = []
            try ledger.forEachResidence(since: Timestamp(milliseconds: 0)) { found.insert($0) }
            #expect(found == life.memory.allResidences)
        }
    }

    @Test("stays come in the order of their arrivals, those that ended before a time are left out or removed")
    func order() async throws {
        try await withLedger { ledger in
            try ledger.commit(
                [.tenant(try Some.tenant("t")), .host(try Some.host("a")), .host(try Some.host("b"))], actor: "x",
                at: epoch)
            for second in 0..<20 {
                let time = epoch.advanced(bySeconds: Double(second))
                try ledger.commit(
                    [
                        .container(
                            try Some.container("c", tenant: "t", host: second % 2 == 0 ? "a" : "b", arrivedAt: time))
                    ], actor: "x", at: time)
            }
            var arrivals: [Double] = []
            try ledger.forEachResidence(since: epoch.advanced(bySeconds: 10)) {
                arrivals.append($0.arrivedAt.seconds(since: epoch))
            }
            #expect(arrivals == (9..<20).map(Double.init))
            #expect(try await ledger.pruneResidences(endedBefore: epoch.advanced(bySeconds: 15)) == 14)
            arrivals = []
            try ledger.forEachResidence(since: epoch) { arrivals.append($0.arrivedAt.seconds(since: epoch)) }
            #expect(arrivals == (14..<20).map(Double.init))
        }
    }

    @Test("a decision comes back as it was, and goes with its relocation")
    func decisions() async throws {
        try await withLedger { ledger in
            let decision = PlacementDecision(
                rule: .balanced, candidateCount: 1,
                candidates: [
                    PlacementCandidate(
                        host: try HostName("b"), probability: 1, score: 0.1 + 0.2,
                        terms: PlacementTerms(heterogeneity: nil, knowledge: 0.3))
                ], exclusionCount: 2,
                exclusions: [
                    PlacementExclusion(host: try HostName("a"), reasons: [.sameHost, .memoryFull(freeBytes: 7)]),
                    PlacementExclusion(host: try HostName("c"), reasons: [.neverBeside(try TenantName("t"))]),
                ], temperature: 0.2, entropy: 0, draw: 0.7, chosen: try HostName("b"), warnings: ["only 1"])
            let id = RelocationID(1)
            try ledger.commit(
                [.relocation(try Some.relocation(1))], notes: [.decision(id, decision)], actor: "x", at: epoch)
            #expect(try await ledger.decision(of: id) == decision)
            #expect(try await ledger.decision(of: RelocationID(2)) == nil)
            var ended = try Some.relocation(1)
            ended.state = .completed
            ended.endedAt = epoch
            try ledger.commit([.relocation(ended), .relocation(try Some.relocation(2))], actor: "x", at: epoch)
            #expect(try await ledger.pruneRelocations(endedBefore: epoch.advanced(bySeconds: 1)) == 1)
            #expect(try await ledger.decision(of: id) == nil)
        }
    }

    @Test("a ledger from before is taken over: its policy with its versions, its events, and who is where")
    func migration() async throws {
        try await withDirectory { directory in
            let old = directory + "/old"
            try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: migrations + "/0001_fleet.sql", toPath: old + "/0001_fleet.sql")
            let path = directory + "/ledger.sqlite"
            let first = try Ledger(path: path, migrations: old, at: epoch)
            let arrivedAt = Timestamp(milliseconds: epoch.milliseconds + 12_345)
            let container = try Some.container("web", tenant: "shop", host: "a", arrivedAt: arrivedAt)
            let body = try JSONText.write(container)
            try await first.pool.write { database in
                func policy(_ rate: Double) -> String {
                    #"{"clock":{"attacksPerSecond":\#(rate),"threshold":0.5},"#
                        + #""limits":{"concurrentInFleet":5,"concurrentPerHost":2,"concurrentPerTenant":2}}"#
                }
                for (number, rate) in [(1, 0.1), (2, 0.01)] {
                    try database.execute(
                        sql: "INSERT INTO events VALUES (?, ?, 'ann', 'policy', 'policy', ?)",
                        arguments: [
                            number, epoch.milliseconds + Int64(number), #"{"policy":{"_0":\#(policy(rate))}}"#,
                        ])
                }
                try database.execute(
                    sql: "INSERT INTO policy (id, version, body) VALUES (1, 2, ?)", arguments: [policy(0.01)])
                try database.execute(
                    sql: "INSERT INTO tenants VALUES ('shop', ?)",
                    arguments: [#"{"createdAt":"2026-01-01T00:00:00.000Z","name":"shop"}"#])
                try database.execute(
                    sql: "INSERT INTO hosts (name, body) VALUES ('a', ?)",
                    arguments: [try JSONText.write(try Some.host("a"))])
                try database.execute(
                    sql: "INSERT INTO containers VALUES ('web', 'shop', 'a', ?)", arguments: [body])
            }
            try first.close()

            let ledger = try Ledger(path: path, migrations: migrations, at: epoch)
            let record = try ledger.load()
            let policy = try #require(record.policies.first)
            #expect(policy.name == .default && policy.version == 2 && policy.changedBy == "ann")
            #expect(policy.policy.clock == .deadline(threshold: 0.5))
            #expect(policy.policy.assumedAttackSeconds == 100)
            #expect(record.tenants.first?.neverBeside == [])
            let before = try await ledger.policyVersion(1, of: .default)
            #expect(before?.policy.assumedAttackSeconds == 10)
            let events = try await ledger.events(after: 0, limit: 10)
            #expect(events.count == 2)
            guard case .policy(let told) = events[1].change else {
                Issue.record("not a policy")
                return
            }
            #expect(told.policy == policy.policy)
            var stays: [Residence] = []
            try ledger.forEachResidence(since: epoch) { stays.append($0) }
            #expect(stays == [try #require(container.residence)])
            try ledger.close()
        }
    }
}
