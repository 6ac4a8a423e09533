import FleetModel
import Glibc
import MovingTarget
import Testing

@testable import AttackSimulation

@Suite("Walks")
struct WalkTests {
    /// Policies whose next host depends on the present one alone.
    static let memoryless: [Policy] = DrawRule.allCases.map { rule in
        var policy = Some.policy(.jittered(threshold: 0.5), rule: rule)
        policy.placement.terms = TermWeights(knowledge: 0, tenants: 0, load: 1, cost: 1)
        return policy
    }

    private static func world(_ hosts: Int, seed: UInt64, bystanders: Int = 5) -> (World, [SimulatedHost]) {
        var generator = Xoshiro256(seed: seed)
        let hosts = SyntheticFleet(hosts: hosts, bystanders: bystanders).draw(using: &generator)
        return (World(hosts, weights: HeterogeneityWeights()), hosts)
    }

    @Test(
        "hosts that are looked up are those that placement chooses for the same numbers", arguments: memoryless,
        [2, 20, 150])
    func lookup(policy: Policy, count: Int) throws {
        // Of many hosts placement looks at kinds, so there must be fewer of those.
        let fleet = SyntheticFleet(
            hosts: count, configurationAttributes: 1, networkAttributes: 1, serviceAttributes: 0, bystanders: 5)
        var generator = Xoshiro256(seed: 3)
        let hosts = fleet.draw(using: &generator)
        let world = World(hosts, weights: HeterogeneityWeights())
        var numbers = Xoshiro256(seed: 8)
        var walk = try Walk(
            policy: policy, hosts: hosts, from: hosts[0].name, clock: Xoshiro256(seed: 7), placement: numbers)
        #expect(walk.memory == nil)
        var host = hosts[0].name
        for _ in 0..<(count > 100 ? 100 : 300) {
            let stay = walk.next()
            #expect(stay?.host == host)
            let request = PlacementRequest(
                party: .tenant(world.owner), memoryBytes: 0, runtime: .simulated, source: host, now: World.epoch)
            let decision = Placement.decide(request, in: world.index, policy: policy, using: &numbers).decision
            host = try #require(decision.chosen)
        }
    }

    @Test("thousands of hosts that are looked up are the same with a record of who was where", arguments: memoryless)
    func record(policy: Policy) throws {
        let (world, _) = Self.world(12, seed: 4)
        let scenario = Scenario(policy: policy, attackers: Attackers(count: 0))
        var walks = [false, true].map { Walk(scenario, in: world, keepsMemory: $0) }
        for number in walks.indices {
            walks[number].begin(at: 0, attackers: [], clock: Xoshiro256(seed: 1), placement: Xoshiro256(seed: 2))
        }
        #expect(walks[0].memory == nil && walks[1].memory != nil)
        for _ in 0..<1000 {
            let moves = [walks[0].draw(), walks[1].draw()]
            #expect(moves[0].host == moves[1].host)
            #expect(moves[0].difference == moves[1].difference && moves[0].entropyShare == moves[1].entropyShare)
            walks[0].go(moves[0])
            walks[1].go(moves[1])
            #expect(walks[0].deadline == walks[1].deadline)
        }
    }

