import FleetModel
import Glibc
import MovingTarget
import RelocateTesting
import Testing

/// Sections 1.3, 2.3 and 2.4 of the model: how attacks fare against each clock.
@Suite("Attacks against clocks")
struct ClockAttackTests {
    private static func exponential(_ mean: Double, _ generator: inout SeededGenerator) -> Double {
        -mean * log(1 - Double.random(in: 0..<1, using: &generator))
    }

    @Test("an attack of fixed length succeeds with e^(−λA), 1 for A ≤ d, or (e^(−λA) − (1 − T))/T (2.3, 1)")
    func fixedLengths() {
        let exponential = RelocationClock(bare: SomePolicy.with(.exponential, attack: 100))
        let deadline = RelocationClock(bare: SomePolicy.with(.deadline(threshold: 0.6), attack: 100))
        let jittered = RelocationClock(bare: SomePolicy.with(.jittered(threshold: 0.6), attack: 100))
        let end = -log(1 - 0.6) * 100
        for attack in stride(from: 1.0, to: 200, by: 7) {
            #expect(abs(exponential.perStaySuccess(fixedAttack: attack) - exp(-attack / 100)) < 1e-12)
            #expect(deadline.perStaySuccess(fixedAttack: attack) == (attack <= end ? 1 : 0))
            let truncated = attack < end ? (exp(-attack / 100) - (1 - 0.6)) / 0.6 : 0
            #expect(abs(jittered.perStaySuccess(fixedAttack: attack) - truncated) < 1e-12)
        }
    }

    @Test("under the deadline T is the probability that an attack of the assumed rate succeeds in a stay")
    func identity() {
        for threshold in [0.01, 0.13, 0.5, 0.99] {
            let clock = RelocationClock(bare: SomePolicy.with(.deadline(threshold: threshold)))
            #expect(abs(clock.perStaySuccess(meanExponentialAttack: 1000) - threshold) < 1e-12)
        }
        let clock = RelocationClock(bare: SomePolicy.with(.deadline(threshold: 0.13)))
        var generator = SeededGenerator(seed: 31)
        var succeeded = Sample()
        for _ in 0..<40000 {
            let stay = clock.draw(using: &generator) ?? 0
            succeeded.add(Self.exponential(1000, &generator) <= stay)
        }
        #expect(abs(succeeded.z(against: 0.13)) < 4)
    }

    @Test("against exponential attacks, random stays beat equal ones of the same mean: 0.500 to 0.632 (1.3)")
    func jensen() {
        let equal = RelocationClock(bare: SomePolicy.with(.periodic(seconds: 100, jitter: 0)))
        let random = RelocationClock(bare: SomePolicy.with(.exponential, attack: 100))
        #expect(abs(equal.perStaySuccess(meanExponentialAttack: 100) - 0.632) < 5e-4)
        #expect(abs(random.perStaySuccess(meanExponentialAttack: 100) - 0.5) < 1e-12)
        for attack in [1, 10, 100, 1000, 10000.0] {
            let (fixed, exponential) = (
                equal.perStaySuccess(meanExponentialAttack: attack),
                random.perStaySuccess(meanExponentialAttack: attack)
            )
            #expect(abs(fixed - (1 - exp(-100 / attack))) < 1e-12)
            #expect(abs(exponential - 100 / (attack + 100)) < 1e-12)
            #expect(fixed > exponential)
        }
    }

    @Test(
        "against exponential attacks the closed form is E[1 − e^(−D/A)], for all bounds", arguments: SomePolicy.bounded)
    func exponentialAttacks(policy: Policy) {
        let clock = RelocationClock(bare: policy)
        for attack in [0.1, 3, 20, 70, 500, 21600, 3e8] {
            let success = clock.perStaySuccess(meanExponentialAttack: attack)
            let expected = clock.expectation { -expm1(-$0 / attack) }
            #expect(abs(success - expected) < 1e-4 * max(1e-3, expected))
            #expect(success >= 0 && success <= 1)
        }
        var generator = SeededGenerator(seed: 32)
        var succeeded = Sample()
        for _ in 0..<10000 {
            let stay = clock.draw(using: &generator) ?? 0
            succeeded.add(Self.exponential(50, &generator) <= stay)
        }
        #expect(abs(succeeded.z(against: clock.perStaySuccess(meanExponentialAttack: 50))) < 4)
    }

    @Test("an attack that begins at a random instant has what is left of the stay: e^(−A/μ), 1 − A/d, (1 − A/2μ)²")
    func residual() {
        let exponential = RelocationClock(bare: SomePolicy.with(.exponential, attack: 100))
        let fixed = RelocationClock(bare: SomePolicy.with(.periodic(seconds: 100, jitter: 0)))
        let even = RelocationClock(bare: SomePolicy.with(.periodic(seconds: 200, jitter: 1)))
        for attack in stride(from: 0.0, to: 250, by: 10) {
            #expect(abs(exponential.perStaySuccess(fixedAttackFromRandomInstant: attack) - exp(-attack / 100)) < 1e-12)
            #expect(abs(fixed.perStaySuccess(fixedAttackFromRandomInstant: attack) - max(0, 1 - attack / 100)) < 1e-12)
            let square = attack < 200 ? (1 - attack / 200) * (1 - attack / 200) : 0
            #expect(abs(even.perStaySuccess(fixedAttackFromRandomInstant: attack) - square) < 1e-12)
        }
    }

