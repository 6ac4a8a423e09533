import FleetModel
import Glibc
import MovingTarget
import Testing

@testable import AttackSimulation

/// Closed forms 1, 4 and 7 of section 2.3 of the model: what happens in one stay.
@Suite("One stay")
struct StayTests {
    /// One policy of every clock that fires, with stays of about 100 s.
    static let policies: [Policy] = [
        Some.fixed(100), Some.policy(.periodic(seconds: 150, jitter: 0.6)), Some.exponential(mean: 100),
        Some.policy(.deadline(threshold: 0.5), attack: 150), Some.policy(.jittered(threshold: 0.9), attack: 150),
        Some.policy(.cappedExponential(threshold: 0.6), attack: 160),
        Some.policy(.poissonTick(PoissonTick(threshold: 0.05, mean: 20, tickSeconds: 7))),
        Some.policy(.poissonTick(PoissonTick(threshold: 0.1, mean: 10, tickSeconds: 50, reading: .draw))),
    ]

    @Test(
        "an attack beside the container for the whole stay succeeds with P(D ≥ A)", arguments: policies,
        [50.0, 100, 250])
    func perStay(policy: Policy, attack: Double) throws {
        let outcome = try Some.scenario(
            policy, attackers: 30, attack: .fixed(seconds: attack), horizon: .stays(1)
        ).outcome(runs: 1500)
        let expected = RelocationClock(policy).perStaySuccess(fixedAttack: attack)
        #expect(abs(try #require(outcome.resisted).z(against: 1 - expected)) < 4)
        #expect(abs(outcome.survival.z(against: 1 - expected)) < 4)
        #expect(outcome.runs == 1500)
    }

    @Test("P(D ≥ A) is e^(−λA), a step, and (e^(−λA) − (1 − T))/T up to the deadline")
    func perStayFormulas() {
        let exponential = RelocationClock(Some.exponential(mean: 100))
        #expect(abs(exponential.perStaySuccess(fixedAttack: 150) - exp(-1.5)) < 1e-12)
        let fixed = RelocationClock(Some.fixed(100))
        #expect(fixed.perStaySuccess(fixedAttack: 100) == 1 && fixed.perStaySuccess(fixedAttack: 100.1) == 0)
        let jittered = RelocationClock(Some.policy(.jittered(threshold: 0.9), attack: 100))
        #expect(abs(jittered.perStaySuccess(fixedAttack: 150) - (exp(-1.5) - 0.1) / 0.9) < 1e-12)
    }

    @Test("an attack that takes exactly as long as the stay succeeds, also when it is the third one in a row")
    func exactEnd() throws {
        for seconds in [16.7, 100.0 / 3, 0.1 * 37] {
            let once = try Some.scenario(
                Some.fixed(seconds), attackers: 30, attack: .fixed(seconds: seconds), horizon: .stays(1)
            ).outcome(runs: 2)
            #expect(once.survival.value == 0)
            let row = try Some.scenario(
                Some.fixed(seconds), attackers: 30, attack: .fixed(seconds: 3 * seconds), horizon: .stays(3)
            ) { $0.memory = .collusive }.outcome(runs: 2)
            #expect(row.survival.value == 0)
        }
    }

    static let mean = 100.0

    /// What a chaser with L and an attacker with A achieve in a stay, with the formulas of closed form 4.
    static let chases: [(policy: Policy, chase: Double, attack: AttackDuration, success: Double)] = {
        let (search, attack, stay) = (1 / 60.0, 1 / 120.0, 1 / 100.0)
        let exponential = Some.exponential(mean: 100)
        let fixed = Some.fixed(200)
        return [
            (exponential, 60, .fixed(seconds: 90), search / (search + stay) * exp(-0.9)),
            (fixed, 60, .fixed(seconds: 80), 1 - exp(-2.0)),
            (Some.fixed(100), 60, .fixed(seconds: 120), 0),
            (
                exponential, 60, .gamma(shape: 1, mean: 120),
                search / (search + stay) * attack / (attack + stay)
            ),
            (
                fixed, 60, .gamma(shape: 1, mean: 120),
                1 - (attack * exp(-search * 200) - search * exp(-attack * 200)) / (attack - search)
            ),
            // Four phases of 30 s on average.
            (
                exponential, 60, .gamma(shape: 4, mean: 120),
                search / (search + stay) * pow((1 / 30.0) / (1 / 30.0 + stay), 4)
            ),
        ]
    }()