    @Test("what a policy heeds decides whether a record is kept")
    func needsRecord() throws {
        func keeps(_ bystanders: Int = 0, attackers: Int = 0, _ change: (inout Policy) -> Void) -> Bool {
            var scenario = Scenario(policy: Some.policy(.jittered(threshold: 0.5), rule: .softmax))
            scenario.policy.placement.terms = TermWeights(knowledge: 0, tenants: 0)
            scenario.attackers.count = attackers
            change(&scenario.policy)
            return Walk(scenario, in: Self.world(20, seed: 1, bystanders: bystanders).0).memory != nil
        }
        #expect(!keeps(3, attackers: 1) { _ in })
        #expect(keeps { $0.placement.terms.knowledge = 0.5 })
        #expect(
            !keeps {
                $0.placement.terms.knowledge = 0.5; $0.placement.attackerShare = 0
            })
        #expect(!keeps { $0.placement.terms.tenants = 0.5 })
        #expect(keeps(3) { $0.placement.terms.tenants = 0.5 })
        #expect(keeps(attackers: 1) { $0.placement.terms.tenants = 0.5 })
        #expect(keeps { $0.placement.skipIfAlone = true })
        #expect(!keeps { $0.placement = PlacementRules(rule: .roulette) })
        #expect(!keeps { $0.placement = PlacementRules(rule: .balanced) })
        // Where visits cannot be balanced, softmax stands in, which looks at scores.
        #expect(keeps { $0.placement = PlacementRules(rule: .balanced, temperature: 0.001) })
    }

    @Test("with a record, each host is the one that production chooses from the same history")
    func history() throws {
        let (world, hosts) = Self.world(10, seed: 6)
        var policy = Some.policy(.jittered(threshold: 0.5), attack: 1000, rule: .softmax)
        policy.placement.memorySeconds = 600
        let numbers = Xoshiro256(seed: 21)
        var walk = try Walk(
            policy: policy, hosts: hosts, from: hosts[4].name, clock: Xoshiro256(seed: 20), placement: numbers)
        #expect(walk.memory != nil)

        // The same told to production's book, by hand.
        var (clockNumbers, placementNumbers) = (Xoshiro256(seed: 20), numbers)
        let clock = RelocationClock(policy)
        var (index, book) = (world.index, ExposureBook(memorySeconds: 600))
        for resident in world.residents {
            book.arrive(
                Residence(
                    container: resident.container, tenant: resident.tenant, host: world.names[Int(resident.host)],
                    arrivedAt: World.epoch), attackSeconds: 1000)
        }
        let name = try ContainerName("c")
        var (host, seconds) = (hosts[4].name, 0.0)
        for _ in 0..<150 {
            index.add(.tenant(world.owner), memoryBytes: 0, on: host)
            let arrival = World.epoch.advanced(bySeconds: seconds)
            book.arrive(
                Residence(container: name, tenant: world.owner, host: host, arrivedAt: arrival), attackSeconds: 1000)
            let stay = walk.next()
            #expect(stay?.host == host && stay?.arrivedAt == seconds)
            let dwell = clock.draw(using: &clockNumbers)
            seconds += try #require(dwell)
            #expect(stay?.leavesAt == seconds)
            let now = World.epoch.advanced(bySeconds: seconds)
            let request = PlacementRequest(
                party: .tenant(world.owner), memoryBytes: 0, runtime: .simulated, source: host,
                visits: book.visits(of: name),
                partySeconds: book.partySeconds(of: .tenant(world.owner), at: now),
                expectedStaySeconds: try #require(clock.meanSeconds), now: now)
            let decision = Placement.decide(request, in: index, policy: policy, using: &placementNumbers).decision
            index.remove(.tenant(world.owner), memoryBytes: 0, from: host)
            host = try #require(decision.chosen)
        }
    }

    @Test("gaps lie between stays, and a clock that never fires makes one stay without an end")
    func gaps() throws {
        let hosts = World.alikeHosts(3)
        func walk(_ policy: Policy) throws -> Walk {
            try Walk(
                policy: policy, hosts: hosts, from: hosts[1].name, gapSeconds: 5, clock: Xoshiro256(seed: 1),
                placement: Xoshiro256(seed: 1))
        }
        #expect(try walk(Some.fixed(100)).prefix(3).map(\.arrivedAt) == [0, 105, 210])
        #expect(Array(try walk(Some.policy(.static))) == [Walk.Stay(host: hosts[1].name, arrivedAt: 0, leavesAt: nil)])
    }

    @Test("a container that is left where it is while alone never moves among empty hosts, and moves among others")
    func alone() throws {
        var hosts = World.alikeHosts(3)
        var policy = Some.fixed(100)
        policy.placement.skipIfAlone = true
        func stays() throws -> [Walk.Stay] {
            Array(
                try Walk(
                    policy: policy, hosts: hosts, from: hosts[0].name, clock: Xoshiro256(seed: 1),
                    placement: Xoshiro256(seed: 1)
                ).prefix(50))
        }
        #expect(try stays() == [Walk.Stay(host: hosts[0].name, arrivedAt: 0, leavesAt: nil)])
        for number in hosts.indices { hosts[number].tenants = [try TenantName("other")] }
        #expect(try stays().count == 50)
        hosts[2].tenants = []
        let last = try #require(try stays().last)
        #expect(last.host == hosts[2].name && last.leavesAt == nil)
    }

    @Test("a walk from a host that is not there is refused")
    func unknownHost() throws {
        let hosts = World.alikeHosts(3)
        #expect(
            throws: SimulationError.outOfRange(field: "from", detail: "must be one of the hosts, and 'nowhere' is none")
        ) {
            try Walk(
                policy: Some.fixed(100), hosts: hosts, from: try HostName("nowhere"), clock: Xoshiro256(seed: 1),
                placement: Xoshiro256(seed: 1))
        }
    }
}