    @Test("instants drawn from a long row of stays have that much left of theirs", arguments: SomePolicy.bounded)
    func drawnInstants(policy: Policy) {
        let clock = RelocationClock(bare: policy)
        for attack in [4, 25, 61.0] {
            // The share of the time from which A more remains: a ratio of means, whose error is that of the difference.
            let expected = clock.perStaySuccess(fixedAttackFromRandomInstant: attack)
            var difference = Sample()
            clock.draws(10000, seed: 33) { difference.add(max(0, $0 - attack) - expected * $0) }
            #expect(abs(difference.mean) < 1e-9 || abs(difference.z(against: 0)) < 4)
        }
    }

    @Test("attackers who wait on a share c of the hosts succeed after (e^(λA)/c − 1)/λ in the mean (2.3, 2)")
    func waitingAttackers() {
        for (share, attack, expected) in [(1.0 / 3, 2.0, 21.17), (1, 2, 6.39), (0.1, 1, 26.18)] {
            let clock = RelocationClock(bare: SomePolicy.with(.exponential, attack: 100))
            let closed = exp(attack) / share - 1
            #expect(abs(closed - expected) < 0.006)
            #expect(abs(Self.meanTime(of: clock, share: share, attack: attack * 100) - closed * 100) < 1e-6)
            #expect(abs(Self.times(of: clock, share: share, attack: attack * 100).z(against: closed * 100)) < 4)
        }
    }

    @Test("for stays of any law they succeed after (μ − c·E[D; D ≥ A])/(c·P(D ≥ A)) + A", arguments: SomePolicy.firing)
    func waitingAttackersGenerally(policy: Policy) {
        let clock = RelocationClock(bare: policy)
        let attack = (clock.meanSeconds ?? 0) * 0.9
        let expected = Self.meanTime(of: clock, share: 0.3, attack: attack)
        #expect(abs(Self.times(of: clock, share: 0.3, attack: attack).z(against: expected)) < 4)
    }

    /// The formula, with E[D; D ≥ A] = A·P(D ≥ A) + ∫ P(D > u) du from A on.
    private static func meanTime(of clock: RelocationClock, share: Double, attack: Double) -> Double {
        let (mean, success) = (clock.meanSeconds ?? 0, clock.perStaySuccess(fixedAttack: attack))
        let longStays = attack * success + mean * clock.perStaySuccess(fixedAttackFromRandomInstant: attack)
        return (mean - share * longStays) / (share * success) + attack
    }

    private static func times(of clock: RelocationClock, share: Double, attack: Double) -> Sample {
        var generator = SeededGenerator(seed: 34)
        var times = Sample()
        for _ in 0..<4000 {
            var time = 0.0
            while true {
                let stay = clock.draw(using: &generator) ?? 0
                if Double.random(in: 0..<1, using: &generator) < share, stay >= attack { break }
                time += stay
            }
            times.add(time + attack)
        }
        return times
    }

