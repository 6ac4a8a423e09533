import FleetModel
import Glibc
import MovingTarget
import Testing

@testable import AttackSimulation

/// What the closed forms do not tell: gaps, failures, what of attacks outlives moves, and where attackers are.
@Suite("Behaviour")
struct BehaviourTests {
    /// Attackers on every host, and stays of 100 s.
    private func everywhere(
        _ attack: Double, _ horizon: Horizon = .seconds(1000), _ change: (inout Scenario) -> Void = { _ in }
    ) throws -> Outcome {
        try Some.scenario(
            Some.fixed(100), attackers: 30, attack: .fixed(seconds: attack), horizon: horizon, change
        ).outcome(runs: 4)
    }

    @Test("a gap ends strict attacks, and others go on after it")
    func gaps() throws {
        let gap = { (scenario: inout Scenario) in scenario.moves.gapSeconds = 10 }
        #expect(try everywhere(250) { gap(&$0) }.survival.value == 1)
        for memory in [AttackMemory.collusive, .accumulating, .learning] {
            // All hosts are alike, so what was learned on one is true on the next.
            let outcome = try everywhere(250) {
                gap(&$0)
                $0.memory = memory
            }
            #expect(outcome.survival.value == 0)
            #expect(outcome.secondsToSuccess?.value == 270)
            #expect(outcome.besideSeconds.value == 250)
        }
    }

    @Test("a host without an attacker ends a collusive attack, and not an accumulating one")
    func memories() throws {
        // Two hosts, one with an attacker: every other stay is beside it.
        func survival(_ memory: AttackMemory) throws -> Double {
            try Some.scenario(
                Some.fixed(100), attackers: 1, attack: .fixed(seconds: 250), horizon: .seconds(1000),
                fleet: Some.alike(2)
            ) { $0.memory = memory }.outcome(runs: 10).survival.value
        }
        #expect(try survival(.strict) == 1)
        #expect(try survival(.collusive) == 1)
        #expect(try survival(.accumulating) == 0)
        #expect(try survival(.learning) == 0)
    }

