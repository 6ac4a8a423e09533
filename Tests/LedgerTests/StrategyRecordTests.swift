import FleetLedger
import FleetModel
import FoundationEssentials
import GRDB
import Synchronization
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
            let record = try await ledger.load()
            #expect(record.policies.isEmpty)
            #expect(record.lastPolicyVersions == [name: 5])
            try ledger.commit([.policy(try Some.policy("calm", 6))], actor: "a", at: epoch)
            #expect(try await ledger.load().policies.map(\.version) == [6])
            let first = try await ledger.policyVersions(of: name, limit: 4)
            #expect(first.items.map(\.version) == [6, 5, 4, 3])
            let second = try await ledger.policyVersions(of: name, cursor: first.next, limit: 4)
            #expect(second.items.map(\.version) == [2, 1] && second.next == nil)
            #expect(try await ledger.policyVersion(3, of: name) == Some.policy("calm", 3, seconds: 3))
            #expect(try await ledger.policyVersion(7, of: name) == nil)
            for wrong in [6, 2, 0] {
                let error = #expect(throws: LedgerError.self) {
                    try ledger.commit([.policy(try Some.policy("calm", wrong))], actor: "a", at: epoch)
                }
                #expect(error?.code == .conflict)
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
                try ledger.commit(changes, notes: notes, actor: "life", at: time)
            }
            #expect(life.memory.allResidences.count > 10)
            #expect(try await ledger.everyResidence() == life.memory.allResidences)
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
            func arrivals(since time: Timestamp) async throws -> [Double] {
                try await ledger.residences(since: time).map { $0.arrivedAt.seconds(since: epoch) }
            }
            #expect(try await arrivals(since: epoch.advanced(bySeconds: 10)) == (9..<20).map(Double.init))
            #expect(try await ledger.pruneResidences(endedBefore: epoch.advanced(bySeconds: 15)) == 14)
            #expect(try await arrivals(since: epoch) == (14..<20).map(Double.init))
        }
    }

    @Test("a container that was stopped and is removed later was not there in between")
    func stoppedThenRemoved() async throws {
        try await withLedger { ledger in
            func become(_ state: ContainerState, after seconds: Double) throws {
                let container = try Some.container("c", tenant: "t", host: "a", state: state, arrivedAt: epoch)
                try ledger.commit([.container(container)], actor: "x", at: epoch.advanced(bySeconds: seconds))
            }
            try ledger.commit([.tenant(try Some.tenant("t")), .host(try Some.host("a"))], actor: "x", at: epoch)
            try become(.running, after: 0)
            try become(.relocating(RelocationID(1)), after: 1)
            try become(.stopped(reason: "its process ended"), after: 2)
            try become(.removing, after: 50)
            try ledger.commit(
                [.containerRemoved(try ContainerName("c"))], actor: "x", at: epoch.advanced(bySeconds: 51))
            let stays = try await ledger.everyResidence()
            #expect(stays.map(\.leftAt) == [epoch.advanced(bySeconds: 2)])
        }
    }

    @Test("whoever reads stays can stop, and is given its own error")
    func stop() async throws {
        try await withLedger { ledger in
            try ledger.commit(
                [
                    .tenant(try Some.tenant("t")), .host(try Some.host("a")),
                    .container(try Some.container("c", tenant: "t", host: "a", arrivedAt: epoch)),
                    .container(try Some.container("d", tenant: "t", host: "a", arrivedAt: epoch)),
                ], actor: "x", at: epoch)
            let count = Mutex(0)
            await #expect(throws: CancellationError.self) {
                try await ledger.residences(since: epoch, into: ()) { _, _ in
                    count.withLock { $0 += 1 }
                    throw CancellationError()
                }
            }
            #expect(count.withLock { $0 } == 1)
        }
    }

    @Test("a clock that was put back makes no stay end before it began")
    func clockPutBack() async throws {
        try await withLedger { ledger in
            try ledger.commit(
                [
                    .tenant(try Some.tenant("t")), .host(try Some.host("a")),
                    .container(try Some.container("c", tenant: "t", host: "a", arrivedAt: epoch)),
                ], actor: "x", at: epoch)
            let earlier = epoch.advanced(bySeconds: -60)
            try ledger.commit([.containerRemoved(try ContainerName("c"))], actor: "x", at: earlier)
            #expect(try await ledger.everyResidence().map(\.leftAt) == [epoch])
        }
    }

    @Test("a change that moves no container writes nothing to the stays")
    func untouched() async throws {
        try await withLedger { ledger in
            var container = try Some.container("c", tenant: "t", host: "a", arrivedAt: epoch)
            try ledger.commit(
                [.tenant(try Some.tenant("t")), .host(try Some.host("a")), .container(container)], actor: "x", at: epoch
            )
            try await ledger.pool.write { database in
                try database.execute(
                    sql: """
                        CREATE TEMP TRIGGER no_insert BEFORE INSERT ON residences
                        BEGIN SELECT raise(ABORT, 'written'); END;
                        CREATE TEMP TRIGGER no_update BEFORE UPDATE ON residences
                        BEGIN SELECT raise(ABORT, 'written'); END;
                        """)
            }
            for second in 1..<20 {
                container.state = second % 2 == 0 ? .running : .relocating(RelocationID(Int64(second)))
                container.deadlineAt = epoch.advanced(bySeconds: Double(second))
                try ledger.commit([.container(container)], actor: "x", at: epoch.advanced(bySeconds: Double(second)))
            }
        }
    }

    @Test("stays by the hundred thousand are read one after the other, and removed in the end")
    func manyStays() async throws {
        try await withLedger { ledger in
            try await ledger.pool.write { database in
                try database.execute(
                    sql: """
                        WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 199999)
                        INSERT INTO residences (container, tenant, host, arrived_at, left_at)
                        SELECT 'c' || n % 100, 't', 'h' || n % 7, 199999 - n, 200000 FROM numbers
                        """)
            }
            let start = (count: 0, last: Timestamp(milliseconds: -1))
            let found = try await ledger.residences(since: Timestamp(milliseconds: 200_000), into: start) {
                let isLater = $1.arrivedAt > $0.last
                #expect(isLater)
                $0 = ($0.count + 1, $1.arrivedAt)
            }
            #expect(found.count == 200_000)
            #expect(try await ledger.pruneResidences(endedBefore: Timestamp(milliseconds: 200_001)) == 200_000)
            #expect(try await ledger.everyResidence().isEmpty)
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
                    PlacementExclusion(host: try HostName("c"), reasons: [.neverBeside(.tenant(try TenantName("t")))]),
                ], temperature: 0.2, entropy: 0, draw: 0.7, chosen: try HostName("b"), warnings: ["only 1"])
            let id = RelocationID(1)
            try ledger.commit(
                [.relocation(try Some.relocation(1))], notes: [.decision(id, decision)], actor: "x", at: epoch)
            #expect(try await ledger.decision(of: id) == decision)
            #expect(try await ledger.decision(of: RelocationID(2)) == nil)
            let error = #expect(throws: LedgerError.self) {
                try ledger.commit([], notes: [.decision(RelocationID(2), decision)], actor: "x", at: epoch)
            }
            #expect(error?.code == .conflict)
            var other = decision
            other.draw = 0.1
            try ledger.commit([], notes: [.decision(id, other)], actor: "x", at: epoch)
            #expect(try await ledger.decision(of: id) == other)
            var ended = try Some.relocation(1)
            ended.state = .completed
            ended.endedAt = epoch
            try ledger.commit([.relocation(ended), .relocation(try Some.relocation(2))], actor: "x", at: epoch)
            #expect(try await ledger.pruneRelocations(endedBefore: epoch.advanced(bySeconds: 1)) == 1)
            #expect(try await ledger.decision(of: id) == nil)
        }
    }

    @Test("a ledger from before that nobody set a policy for, or that has lost the events of it, is taken over")
    func migrationWithoutEvents() async throws {
        for isSet in [false, true] {
            try await withFormerLedger { database in
                guard isSet else { return }
                try database.execute(
                    sql: "INSERT INTO policy (id, version, body) VALUES (1, 7, ?)",
                    arguments: [#"{"clock":{"attacksPerSecond":0.5,"threshold":0.5}}"#])
            } then: { ledger in
                let record = try await ledger.load()
                #expect(record.lastPolicyVersions == (isSet ? [.default: 7] : [:]))
                #expect(record.policies.map(\.version) == (isSet ? [7] : []))
                #expect(record.policies.allSatisfy { $0.changedAt.milliseconds == 0 && $0.changedBy.isEmpty })
                let next = (record.lastPolicyVersions[.default] ?? 0) + 1
                try ledger.commit([.policy(try Some.policy("default", next))], actor: "x", at: epoch)
                let set = try Some.policy("default", next)
                #expect(try await ledger.load().policies == [set])
            }
        }
    }

    @Test("of a ledger from before the stays are taken over of exactly those containers that run")
    func migrationOfStays() async throws {
        let states: [ContainerState] = [
            .starting, .running, .relocating(RelocationID(3)), .stopped(reason: "running"), .stranded(RelocationID(4)),
            .failed(reason: "removing"), .removing, .lost(try HostName("a")),
        ]
        var containers: [Container] = []
        for (number, state) in states.enumerated() {
            for (host, seconds) in [("a", 0.001), ("a", 0.999 - Double(number)), (nil, 5), ("a", nil)] {
                containers.append(
                    try Some.container(
                        "c\(containers.count)", tenant: "t", host: host, state: state,
                        arrivedAt: seconds.map { epoch.advanced(bySeconds: $0) }))
            }
        }
        try await withFormerLedger { [containers] database in
            try database.execute(
                sql: "INSERT INTO tenants VALUES ('t', ?)",
                arguments: [#"{"createdAt":"2026-01-01T00:00:00.000Z","name":"t"}"#])
            try database.execute(
                sql: "INSERT INTO hosts (name, body) VALUES ('a', ?)",
                arguments: [try JSONText.write(try Some.host("a"))])
            for container in containers {
                try database.execute(
                    sql: "INSERT INTO containers VALUES (?, 't', ?, ?)",
                    arguments: [container.name.text, container.host?.text, try JSONText.write(container)])
            }
        } then: { ledger in
            let expected = containers.compactMap(\.residence)
            #expect(expected.count == 6)
            let stays = try await ledger.everyResidence()
            #expect(stays == expected.inOrder)
        }
    }

    /// Fills a ledger of the first form, then opens it with all migrations.
    private func withFormerLedger(
        _ fill: @escaping @Sendable (Database) throws -> Void, then body: (SQLiteLedger) async throws -> Void
    ) async throws {
        try await withDirectory { directory in
            let old = directory + "/old"
            try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: migrations + "/0001_fleet.sql", toPath: old + "/0001_fleet.sql")
            let former = try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: old, at: epoch)
            try await former.pool.write(fill)
            try former.close()
            let ledger = try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: migrations, at: epoch)
            try await body(ledger)
            try ledger.close()
        }
    }

    @Test("a ledger from before is taken over: its policy with its versions, its events, and who is where")
    func migration() async throws {
        let arrivedAt = Timestamp(milliseconds: epoch.milliseconds + 12_345)
        let container = try Some.container("web", tenant: "shop", host: "a", arrivedAt: arrivedAt)
        let body = try JSONText.write(container)
        try await withFormerLedger { database in
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
                sql: "INSERT INTO hosts (name, body, credential, session) VALUES ('a', ?, ?, 3)",
                arguments: [try JSONText.write(try Some.host("a")), Data(SecretHash(of: "secret").bytes)])
            try database.execute(
                sql: "UPDATE settings SET join_token = ?, scheduler_paused = 1",
                arguments: [Data(SecretHash(of: "token").bytes)])
            try database.execute(sql: "INSERT INTO containers VALUES ('web', 'shop', 'a', ?)", arguments: [body])
        } then: { ledger in
            let record = try await ledger.load()
            let policy = try #require(record.policies.first)
            #expect(policy.name == .default && policy.version == 2 && policy.changedBy == "ann")
            #expect(policy.policy.clock == .deadline(threshold: 0.5))
            #expect(policy.policy.assumedAttackSeconds == 100)
            #expect(record.tenants.first?.neverBeside == [])
            #expect(record.hosts == [HostRecord(host: try Some.host("a"), credential: SecretHash(of: "secret"))])
            #expect(record.schedulerPaused)
            let before = try await ledger.policyVersion(1, of: .default)
            #expect(before?.policy.assumedAttackSeconds == 10)
            let events = try await ledger.events(after: 0, limit: 10)
            #expect(events.count == 2)
            guard case .policy(let told) = events[1].change else {
                Issue.record("not a policy")
                return
            }
            #expect(told.policy == policy.policy)
            let stay = try #require(container.residence)
            #expect(try await ledger.residences(since: epoch) == [stay])
        }
    }
}
