import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("A fleet that a ledger remembers")
struct RememberedFleetTests {
    /// What a ledger would remember of a state.
    private func record(of state: FleetState) -> FleetRecord {
        FleetRecord(
            hosts: state.hosts.values.map { HostRecord(host: $0) }.sorted { $0.host.name < $1.host.name },
            tenants: state.tenants.values.sorted { $0.name < $1.name },
            containers: state.containers.values.sorted { $0.name < $1.name },
            openRelocations: state.relocations.values.sorted { $0.id < $1.id },
            policies: state.policies.values.sorted { $0.name < $1.name }, lastPolicyVersions: state.policyVersions,
            schedulerPaused: state.isPaused, alarms: state.alarms.values.sorted { $0.place < $1.place },
            lastSequence: state.sequence, nextRelocation: RelocationID(state.nextRelocation))
    }

    @Test("knows, counts and decides what the one knew that wrote it down", arguments: 1...8 as ClosedRange<UInt64>)
    func same(seed: UInt64) throws {
        var fleet = try RandomFleet(seed: seed, forgetsLoads: false)
        for number in 1...1500 {
            try fleet.step()
            guard number.isMultiple(of: 150) else { continue }
            let state = fleet.state
            let again = FleetState(record(of: state))
            #expect(again.hosts == state.hosts && again.tenants == state.tenants)
            #expect(again.containers == state.containers && again.relocations == state.relocations)
            #expect(again.alarms == state.alarms && again.policies == state.policies)
            #expect(again.nextRelocation == state.nextRelocation && again.isPaused == state.isPaused)
            #expect(again.index == state.index)
            #expect(Array(again.dues) == Array(state.dues))
            #expect(again.startLimits == state.startLimits)
            try expectSameChances(again, state)
        }
    }

    /// Where each container could go, with which probability; what moves have cost is not in the record.
    private func expectSameChances(_ again: FleetState, _ state: FleetState) throws {
        let exposure = ExposureLog()
        for container in state.containers.values {
            guard let host = container.host, state.hosts[host] != nil else { continue }
            var policy = state.policy(of: container)
            policy.placement.terms.cost = 0
            let laws = [again, state].map { state in
                Placement.law(
                    state.request(moving: container, from: host, at: epoch, exposure: exposure), in: state.placement,
                    policy: policy)
            }
            let chances = laws.map { law in
                Dictionary(law.candidates.map { ($0.host, $0.probability) }, uniquingKeysWith: { first, _ in first })
            }
            #expect(Set(chances[0].keys) == Set(chances[1].keys), "\(container.name)")
            for (host, chance) in chances[0] {
                #expect(abs(chance - (chances[1][host] ?? 0)) < 1e-9, "\(container.name) to \(host)")
            }
        }
    }

    @Test("lets the addresses rest that rested")
    func quarantine() throws {
        let address = IPv4Address(number: 0x0A58_0007)
        let until = epoch.advanced(bySeconds: 60)
        let state = FleetState(FleetRecord(quarantine: [address: until]))
        #expect(state.quarantine.end(of: address, at: epoch) == until)
        #expect(state.quarantine.end(of: address, at: until) == nil)
    }
}

@Suite("Random numbers")
struct RandomnessTests {
    @Test("copies of a source draw from one sequence, none of them twice")
    func shared() {
        var first = Randomness.Source(SeededGenerator(seed: 1))
        var second = first
        var plain = SeededGenerator(seed: 1)
        let expected = (0..<6).map { _ in plain.next() }
        #expect([first.next(), second.next(), first.next(), first.next(), second.next(), second.next()] == expected)
    }

    @Test("the system's numbers differ from draw to draw")
    func system() {
        var source = Randomness.system.clock
        #expect(Set((0..<100).map { _ in source.next() }).count == 100)
    }
}

@Suite("Who was beside whom")
struct ExposureLogTests {
    private func event(_ change: FleetChange, at seconds: Double) -> FleetEvent {
        FleetEvent(sequence: 0, at: epoch.advanced(bySeconds: seconds), actor: "test", change: change)
    }

