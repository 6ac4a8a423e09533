import FleetModel
import MovingTarget
import Testing

@testable import AttackSimulation

/// Strategies that look at who is where.
@Suite("Strategies")
struct StrategyTests {
    private func outcome(_ change: (inout Scenario) -> Void) throws -> Outcome {
        try Some.scenario(
            Some.policy(.jittered(threshold: 0.5)), attackers: 3, attack: .never, horizon: .seconds(1500),
            fleet: .synthetic(SyntheticFleet(hosts: 10, bystanders: 2)), change
        ).outcome(runs: 60)
    }

    @Test("who knows all attackers is beside none but the one it began with")
    func oracle() throws {
        var scenario = Some.scenario(
            Some.fixed(100), attackers: 3, attack: .never, horizon: .seconds(1000),
            fleet: .synthetic(SyntheticFleet(hosts: 10)))
        scenario.strategy = .oracle
        for run in scenario.records(100) { #expect(run.besideSeconds == 0 || run.besideSeconds == 100) }
        scenario.attackers.count = 10
        for run in scenario.records(5) { #expect(run.besideSeconds == 1000) }
        // One that chases is left behind each time.
        scenario.attackers = Attackers(count: 1, pursuit: .chase(meanSeconds: 10))
        for run in scenario.records(20) { #expect(run.moves == 9 && run.besideSeconds > 0) }
    }

    @Test("going where the least time was spent spreads it over tenants")
    func nomadGreedy() throws {
        let uniform = try outcome { _ in }
        let greedy = try outcome { $0.strategy = .nomadGreedy }
        #expect(greedy.besideSeconds.high < uniform.besideSeconds.low)
        #expect(greedy.moves.value > 10)
    }

    @Test("placement that heeds tenants sees attackers as tenants, and is beside them less")
    func heedsTenants() throws {
        let heedless = try outcome { $0.policy.placement.rule = .uniform }
        let heeding = try outcome {
            $0.policy.placement = PlacementRules(
                rule: .softmax, entropyFloor: 0, terms: TermWeights(heterogeneity: 0, tenants: 5))
            $0.policy.placement.memorySeconds = 600
        }
        #expect(heeding.besideSeconds.high < heedless.besideSeconds.low)
        #expect(try #require(heeding.entropyShare).value < 1)
    }

    @Test("a container that stays while it is alone moves until it is, and a chaser drives it on")
    func skipIfAlone() throws {
        let still = try outcome {
            $0.policy.placement.skipIfAlone = true
            $0.attackers.count = 0
            $0.fleet = .synthetic(SyntheticFleet(hosts: 10))
        }
        #expect(still.moves.value == 0)
        let settled = try outcome {
            $0.policy.placement.skipIfAlone = true
            $0.fleet = .synthetic(SyntheticFleet(hosts: 10))
        }
        // The first stay is beside an attacker with 3/10, then each with 3/9 or 2/9.
        #expect(settled.moves.value < 1 && settled.besideSeconds.value < 60)
        let chased = try outcome {
            $0.policy.placement.skipIfAlone = true
            $0.fleet = .synthetic(SyntheticFleet(hosts: 10))
            $0.attackers = Attackers(count: 1, pursuit: .chase(meanSeconds: 50))
        }
        #expect(chased.moves.value > 3)
        // A container that is alone for good has survived, however many stays are asked for.
        let alone = try outcome {
            $0.policy.placement.skipIfAlone = true
            $0.horizon = .stays(1000)
            $0.fleet = .synthetic(SyntheticFleet(hosts: 10))
        }
        #expect(alone.survival.value == 1)
    }

    @Test("a walk is the same whatever attackers do, unless placement sees them")
    func sameWalk() throws {
        func moves(_ change: (inout Scenario) -> Void) -> [[Int]] {
            var scenario = Some.scenario(
                Some.policy(.jittered(threshold: 0.5), rule: .roulette), attackers: 1, attack: .never,
                horizon: .seconds(3000), fleet: .synthetic(SyntheticFleet()))
            change(&scenario)
            return scenario.records(20).map { [$0.moves, $0.distinctHosts, $0.favouriteArrivals] }
        }
        let walk = moves { _ in }
        #expect(moves { $0.attackers = Attackers(count: 9, pursuit: .chase(meanSeconds: 20)) } == walk)
        #expect(moves { $0.attackers = Attackers(count: 4, positions: .independent, start: .beside) } == walk)
        #expect(
            moves {
                $0.reuse = .attribute; $0.memory = .learning; $0.continuesAfterSuccess = true
            } == walk)
        #expect(moves { $0.policy.placement.rule = .uniform } != walk)
    }
}
