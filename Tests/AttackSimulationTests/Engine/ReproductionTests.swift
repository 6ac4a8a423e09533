import FleetModel
import Glibc
import Testing

@testable import AttackSimulation

/// The numbers that section 2.4 of the model prints and that follow from what it says of the scenario. They were estimated
/// by another simulation, so they have an error of their own, and are printed with two or three digits.
@Suite("Printed numbers")
struct ReproductionTests {
    @Test(
        "figure 4, exponential stays: the share of attacks that is resisted is 1 − e^(−A/μ)",
        arguments: [(1.0, 0.632), (1.5, 0.777), (2.0, 0.865), (2.04, 0.870), (2.5, 0.918), (3.0, 0.950)])
    func timeMigration(attack: Double, printed: Double) throws {
        let outcome = try Some.scenario(
            Some.exponential(mean: 100), attackers: 30, attack: .fixed(seconds: 100 * attack), horizon: .stays(1)
        ).outcome(runs: 6000)
        #expect(abs(printed - (1 - exp(-attack))) < 0.0006)
        #expect(abs(try #require(outcome.resisted).z(against: printed)) < 4)
    }

    @Test(
        "attacks of 10 s to 1 h, even in the logarithm: the share that is resisted falls with the stay",
        arguments: [(10.0, 0.963), (30, 0.859), (60, 0.767), (120, 0.662), (300, 0.515), (600, 0.400)])
    func modernAttacks(mean: Double, printed: Double) throws {
        let outcome = try Some.scenario(
            Some.exponential(mean: mean), attackers: 30, attack: .logUniform(from: 10, to: 3600), horizon: .stays(1)
        ).outcome(runs: 6000)
        let resisted = try #require(outcome.resisted)
        // E[1 − e^(−A/μ)] by the rule of midpoints over ln A.
        let points = 4000
        let exact =
            (0..<points).reduce(0.0) { sum, point in
                let attack = 10 * exp((Double(point) + 0.5) / Double(points) * log(360))
                return sum - expm1(-attack / mean)
            } / Double(points)
        #expect(abs(exact - printed) < 0.0045)
        #expect(abs(resisted.z(against: exact)) < 4)
    }

    @Test("a chaser: a hard bound on stays beats a mean, and standing still loses")
    func boundBeatsMean() throws {
        func jittered(_ mean: Double) -> Policy { Some.policy(.periodic(seconds: 1.5 * mean, jitter: 2.0 / 3)) }
        let printed: [(policy: Policy, survival: Double)] = [
            (Some.policy(.static), 0), (Some.exponential(mean: 30), 0.49), (Some.exponential(mean: 60), 0.008),
            (Some.fixed(30), 1), (Some.fixed(60), 1), (Some.fixed(90), 1), (Some.fixed(180), 0),
            (jittered(30), 1), (jittered(60), 1), (jittered(90), 0.47),
        ]
        for (policy, survival) in printed {
            let outcome = try Some.scenario(
                policy, attackers: 1, attack: .fixed(seconds: 120), horizon: .seconds(3600)
            ) { $0.attackers.pursuit = .chase(meanSeconds: 60) }.outcome(runs: 2000)
            let slack = survival == 0 || survival == 1 ? 0.002 : 0.03
            #expect(outcome.survival.low - slack <= survival && survival <= outcome.survival.high + slack)
        }
    }

    @Test("against attackers who sit, a container that moves survives less often than one that stands still")
    func relocationCanLose() throws {
        // m, beside the container at first or not, the survival of standing still and of moving at random.
        let printed: [(attackers: Int, start: Attackers.Start, still: Double, random: Double)] = [
            (3, .beside, 0, 0.67), (10, .beside, 0, 0.36), (30, .beside, 0, 0.03),
            (3, .anywhere, 0.89, 0.77), (10, .anywhere, 0.67, 0.38), (30, .anywhere, 0, 0.02),
        ]
        for (attackers, start, still, random) in printed {
            func survival(_ policy: Policy) throws -> Double {
                try Some.scenario(
                    policy, attackers: attackers, attack: .fixed(seconds: 200), horizon: .seconds(2000)
                ) { $0.attackers.start = start }.outcome(runs: 2500).survival.value
            }
            // Two printed digits of another simulation, and that one let a container draw the host it was on.
            #expect(abs(try survival(Some.policy(.static)) - still) < 0.03)
            #expect(abs(try survival(Some.exponential(mean: 100)) - random) < 0.03)
        }
    }

    @Test(
        "figure 5: with an attacker on every host one move survives with probability Δ, more different hosts more often"
    )
    func spaceMigration() throws {
        var survivals: [Double] = []
        for rule in [DrawRule.leastDifferent, .uniform, .mostDifferent] {
            let outcome = try Some.scenario(
                Some.policy(.periodic(seconds: 100, jitter: 0), rule: rule), attackers: 30, attack: .never,
                horizon: .stays(1), fleet: .synthetic(SyntheticFleet())
            ) {
                $0.attackers.start = .finished
                $0.reuse = .attribute
            }.outcome(runs: 2000)
            let difference = try #require(outcome.moveDifference)
            #expect(abs(outcome.survival.value - difference.value) < 0.05)
            survivals.append(outcome.survival.value)
        }
        #expect(survivals[0] < survivals[1] && survivals[1] < survivals[2])
    }
}