    @Test("a stay begins when a container runs, ends when it leaves, and is measured against the policy of then")
    func stays() throws {
        var fleet = try SmallFleet()
        let log = ExposureLog()
        let (acme, bravo) = (try TenantName("acme"), try TenantName("bravo"))
        try fleet.change { _ = try $0.set(.deadline(seconds: 60, threshold: 0.5), as: .default, by: "ann") }
        let shop = try fleet.add("shop")
        let rival = try fleet.add("rival", of: "bravo") { $0.arrivedAt = epoch.advanced(bySeconds: 5) }
        for name in [shop, rival] {
            log.take([event(.container(try fleet.container(name)), at: 5)], in: fleet.state)
        }
        let now = epoch.advanced(bySeconds: 15)
        let exposure = try #require(log.read { $0.exposure(of: shop, at: now) })
        #expect(exposure.current.map(\.stranger) == [.tenant(bravo)] && exposure.seconds == 10)
        // The book counts in milliseconds.
        #expect(abs(exposure.attackSeconds - fleet.state.defaultPolicy.assumedAttackSeconds) < 0.001)
        #expect(log.nextOverdue(after: now) != nil)
        // It stops: nobody is beside anybody any more.
        try fleet.change { try $0.update(rival) { $0.state = .stopped(reason: "it ended") } }
        log.take([event(.container(try fleet.container(rival)), at: 20)], in: fleet.state)
        let later = epoch.advanced(bySeconds: 100)
        #expect(log.read { $0.exposure(of: shop, at: later)?.current.isEmpty } == true)
        #expect(log.read { $0.exposure(of: .tenant(acme), to: .tenant(bravo), at: later)?.seconds } == 15)
        #expect(log.nextOverdue(after: later) == nil)
    }

    @Test("a change of policy holds for stays that have begun, whoever names it")
    func policies() throws {
        var fleet = try SmallFleet()
        let log = ExposureLog()
        let name = try PolicyName("own")
        let shop = try fleet.add("shop")
        log.take([event(.container(try fleet.container(shop)), at: 0)], in: fleet.state)
        func assumed() -> Double? { log.read { $0.exposure(of: shop, at: epoch)?.attackSeconds } }
        var policy = Policy()
        policy.assumedAttackSeconds = 777
        let record = try fleet.change { try $0.set(policy, as: .default, by: "ann") }
        log.take([event(.policy(record), at: 1)], in: fleet.state)
        #expect(assumed() == 777)
        policy.assumedAttackSeconds = 888
        let own = try fleet.change { try $0.set(policy, as: name, by: "ann") }
        log.take([event(.policy(own), at: 2)], in: fleet.state)
        #expect(assumed() == 777, "it holds for nobody")
        var tenant = try fleet.state.tenant(TenantName("acme"))
        tenant.policy = name
        fleet.change { $0.record(.tenant(tenant)) }
        log.take([event(.tenant(tenant), at: 3)], in: fleet.state)
        #expect(assumed() == 888)
        fleet.change { $0.record(.policyRemoved(name)) }
        tenant.policy = nil
        fleet.change { $0.record(.tenant(tenant)) }
        log.take([event(.policyRemoved(name), at: 4), event(.tenant(tenant), at: 4)], in: fleet.state)
        #expect(assumed() == 777)
    }

    @Test("what is removed is forgotten: containers, and tenants with what they were beside")
    func removed() throws {
        var fleet = try SmallFleet()
        let log = ExposureLog()
        let (shop, rival) = (try fleet.add("shop"), try fleet.add("rival", of: "bravo"))
        for name in [shop, rival] {
            log.take([event(.container(try fleet.container(name)), at: 0)], in: fleet.state)
        }
        fleet.change { $0.record(.containerRemoved(rival)) }
        log.take([event(.containerRemoved(rival), at: 10)], in: fleet.state)
        let (bravo, now) = (try TenantName("bravo"), epoch.advanced(bySeconds: 10))
        #expect(log.read { $0.exposure(of: rival, at: now) } == nil)
        #expect(log.read { $0.exposures(of: .tenant(bravo), at: now).count } == 1)
        fleet.change { $0.record(.tenantRemoved(bravo)) }
        log.take([event(.tenantRemoved(bravo), at: 11)], in: fleet.state)
        #expect(log.read { $0.exposures(of: .tenant(bravo), at: now).count } == 0)
    }
}

@Suite("The order of lists")
struct ListOrderTests {
    @Test("is total: of two different places one comes first, and never both", arguments: 1...4 as ClosedRange<UInt64>)
    func total(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let host = try HostName("host1")
        let alarms = (0..<60).map { _ in
            AlarmPlace(
                raisedAt: epoch.advanced(bySeconds: Double(Int.random(in: 0...2, using: &generator))),
                key: AlarmKey(
                    kind: [.exited, .lost, .stranded].randomElement(using: &generator) ?? .lost,
                    subject: ["a", "b"].randomElement(using: &generator) ?? "a"))
        }
        let adoptables = (0..<60).map { _ in
            AdoptablePlace(
                host: host, name: ["a", "b"].randomElement(using: &generator) ?? "a",
                id: ["1", "2", "3"].randomElement(using: &generator) ?? "1")
        }
        expectTotal(alarms)
        expectTotal(adoptables)
        expectTotal(
            try (0..<40).map { _ in
                Due(
                    at: epoch.advanced(bySeconds: Double(Int.random(in: 0...3, using: &generator))),
                    container: try ContainerName("c\(Int.random(in: 0...5, using: &generator))"))
            })
    }

