import FleetModel
import Glibc
import MovingTarget
import RelocateTesting
import Testing

/// Section 1.2 and 1.3 of the model: what the stays of each clock are, in closed form and as drawn.
@Suite("The laws of stays")
struct StayLawTests {
    @Test("the means are the closed forms of section 1.2, and those of what is drawn")
    func means() throws {
        let (attack, threshold) = (200.0, 0.5)
        let deadline = -log(1 - threshold) * attack
        let poisson = (0..<60).map { exp(Double($0) * log(10) - 10 - lgamma(Double($0) + 1).0) }
        let chance = poisson.filter { $0 > 0.1 }.reduce(0, +)
        let expected: [(Policy, Double)] = [
            (SomePolicy.with(.deadline(threshold: threshold), attack: attack), deadline),
            (
                SomePolicy.with(.jittered(threshold: threshold), attack: attack),
                attack - deadline * (1 - threshold) / threshold
            ),
            (SomePolicy.with(.exponential, attack: attack), attack),
            (SomePolicy.with(.cappedExponential(threshold: threshold), attack: attack), threshold * attack),
            (SomePolicy.tick(0.05, mean: 10, seconds: 3), 6 * 3),
            (SomePolicy.tick(0.1, mean: 10, seconds: 3, .draw), 3 / chance),
            (SomePolicy.with(.periodic(seconds: 80, jitter: 0)), 80),
            (SomePolicy.with(.periodic(seconds: 80, jitter: 0.3)), (1 - 0.15) * 80),
        ]
        for (policy, mean) in expected {
            let clock = RelocationClock(bare: policy)
            #expect(abs(try #require(clock.meanSeconds) - mean) < 1e-9 * mean)
            var drawn = Sample()
            clock.draws(40000, seed: 11) { drawn.add($0) }
            #expect(abs(drawn.z(against: mean)) < 4)
        }
    }

    @Test("printed numbers: E with T = 0.5 has mean 0.3069/λ and maximum 0.693/λ; A′ has q = 0.477, mean 2.10 ticks")
    func printed() throws {
        let jittered = RelocationClock(bare: SomePolicy.with(.jittered(threshold: 0.5), attack: 1))
        #expect(abs(try #require(jittered.meanSeconds) - 0.3069) < 5e-5)
        #expect(abs(try #require(jittered.maximumSeconds) - 0.6931) < 5e-5)
        let ticks = RelocationClock(bare: SomePolicy.tick(0.1, mean: 10, .draw))
        #expect(abs(1 - ticks.survival(1) - 0.477) < 5e-4)
        #expect(abs(try #require(ticks.meanSeconds) - 2.10) < 5e-3)
    }

    @Test("a capped stay has exactly the longest length with probability 1 − T")
    func atom() {
        let clock = RelocationClock(bare: SomePolicy.with(.cappedExponential(threshold: 0.3), attack: 100))
        let longest = clock.maximumSeconds ?? 0
        #expect(abs(clock.reach(longest) - 0.7) < 1e-12 && clock.survival(longest) == 0)
        var full = Sample()
        clock.draws(20000, seed: 12) { full.add($0 == longest) }
        #expect(abs(full.z(against: 0.7)) < 4)
    }

    @Test("a stay has exactly the shortest or longest length as often as it is drawn", arguments: SomePolicy.bounded)
    func bounds(policy: Policy) {
        let clock = RelocationClock(bare: policy)
        for bound in [policy.dwell.minSeconds, policy.dwell.maxSeconds].compactMap(\.self) {
            var reached = Sample()
            var equal = Sample()
            clock.draws(5000, seed: 16) { seconds in
                reached.add(seconds >= bound)
                equal.add(seconds == bound)
            }
            #expect(abs(reached.z(against: clock.reach(bound))) < 4)
            #expect(abs(equal.z(against: clock.reach(bound) - clock.survival(bound))) < 4)
        }
    }

    @Test("for all bounds, mean and probabilities are those of what is drawn", arguments: SomePolicy.bounded)
    func drawn(policy: Policy) throws {
        let clock = RelocationClock(bare: policy)
        var mean = Sample()
        var shares = [Sample](repeating: Sample(), count: 6)
        let times = [1, 20, 35, 60, 75, 150.0]
        clock.draws(20000, seed: 13) { seconds in
            mean.add(seconds)
            for (index, time) in times.enumerated() { shares[index].add(seconds > time) }
        }
        #expect(abs(mean.z(against: try #require(clock.meanSeconds))) < 4)
        for (share, time) in zip(shares, times) {
            let survival = clock.survival(time)
            // A share of next to nothing, or of next to all, may well not be met at all.
            guard survival > 1e-3, survival < 1 - 1e-3 else { continue }
            #expect(abs(share.z(against: survival)) < 4)
        }
    }

