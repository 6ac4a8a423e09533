import FleetLedger
import FleetModel
import Testing

@testable import Ledger

@Suite("Commits")
struct CommitTests {
    @Test("a restarted ledger holds what the fleet's memory held", arguments: [1, 2, 3] as [UInt64])
    func restartEqualsMemory(seed: UInt64) async throws {
        try await withDirectory { directory in
            let path = directory + "/ledger.sqlite"
            var life = FleetLife(seed: seed)
            var sent: [FleetChange] = []
            for chapter in 0..<8 {
                let ledger = try SQLiteLedger(path: path, migrations: migrations, at: epoch)
                #expect(life.memory.matches(try await ledger.load()))
                for moment in 0..<40 {
                    let time = epoch.advanced(bySeconds: Double(chapter * 40 + moment))
                    let (changes, notes) = try life.act(at: time)
                    let events = try ledger.commit(changes, notes: notes, actor: "op", at: time)
                    #expect(events.map(\.change) == changes)
                    sent += changes
                }
                #expect(life.memory.matches(try await ledger.load()))
                #expect(try await ledger.everyResidence() == life.memory.allResidences)
                try ledger.close()
            }
            let ledger = try SQLiteLedger(path: path, migrations: migrations, at: epoch)
            let record = try await ledger.load()
            #expect(life.memory.matches(record))
            let events = try await ledger.events(after: 0, limit: 1000)
            #expect(events.map(\.change) == sent)
            #expect(events.map(\.sequence) == Array(1...Int64(sent.count)))
            #expect(record.lastSequence == Int64(sent.count))
            for relocation in life.memory.relocations.values {
                #expect(try await ledger.relocation(relocation.id) == relocation)
            }
            try ledger.close()
        }
    }

    @Test("very many containers come back as they were, in the order of their names")
    func manyContainers() async throws {
        try await withLedger { ledger in
            let containers = try (10_000..<15_000).map { number in
                var container = try Some.container("c\(number)", tenant: "shop", host: "a")
                // Much is equal in some of them, and different in all.
                container.spec.command = ["/bin/server", number % 3 == 0 ? "--port=\(number)" : "--quiet"]
                container.spec.environment = ["MODE": "\(number % 5)"]
                container.spec.image = "registry.example/shop/web:\(number)"
                container.spec.ports = [PortMapping(port: UInt16(number), containerPort: 80)]
                return container
            }
            try ledger.commit([.tenant(try Some.tenant("shop")), .host(try Some.host("a"))], actor: "op", at: epoch)
            try ledger.commit(containers.map { .container($0) }, actor: "op", at: epoch)
            #expect(try await ledger.load().containers == containers)
        }
    }

