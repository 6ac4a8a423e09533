import FleetModel
import Glibc
import MovingTarget
import Testing

@testable import AttackSimulation

/// Closed form 8 of section 2.3 of the model, and what it rests on: P(reuse) = 1 − Δ.
@Suite("Reuse")
struct ReuseTests {
    @Test("drawn attributes are the same with probability 1 − Δ exactly, with the Δ that production works out")
    func exact() throws {
        for (seed, fleet) in [
            SyntheticFleet(), SyntheticFleet(configurationAttributes: 7, networkAttributes: 3, serviceAttributes: 0),
            SyntheticFleet(configurationAttributes: 1, networkAttributes: 1, serviceAttributes: 5, values: 2, skew: 0),
            SyntheticFleet(configurationAttributes: 0, networkAttributes: 0, serviceAttributes: 0),
        ].enumerated() {
            var generator = Xoshiro256(seed: UInt64(seed))
            let hosts = fleet.draw(using: &generator)
            let weights = HeterogeneityWeights()
            let attributes = try #require(CommonAttributes(of: hosts.map(\.profile), weights: weights))
            for (left, right) in [(0, 1), (2, 3), (4, 5), (6, 7), (8, 8)] {
                let distance = HostDistance(hosts[left].profile, hosts[right].profile)
                let difference = try #require(distance.difference(weights))
                var (before, alike) = (0.0, 0.0)
                for (chance, values) in zip(attributes.cumulated, attributes.values) {
                    if values[left] == values[right] { alike += chance - before }
                    before = chance
                }
                #expect(abs(alike - (1 - difference)) < 1e-12)
            }
        }
    }

    @Test("two hosts of the default fleet differ by about two thirds, as the law of their values says")
    func meanDifference() throws {
        let chances = (1...4).map { 1 / Double($0) }
        let sum = chances.reduce(0, +)
        let expected = 1 - chances.reduce(0) { $0 + $1 * $1 / (sum * sum) }
        let outcome = try Some.scenario(
            Some.fixed(100), attackers: 0, attack: .never, horizon: .stays(2), fleet: .synthetic(SyntheticFleet())
        ).outcome(runs: 2000)
        #expect(abs(try #require(outcome.moveDifference).z(against: expected)) < 4)
        #expect(abs(expected - 2.0 / 3) < 0.01)
    }

    /// Hosts that differ in everything but the groups named, so that Δ is the same for all pairs but one in a thousand.
    static func fleet(configuration: Int = 1, network: Int = 1, services: Int = 1) -> SimulatedFleet {
        .synthetic(
            SyntheticFleet(
                configurationAttributes: configuration, networkAttributes: network, serviceAttributes: services,
                values: 1000, skew: 0))
    }

    @Test("no learning: each visit after a move succeeds with 1 − ΔR, so S(V) falls as in a chain of visits")
    func visits() throws {
        // R = 1 − e^(−A/μ), Δ = w_C.
        let resisted = 1 - exp(-1.5)
        let outcome = try Some.scenario(
            Some.exponential(mean: 100), attackers: 10, attack: .fixed(seconds: 150), horizon: .stays(4),
            fleet: Self.fleet(network: 0, services: 0)
        ) { $0.reuse = .attribute }.outcome(runs: 3000)
        let difference = 0.5 * 0.999
        let kinds = TwoKinds(attackers: 10, hosts: 30)
        let expected = kinds.survival(stays: 4, success: 1 - difference * resisted, first: 1 - resisted)
        #expect(abs(outcome.survival.z(against: expected)) < 4)
    }

    @Test("so many visits are as bad as one attacker who sits: V* = ln(1 − c)/ln(1 − c(1 − ΔR))")
    func breakEven() {
        for (difference, printed) in [(0.34, 1.5), (0.665, 2.7), (0.95, 6.8), (1, 9.2)] {
            let success = 1 - difference * 0.87
            let visits = log(2.0 / 3) / log(1 - success / 3)
            #expect(abs(visits - printed) < 0.06)
            // The printed survival of V visits is that of the chain if each draws all hosts.
            let chain = TwoKinds(share: 1.0 / 3).survival(stays: 5, success: success, first: success)
            #expect(abs(chain - pow(1 - success / 3, 5)) < 1e-12)
        }
    }