    private func expectTotal<Key: Comparable & Hashable>(_ keys: [Key]) {
        for left in keys {
            for right in keys { #expect([left < right, right < left, left == right].count(where: \.self) == 1) }
        }
        let sorted = Set(keys).sorted()
        for (earlier, later) in zip(sorted, sorted.dropFirst()) { #expect(earlier < later) }
    }
}

@Suite("What a loss would lead to, before anybody says yes")
struct LossWordsTests {
    @Test("what the host carries, how much of it comes back, and which moves end")
    func words() throws {
        var fleet = try SmallFleet()
        #expect(
            fleet.state.consequencesOfLosing(fleet.hosts[2])
                == "host 'host2' carries nothing; it would not be let in any more before it is readmitted")
        try fleet.add("blog") { $0.onHostLoss = .restart }
        let shop = try fleet.add("shop")
        try fleet.open(shop)
        let words = fleet.state.consequencesOfLosing(fleet.hosts[1])
        #expect(
            words
                == "host 'host1' carries 2 containers (blog, shop), which would be cut off from their clients and lost with "
                + "their memory; 1 of them would be started anew on other hosts. 1 move would end")
        #expect(fleet.state.consequencesOfLosing(fleet.hosts[2]) == "host 'host2' carries nothing. 1 move would end")
    }

    @Test("one container is spoken of as one")
    func one() throws {
        var fleet = try SmallFleet()
        try fleet.add("shop")
        #expect(
            fleet.state.consequencesOfLosing(fleet.hosts[1])
                == "host 'host1' carries 1 container (shop), which would be cut off from its clients and lost with its memory; "
                + "it would not be started anew. 0 moves would end")
    }

    @Test("a host whose agent is gone is named with what can be done about it")
    func silent() throws {
        var fleet = try SmallFleet()
        try fleet.set(1) { $0.state = .unreachable }
        let silent = try #require(fleet.state.silentHost(from: fleet.hosts[1], to: fleet.hosts[2]))
        #expect(silent.name == fleet.hosts[1] && !silent.isLost)
        #expect(
            "\(silent)"
                == "host 'host1' has not been heard since \(epoch): look at its agent and its network, or say with "
                + "'relocate hosts lost host1' that it is off for good")
        try fleet.set(1) { $0.state = .lost }
        let lost = try #require(fleet.state.silentHost(from: fleet.hosts[2], to: fleet.hosts[1]))
        #expect(
            "\(lost)"
                == "host 'host1' was declared off for good; 'relocate hosts readmit host1' lets it in again")
        #expect(fleet.state.silentHost(from: fleet.hosts[2], to: nil) == nil)
    }

    @Test("why a move ends whose agent has gone away names host or gateway, and says that the container runs on")
    func failure() throws {
        let fleet = try SmallFleet()
        let failure = fleet.state.failure(without: fleet.hosts[0])
        #expect(failure.code == .unreachable)
        #expect(
            failure.message.hasPrefix("the gateway 'host0' was not heard any more before the container was stopped"))
        #expect(fleet.state.failure(without: fleet.hosts[2]).message.hasPrefix("host 'host2' was not heard any more"))
    }

    @Test("what is due to be started anew after a loss, and what stays, by each container's own rule")
    func restarts() throws {
        var fleet = try SmallFleet()
        let host = fleet.hosts[1]
        let stays = try fleet.add("stays") { $0.state = .lost(host) }
        let comes = try fleet.add("comes") { container in
            container.state = .lost(host)
            container.onHostLoss = .restart
        }
        #expect(fleet.state.containersToRestart == [comes])
        #expect(fleet.state.containersThatStayLost.map(\.name) == [stays])
        // Not before the gateway has cut off what may still run.
        try fleet.set(1) { host in
            host.state = .lost
            host.loss = HostLoss(declaredAt: epoch, declaredBy: "ann", reason: "burnt", fenced: [])
        }
        #expect(fleet.state.containersToRestart == [])
        #expect(!fleet.state.isCutOff(host))
    }
}