    @Test("the mean is the integral of the quantiles", arguments: SomePolicy.bounded)
    func integral(policy: Policy) throws {
        let clock = RelocationClock(bare: policy)
        let mean = try #require(clock.meanSeconds)
        #expect(abs(clock.expectation { $0 } - mean) < 1e-4 * mean)
    }

    @Test("with mean 1, stays reach A with the probabilities of the table in section 1.3")
    func equalMeans() throws {
        // The unit is a thousand seconds, so that everything is in its range.
        let unit = 1000.0
        let ratio = 1 + log(1 - 0.9) * (1 - 0.9) / 0.9
        let table: [(Policy, [Double])] = [
            (SomePolicy.with(.periodic(seconds: unit, jitter: 0)), [1, 1, 0, 0, 0]),
            // No clock may have a jitter of 1; its law is that of the table's row U(0, 2) all the same.
            (SomePolicy.with(.periodic(seconds: 2 * unit, jitter: 1)), [0.75, 0.5, 0.25, 0, 0]),
            (SomePolicy.with(.jittered(threshold: 0.9), attack: unit / ratio), [0.655, 0.417, 0.253, 0.140, 0.008]),
            (SomePolicy.with(.exponential, attack: unit), [0.607, 0.368, 0.223, 0.135, 0.050]),
        ]
        for (policy, row) in table {
            let clock = RelocationClock(bare: policy)
            #expect(abs(try #require(clock.meanSeconds) - unit) < 1e-9 * unit)
            for (attack, probability) in zip([0.5, 1, 1.5, 2, 3], row) {
                let seconds = attack * unit
                #expect(abs(clock.perStaySuccess(fixedAttack: seconds) - probability) <= 5.1e-4)
                var reached = Sample()
                clock.draws(10000, seed: 14) { reached.add($0 >= seconds) }
                #expect(abs(reached.z(against: clock.perStaySuccess(fixedAttack: seconds))) < 4)
            }
        }
    }

    @Test("with mean 1 the entropy is 0.795 nats for E with T = 0.5, 0.934 with T = 0.9, and 1 for the exponential law")
    func entropy() throws {
        for (threshold, nats) in [(0.5, 0.795), (0.9, 0.934)] {
            let ratio = 1 + log(1 - threshold) * (1 - threshold) / threshold
            let clock = RelocationClock(bare: SomePolicy.with(.jittered(threshold: threshold), attack: 1 / ratio))
            #expect(abs(try #require(clock.entropy) - nats) < 5e-4)
        }
        let exponential = RelocationClock(bare: SomePolicy.with(.exponential, attack: 1))
        #expect(exponential.entropy == 1)
        #expect(RelocationClock(SomePolicy.with(.deadline(threshold: 0.1))).entropy == nil)
        let uniform = RelocationClock(SomePolicy.with(.periodic(seconds: 100, jitter: 0.25)))
        #expect(abs(try #require(uniform.entropy) - log(25)) < 1e-12)
    }

    @Test("entropies are the mean of −ln f over what is drawn")
    func drawnEntropy() throws {
        let policies = [
            SomePolicy.with(.jittered(threshold: 0.13)), SomePolicy.with(.jittered(threshold: 0.9)),
            SomePolicy.with(.exponential), SomePolicy.with(.periodic(seconds: 100, jitter: 0.25)),
        ]
        for policy in policies {
            let clock = RelocationClock(bare: policy)
            var surprise = Sample()
            let width = 0.001
            clock.draws(5000, seed: 15) { seconds in
                let (from, to) = (max(clock.minimumSeconds, seconds - width), seconds + width)
                let end = min(to, clock.maximumSeconds ?? to)
                surprise.add(-log((clock.survival(from) - clock.survival(end)) / (end - from)))
            }
            let entropy = try #require(clock.entropy)
            #expect(abs(surprise.mean - entropy) < 1e-3 || abs(surprise.z(against: entropy)) < 4)
        }
    }

    @Test("thresholds near 0 cost no precision")
    func smallThresholds() throws {
        for threshold in [1e-8, 1e-6, 1e-4, 0.005, 0.0099, 0.0101] {
            // For small T the law is even from 0 to t*, with a correction of the order of T.
            let attack = 50 / -log1p(-threshold)
            let clock = RelocationClock(bare: SomePolicy.with(.jittered(threshold: threshold), attack: attack))
            let mean = try #require(clock.meanSeconds)
            #expect(abs(mean - 25) < 25 * threshold)
            #expect(abs(mean - clock.expectation { $0 }) < 1e-6)
        }
    }
}