    @Test("one move gains c·Δ·R over standing still when the attacker follows at once", arguments: [3, 10, 30])
    func gain(attackers: Int) throws {
        func survival(_ policy: Policy) throws -> Estimate {
            try Some.scenario(
                policy, attackers: attackers, attack: .gamma(shape: 1, mean: 1000), horizon: .stays(1),
                fleet: Self.fleet(services: 0)
            ) {
                $0.attackers.start = .finished
                $0.attackers.pursuit = .chase(meanSeconds: 0.001)
                $0.reuse = .attribute
            }.outcome(runs: 3000).survival
        }
        let share = Double(attackers) / 30
        #expect(abs(try survival(Some.policy(.static)).z(against: 1 - share)) < 4)
        // T = 0.13 of a mean of 1000 s, so that R = 0.87; Δ = w_C + w_N.
        let moved = try survival(Some.policy(.deadline(threshold: 0.13), attack: 1000))
        #expect(abs(moved.z(against: 1 - share + share * 0.7 * 0.999 * 0.87)) < 4)
    }

    @Test("when attackers sit, one move also gains that the next host may have none")
    func sitting() throws {
        let outcome = try Some.scenario(
            Some.policy(.deadline(threshold: 0.13), attack: 1000), attackers: 10, attack: .never, horizon: .stays(1),
            fleet: Self.fleet(services: 0)
        ) {
            $0.attackers.start = .finished
            $0.reuse = .attribute
        }.outcome(runs: 4000)
        let expected = 1 - 1.0 / 3 * 9 / 29 * (1 - 0.7 * 0.999)
        #expect(abs(outcome.survival.z(against: expected)) < 4)
    }

    @Test("other laws of reuse are (1 − Δ)^γ and e^(−κΔ)")
    func laws() throws {
        for (reuse, works) in [
            (ExploitReuse.power(exponent: 2), 0.25), (.power(exponent: 0.5), 0.5.squareRoot()),
            (.exponential(rate: 3), exp(-1.5)), (.never, 0), (.attribute, 0.5),
        ] {
            let outcome = try Some.scenario(
                Some.fixed(100), attackers: 30, attack: .never, horizon: .stays(1),
                fleet: Self.fleet(network: 0, services: 0)
            ) {
                $0.attackers.start = .finished
                $0.reuse = reuse
            }.outcome(runs: 2000)
            #expect(abs(outcome.survival.z(against: 1 - works)) < 4.5)
        }
    }

    @Test("hosts that are given have graded differences, and reuse works with probability 1 − Δ")
    func given() throws {
        func profile(_ kernel: String) -> HostProfile {
            HostProfile(
                configuration: [
                    AttributeName.kernel: .text(kernel), AttributeName.distribution: .text("debian 12"),
                    AttributeName.processor: .text("amd 1"), AttributeName.mitigations: .list(["a"]),
                ], network: [AttributeName.subnets: .list(["10.0.0.0/24"]), AttributeName.driver: .text("virtio")],
                services: [AttributeName.listening: .list(["ssh"])])
        }
        let profiles = [profile("6.1.0"), profile("6.1.5")]
        let hosts = try profiles.enumerated().map { SimulatedHost(name: try HostName("h\($0)"), profile: $1) }
        let difference = try #require(HostDistance(profiles[0], profiles[1]).difference(HeterogeneityWeights()))
        #expect(difference > 0 && difference < 0.2)
        let outcome = try Some.scenario(
            Some.fixed(100), attackers: 2, attack: .never, horizon: .stays(1), fleet: .hosts(hosts)
        ) {
            $0.attackers.start = .finished
            $0.reuse = .attribute
        }.outcome(runs: 3000)
        #expect(abs(outcome.survival.z(against: difference)) < 4)
        #expect(abs(try #require(outcome.moveDifference).value - difference) < 1e-12)
    }
}