    @Test("every kind of change comes back from the record as it went in")
    func everyChange() async throws {
        try await withLedger { ledger in
            let image = Image(
                digest: try ImageDigest("sha256:" + String(repeating: "0f", count: 32)), names: ["shop/web:3"],
                bytes: 7,
                importedAt: epoch, defaults: ImageDefaults(command: ["/bin/true"], environment: ["A": "="]))
            var relocation = try Some.relocation(1)
            relocation.steps = [try Some.step(.prepare, "b"), try Some.step(.checkpoint, "a", .failed)]
            relocation.failure = relocation.steps[1].failure
            relocation.pauseMilliseconds = 0.1 + 0.2
            relocation.state = .running
            var further = relocation
            further.steps[0].durationMilliseconds = 12.5
            further.steps.append(try Some.step(.revive, "a", .sent))
            further.failure = StepFailure(code: .unreachable, message: #"it said "steps":[]}"#)
            let progress = try #require(RelocationProgress(of: further, since: relocation))
            #expect(progress.steps.count == 2 && progress.hasMore)
            var ended = further
            (ended.state, ended.endedAt) = (.rolledBack, epoch)
            let changes: [FleetChange] = [
                .tenant(try Some.tenant("shop")), .host(try Some.host("a")),
                .container(try Some.container("web", tenant: "shop", host: "a")), .relocation(relocation),
                .progress(progress), .relocation(ended),
                .policy(try Some.policy("calm", 1)), .policyRemoved(try PolicyName("calm")),
                .image(image),
                .scheduler(paused: true),
                .alarm(Alarm(kind: .stranded, subject: "web", message: "x", raisedAt: epoch)),
                .refused(action: "move", subject: "web", reason: "it is pinned"),
                .containerRemoved(try ContainerName("web")), .hostForgotten(try HostName("a")),
                .tenantRemoved(try TenantName("shop")),
            ]
            #expect(Set(changes.map(\.kind)).count == 14)
            let events = try ledger.commit(changes, actor: "alice", at: epoch)
            #expect(try await ledger.events(after: 0, limit: 100) == events)
            #expect(events.allSatisfy { $0.actor == "alice" && $0.at == epoch })
        }
    }

    @Test("concurrent commits number their events without gaps")
    func noGaps() async throws {
        try await withLedger { ledger in
            let numbers = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for task in 0..<8 {
                    group.addTask {
                        var numbers: [Int64] = []
                        for round in 0..<10 {
                            let changes = [FleetChange](
                                repeating: .scheduler(paused: round % 2 == 0), count: task % 3 + 1)
                            let events = try ledger.commit(changes, actor: "task-\(task)", at: epoch)
                            #expect(zip(events, events.dropFirst()).allSatisfy { $1.sequence == $0.sequence + 1 })
                            numbers += events.map(\.sequence)
                            // A commit that fails must not use up numbers.
                            #expect(throws: LedgerError.self) {
                                try ledger.commit(
                                    [
                                        .scheduler(paused: true),
                                        .container(try Some.container("x", tenant: "none", host: nil)),
                                    ],
                                    actor: "wrong", at: epoch)
                            }
                        }
                        return numbers
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(numbers.sorted() == Array(1...Int64(numbers.count)))
            #expect(try await ledger.events(EventQuery(actor: "wrong")).items.isEmpty)
        }
    }

    @Test("a commit that contradicts the ledger changes nothing and says why")
    func conflict() async throws {
        try await withLedger { ledger in
            try ledger.commit(
                [
                    .tenant(try Some.tenant("shop")), .host(try Some.host("a")),
                    .container(try Some.container("web", tenant: "shop", host: "a")),
                ], actor: "op", at: epoch)
            let before = try await ledger.load()
            let contradictions: [([FleetChange], [FleetNote])] = [
                ([.scheduler(paused: true), .tenantRemoved(try TenantName("shop"))], []),
                ([.scheduler(paused: true), .hostForgotten(try HostName("a"))], []),
                ([.scheduler(paused: true)], [.credential(try HostName("nobody"), SecretHash(of: "s"))]),
                ([.container(try Some.container("web", tenant: "shop", host: "nobody"))], []),
            ]
            for (changes, notes) in contradictions {
                let error = #expect(throws: LedgerError.self) {
                    try ledger.commit(changes, notes: notes, actor: "op", at: epoch)
                }
                #expect(error?.code == .conflict)
                #expect(try await ledger.load() == before)
            }
            // The order within a commit is free.
            try ledger.commit(
                [
                    .tenantRemoved(try TenantName("shop")), .hostForgotten(try HostName("a")),
                    .containerRemoved(try ContainerName("web")),
                ], actor: "op", at: epoch)
            #expect(try await ledger.load().containers.isEmpty)
        }
    }

    @Test("a number that JSON cannot hold is refused, and nothing is written")
    func invalidValue() async throws {
        try await withLedger { ledger in
            var relocation = try Some.relocation(1)
            relocation.pauseMilliseconds = .nan
            let error = #expect(throws: LedgerError.self) {
                try ledger.commit([.scheduler(paused: true), .relocation(relocation)], actor: "op", at: epoch)
            }
            #expect(error?.code == .invalidValue)
            #expect(try await ledger.load().lastSequence == 0)
        }
    }
}