    @Test("a chaser succeeds in a stay as often as the formulas say", arguments: chases.indices)
    func chasing(number: Int) throws {
        let (policy, chase, attack, success) = Self.chases[number]
        for chasers in [1, 3] {
            let outcome = try Some.scenario(policy, attackers: chasers, attack: attack, horizon: .stays(1)) {
                // Three chasers with three times the mean are as fast as one.
                $0.attackers.pursuit = .chase(meanSeconds: chase * Double(chasers))
            }.outcome(runs: 4000, seed: UInt64(number))
            #expect(abs(outcome.survival.z(against: 1 - success)) < 4)
        }
    }

    @Test("attackers are on a host as often as there are positions", arguments: [4, 10])
    func occupancy(attackers: Int) throws {
        func survival(_ positions: Attackers.Positions) throws -> Estimate {
            try Some.scenario(
                Some.fixed(100), attackers: attackers, attack: .fixed(seconds: 1), horizon: .stays(1)
            ) { $0.attackers.positions = positions }.outcome(runs: 6000).survival
        }
        let free = pow(29 / 30.0, Double(attackers))
        #expect(abs(free - (attackers == 4 ? 0.873 : 0.712)) < 0.0005)
        #expect(abs(try survival(.independent).z(against: free)) < 4)
        #expect(abs(try survival(.distinct).z(against: 1 - Double(attackers) / 30)) < 4)
    }

    @Test("attackers drawn by themselves are on n(1 − (1 − 1/n)^m) hosts, distinct ones on m")
    func occupiedHosts() throws {
        let world = World.alike(30)
        var generator = Xoshiro256(seed: 1)
        func occupied(_ positions: Attackers.Positions, _ start: Attackers.Start = .anywhere) -> [Double] {
            let attackers = Attackers(count: 10, positions: positions, start: start)
            var sites = AttackerSites(attackers, in: world, popular: [])
            return (0..<2000).map { run in
                sites.draw(around: run % 30, using: &generator)
                if start == .beside { #expect(sites.isAttacked(run % 30)) }
                return Double((0..<30).count { sites.isAttacked($0) })
            }
        }
        let (mean, error) = moments(occupied(.independent))
        #expect(abs(mean - 30 * (1 - pow(29 / 30.0, 10))) < 4 * error)
        #expect(Set(occupied(.distinct)) == [10] && Set(occupied(.distinct, .beside)) == [10])
    }

    @Test("the clock that is simulated is the one that moves containers", arguments: policies)
    func dwells(policy: Policy) throws {
        let hosts = World.alikeHosts(3)
        let walk = try Walk(
            policy: policy, hosts: hosts, from: hosts[0].name, clock: Xoshiro256(seed: 5),
            placement: Xoshiro256(seed: 6))
        let lengths = walk.prefix(4000).map { ($0.leavesAt ?? .infinity) - $0.arrivedAt }
        let expected = try #require(RelocationClock(policy).meanSeconds)
        let (mean, error) = moments(lengths)
        #expect(abs(mean - expected) <= 4 * error + 1e-6)
    }
}

extension World {
    static func alikeHosts(_ count: Int) -> [SimulatedHost] {
        var generator = Xoshiro256(seed: 0)
        return SyntheticFleet(hosts: count, values: 1).draw(using: &generator)
    }

    /// Hosts that are all alike.
    static func alike(_ count: Int) -> World { World(alikeHosts(count), weights: HeterogeneityWeights()) }
}