    @Test("an attacker who follows after an exponential time succeeds as section 2.3, 4 says")
    func chasingAttackers() {
        // ρ = 1/50 of finding the container again, λ = 1/100, β = 1/70, d = 100, A = 40.
        let (find, attack, mean, fixed) = (50.0, 70.0, 100.0, 40.0)
        let exponential = RelocationClock(bare: SomePolicy.with(.exponential, attack: mean))
        let equal = RelocationClock(bare: SomePolicy.with(.periodic(seconds: mean, jitter: 0)))
        let (rho, beta, lambda) = (1 / find, 1 / attack, 1 / mean)
        let closed = [
            rho / (rho + lambda) * exp(-lambda * fixed), 1 - exp(-rho * (mean - fixed)),
            rho / (rho + lambda) * beta / (beta + lambda),
            1 - (beta * exp(-rho * mean) - rho * exp(-beta * mean)) / (beta - rho),
        ]
        var generator = SeededGenerator(seed: 35)
        var succeeded = [Sample](repeating: Sample(), count: 4)
        for _ in 0..<30000 {
            let found = Self.exponential(find, &generator)
            let lasting = Self.exponential(attack, &generator)
            let stay = exponential.draw(using: &generator) ?? 0
            let equalStay = equal.draw(using: &generator) ?? 0
            succeeded[0].add(found + fixed <= stay)
            succeeded[1].add(found + fixed <= equalStay)
            succeeded[2].add(found + lasting <= stay)
            succeeded[3].add(found + lasting <= equalStay)
        }
        for (sample, expected) in zip(succeeded, closed) { #expect(abs(sample.z(against: expected)) < 4) }
    }

    /// How many attacks succeed in a unit of time beside attackers, when an attack is k phases of equal mean and takes 1 in
    /// the mean: E[G(D)]/E[D].
    private static func rate(_ clock: RelocationClock, phases: Int, unit: Double) -> Double {
        let finished = clock.expectation(points: 4000) { seconds in
            let expected = Double(phases) * seconds / unit
            let unfinished = (0..<phases).reduce(0.0) { sum, k in
                sum + exp(Double(k) * log(max(expected, 1e-300)) - expected - lgamma(Double(k) + 1).0)
            }
            return 1 - unfinished
        }
        return finished / (clock.meanSeconds ?? 0) * unit
    }

    @Test("against attacks of k phases the rate of success is that of section 2.3, 5")
    func phases() {
        let unit = 10000.0
        let table: [(Int, [Double], [Double])] = [
            (8, [0.31, 0.39, 0.34, 0.16, 0.03], [0.495, 0.547, 0.102, 0.004, 8e-5]),
            (4, [0.31, 0.41, 0.40, 0.25, 0.10], [0.479, 0.567, 0.286, 0.076, 0.014]),
        ]
        for (phases, random, equal) in table {
            for (index, speed) in [0.5, 1, 2, 4, 8].enumerated() {
                let exponential = RelocationClock(bare: SomePolicy.with(.exponential, attack: unit / speed))
                let closed = speed * pow(Double(phases) / (Double(phases) + speed), Double(phases))
                let rate = Self.rate(exponential, phases: phases, unit: unit)
                #expect(abs(rate - closed) < 2e-3 && abs(rate - random[index]) < 0.0075)
                let fixed = RelocationClock(bare: SomePolicy.with(.periodic(seconds: unit / speed, jitter: 0)))
                #expect(abs(Self.rate(fixed, phases: phases, unit: unit) - equal[index]) < 0.001)
            }
        }
    }

    @Test("a mean stay near the attack time is worse than moving ten times more rarely, which forecasts warn of")
    func worstZone() {
        let unit = 10000.0
        for phases in 4...8 {
            for scale in [0.5, 0.75, 1, 1.5, 2] {
                for jitter in [nil, 0, 0.3] as [Double?] {
                    let clocks = [scale, 10 * scale].map { mean in
                        guard let jitter else {
                            return RelocationClock(bare: SomePolicy.with(.exponential, attack: mean * unit))
                        }
                        let longest = mean * unit / (1 - jitter / 2)
                        return RelocationClock(bare: SomePolicy.with(.periodic(seconds: longest, jitter: jitter)))
                    }
                    let rates = clocks.map { Self.rate($0, phases: phases, unit: unit) }
                    // Stays that are all half as long as the attack's mean are safe against attacks of many phases.
                    if jitter != nil, scale < 1 { continue }
                    #expect(rates[0] > rates[1])
                }
            }
        }
    }

    @Test("87 % is resisted at A = 2.04 mean stays (exponential), at T = 0.13 (deadline), or for A above all stays")
    func headline() {
        let exponential = RelocationClock(bare: SomePolicy.with(.exponential, attack: 100))
        for (ratio, resisted) in [(1, 0.632), (1.5, 0.777), (2, 0.865), (2.04, 0.870), (2.5, 0.918), (3, 0.950)] {
            #expect(abs(1 - exponential.perStaySuccess(fixedAttack: ratio * 100) - resisted) <= 5.1e-4)
        }
        let deadline = RelocationClock(SomePolicy.with(.deadline(threshold: 0.13), attack: 120))
        #expect(abs(1 - deadline.perStaySuccess(meanExponentialAttack: 120) - 0.87) < 1e-12)
        #expect(deadline.perStaySuccess(fixedAttack: 16.72) == 0)
    }

    @Test("against attacks of 10 s to an hour, even in their logarithm, 87 % takes a mean of 27 s or stays of 21 s")
    func mixedAttacks() {
        func resisted(_ clock: RelocationClock) -> Double {
            let points = 4000
            return (0..<points).reduce(0.0) { sum, point in
                let attack = 10 * pow(360, (Double(point) + 0.5) / Double(points))
                return sum + 1 - clock.perStaySuccess(fixedAttack: attack)
            } / Double(points)
        }
        let table = [
            (10, 0.963), (30, 0.859), (60, 0.767), (120, 0.662), (300, 0.515), (600, 0.400),
        ]
        for (mean, share) in table {
            let clock = RelocationClock(bare: SomePolicy.with(.exponential, attack: Double(mean)))
            #expect(abs(resisted(clock) - share) <= 1e-3)
        }
        #expect(abs(resisted(RelocationClock(bare: SomePolicy.with(.exponential, attack: 27))) - 0.87) < 5e-3)
        #expect(abs(resisted(RelocationClock(bare: SomePolicy.with(.periodic(seconds: 21, jitter: 0)))) - 0.87) < 5e-3)
    }
}