    @Test("what was learned is of use on hosts with the same value only")
    func learning() throws {
        func seconds(values: Int) throws -> Double {
            let fleet = SyntheticFleet(hosts: 10, configurationAttributes: 1, values: values, skew: 0)
            return try #require(
                Some.scenario(
                    Some.fixed(100), attackers: 10, attack: .fixed(seconds: 350), horizon: .seconds(50_000),
                    fleet: .synthetic(fleet)
                ) {
                    $0.memory = .learning
                    $0.policy.weights = HeterogeneityWeights(configuration: 1, network: 0, services: 0)
                }.outcome(runs: 200).secondsToSuccess
            ).value
        }
        #expect(try seconds(values: 1) == 350)
        let (few, many) = (try seconds(values: 2), try seconds(values: 1000))
        #expect(few > 400 && many > 1.5 * few)
    }

    @Test("a failed move leaves the container where it is, and the attack goes on")
    func failures() throws {
        let outcome = try Some.scenario(
            Some.fixed(100), attackers: 30, attack: .fixed(seconds: 250), horizon: .stays(1)
        ) { $0.moves.failureProbability = 0.5 }.outcome(runs: 3000)
        // Two failures in a row give it the time.
        #expect(abs(try #require(outcome.resisted).z(against: 0.75)) < 4)
        #expect(abs(try #require(outcome.secondsToSuccess).z(against: 0.5 * 100 + 0.25 * 200 + 0.25 * 250)) < 4)
        let moves = try Some.scenario(Some.fixed(100), attack: .never, horizon: .seconds(10_050)) {
            $0.moves.failureProbability = 0.25
        }.outcome(runs: 200).moves
        #expect(abs(moves.z(against: 75)) < 4)
    }

    @Test("downtime is δ/(E[D] + δ) of the time, and moves are 3600/(E[D] + δ) in an hour")
    func downtime() throws {
        let outcome = try Some.scenario(Some.exponential(mean: 100), attack: .never, horizon: .seconds(200_000)) {
            $0.moves = MoveModel(gapSeconds: 5, pauseSeconds: 5)
        }.outcome(runs: 20)
        #expect(abs(try #require(outcome.downtimeShare).z(against: 5.0 / 105)) < 4)
        #expect(abs(try #require(outcome.movesPerHour).z(against: 3600.0 / 105)) < 4)
    }

    @Test("a run that goes on counts one success for each time beside attackers")
    func continuing() throws {
        for (memory, perHour) in [(AttackMemory.strict, 36.0), (.collusive, 3.6)] {
            let outcome = try everywhere(60) {
                $0.memory = memory
                $0.continuesAfterSuccess = true
            }
            #expect(outcome.successesPerHour?.value == perHour)
            #expect(outcome.besideShare?.value == 1)
            #expect(outcome.secondsToSuccess?.value == 60)
            #expect(outcome.survivalCurve.map(\.survival.value) == [1] + Array(repeating: 0, count: 19))
        }
        // A success takes 150 s of two stays; what is left of the second is no new attack.
        let accumulating = try everywhere(150) {
            $0.memory = .accumulating
            $0.continuesAfterSuccess = true
        }
        #expect(accumulating.successesPerHour?.value == 18)
    }

    @Test("attempts that have begun by the horizon are followed to their ends")
    func horizon() throws {
        // The second attempt begins at 100 s and would succeed at 160 s.
        let outcome = try everywhere(60, .seconds(130)) { $0.continuesAfterSuccess = true }
        #expect(outcome.resisted?.value == 0)
        #expect(outcome.successesPerHour.map { abs($0.value - 3600.0 / 130) < 1e-9 } == true)
        let exponential = try Some.scenario(
            Some.exponential(mean: 100), attackers: 30, attack: .fixed(seconds: 150), horizon: .seconds(160)
        ) { $0.continuesAfterSuccess = true }.outcome(runs: 3000)
        #expect(abs(try #require(exponential.resisted).z(against: 1 - exp(-1.5))) < 4)
    }

    @Test(
        "an attacker beside the container at the start is there, and an attack that has finished is carried on or not")
    func starts() throws {
        func outcome(_ start: Attackers.Start, _ policy: Policy, _ change: (inout Scenario) -> Void = { _ in }) throws
            -> Outcome
        {
            try Some.scenario(policy, attackers: 3, attack: .fixed(seconds: 50), horizon: .stays(1)) {
                $0.attackers.start = start
                change(&$0)
            }.outcome(runs: 2000)
        }
        #expect(try outcome(.beside, Some.fixed(100)).survival.value == 0)
        #expect(
            try outcome(.beside, Some.fixed(100)) { $0.attackers.pursuit = .chase(meanSeconds: 1e6) }.survival.value
                == 0)
        #expect(try outcome(.beside, Some.fixed(100)) { $0.attackers.positions = .independent }.survival.value == 0)
        #expect(
            try outcome(.beside, Some.fixed(100)) { $0.attackers.positions = .mostVisited(observedMoves: 20) }
                .survival.value == 0)
        // Standing still it has succeeded; after a move the attack must be made anew, which takes too long here.
        #expect(abs(try outcome(.finished, Some.policy(.static)).survival.z(against: 0.9)) < 4)
        #expect(abs(try outcome(.finished, Some.fixed(40)).survival.value) == 1)
        // A move that fails is none.
        let failing = try outcome(.finished, Some.fixed(40)) { $0.moves.failureProbability = 0.5 }
        #expect(failing.survival.value < 0.96 && failing.survival.value > 0.9)
    }

    @Test("a container that stands still among attackers who do not chase survives or not at once")
    func still() throws {
        let outcome = try Some.scenario(Some.policy(.static), attackers: 6, horizon: .stays(5)).outcome(runs: 3000)
        #expect(abs(outcome.survival.z(against: 0.8)) < 4)
        #expect(outcome.moves.value == 0 && outcome.favouriteShare == nil && outcome.entropyShare == nil)
        #expect(outcome.secondsToSuccess == nil && outcome.survivalCurve.isEmpty)
        let chased = try Some.scenario(Some.policy(.static), attackers: 1, horizon: .stays(5)) {
            $0.attackers.pursuit = .chase(meanSeconds: 100)
        }.outcome(runs: 100)
        #expect(chased.survival.value == 0 && chased.resisted?.value == 0)
    }

    @Test("attackers on the hosts that are visited most are beside a predictable container more often")
    func mostVisited() throws {
        func share(_ positions: Attackers.Positions, _ rule: DrawRule) throws -> Estimate {
            let outcome = try Some.scenario(
                Some.policy(.periodic(seconds: 100, jitter: 0), rule: rule), attackers: 3, attack: .never,
                horizon: .seconds(5000), fleet: .synthetic(SyntheticFleet())
            ) { $0.attackers.positions = positions }.outcome(runs: 1000)
            return try #require(outcome.besideShare)
        }
        let greedy = try share(.mostVisited(observedMoves: 500), .mostDifferent)
        #expect(greedy.low > 0.18)
        #expect(abs(try share(.distinct, .mostDifferent).value - 0.1) < 0.05)
        // Where all hosts are visited alike, there is nothing to be seen.
        #expect(abs(try share(.mostVisited(observedMoves: 500), .uniform).value - 0.1) < 0.01)
    }

    @Test("always going to the most different host means few hosts, and one favourite")
    func greedyIsExploitable() throws {
        let outcome = try Some.scenario(
            Some.policy(.periodic(seconds: 100, jitter: 0), rule: .mostDifferent), attackers: 0, attack: .never,
            horizon: .stays(51), fleet: .synthetic(SyntheticFleet())
        ).outcome(runs: 1000)
        let uniform = try Some.scenario(
            Some.fixed(100), attackers: 0, attack: .never, horizon: .stays(51), fleet: .synthetic(SyntheticFleet())
        ).outcome(runs: 1000)
        #expect(outcome.distinctHosts.high < 0.6 * uniform.distinctHosts.low)
        #expect(try #require(outcome.favouriteShare).low > 2 * (try #require(uniform.favouriteShare).high))
        #expect(try #require(outcome.entropyShare).high < 0.6)
        #expect(abs(try #require(uniform.entropyShare).value - 1) < 1e-9)
        #expect(try #require(outcome.moveDifference).low > (try #require(uniform.moveDifference).high))
    }

    @Test("given tenants can be the attackers, wherever they are")
    func givenTenants() throws {
        var hosts = World.alikeHosts(10)
        let spy = try TenantName("spy")
        hosts[3].tenants = [spy, try TenantName("shop")]
        hosts[4].tenants = [spy]
        func outcome(_ start: Attackers.Start) throws -> Outcome {
            try Some.scenario(Some.fixed(100), attack: .never, horizon: .stays(1), fleet: .hosts(hosts)) {
                $0.attackers.positions = .tenants([spy])
                $0.attackers.start = start
            }.outcome(runs: 2000)
        }
        #expect(abs(try #require(outcome(.anywhere).besideShare).z(against: 0.2)) < 4)
        #expect(try outcome(.beside).besideShare?.value == 1)
    }
}
