import FleetModel
import Glibc
import MovingTarget
import RelocateTesting

/// Numbers that were drawn, to be held against the mean that they should have.
struct Sample {
    private(set) var count = 0.0
    private(set) var mean = 0.0
    private var squares = 0.0

    mutating func add(_ value: Double) {
        count += 1
        let difference = value - mean
        mean += difference / count
        squares += difference * (value - mean)
    }

    mutating func add(_ isTrue: Bool) { add(isTrue ? 1 : 0) }

    /// How many standard errors the mean is from an expected one. Numbers that are all the same have none; then 0 when they
    /// are the expected one, and infinity when not.
    func z(against expected: Double) -> Double {
        let error = (squares / (count - 1) / count).squareRoot()
        guard error <= abs(expected) * 1e-12 else { return (mean - expected) / error }
        return abs(mean - expected) <= 1e-9 * max(1, abs(expected)) ? 0 : .infinity
    }
}

extension RelocationClock {
    /// A clock with no bounds but those that the policy names.
    init(bare policy: Policy) { self.init(policy, defaultMinSeconds: 0) }

    /// Lengths of stays.
    func draws(
        _ count: Int, seed: UInt64, after elapsed: Double = 0, _ body: (Double) -> Void
    ) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<count {
            if let seconds = draw(after: elapsed, using: &generator) { body(seconds) }
        }
    }

    /// E[f(D')], from the quantiles alone: the integral of f over them by the rule of midpoints.
    func expectation(points: Int = 20000, of function: (Double) -> Double) -> Double {
        let sum = (0..<points).reduce(0.0) { sum, point in
            sum + function(quantile((Double(point) + 0.5) / Double(points)) ?? .nan)
        }
        return sum / Double(points)
    }
}

enum SomePolicy {
    static func with(_ clock: ClockModel, attack: Double = 1000, min: Double? = nil, max: Double? = nil) -> Policy {
        Policy(assumedAttackSeconds: attack, clock: clock, dwell: DwellBounds(minSeconds: min, maxSeconds: max))
    }

    static func tick(
        _ threshold: Double, mean: Double, seconds: Double = 1, _ reading: PoissonTick.Reading = .count
    ) -> Policy {
        with(.poissonTick(PoissonTick(threshold: threshold, mean: mean, tickSeconds: seconds, reading: reading)))
    }

    /// One policy of every clock that fires, two of those with a choice, with stays of about the same length.
    static let firing: [Policy] = [
        with(.deadline(threshold: 0.13)), with(.jittered(threshold: 0.9)),
        with(.jittered(threshold: 0.001), attack: 70000),
        with(.exponential, attack: 90), with(.cappedExponential(threshold: 0.4), attack: 100),
        tick(0.05, mean: 20, seconds: 7), tick(0.1, mean: 10, seconds: 30, .draw),
        with(.periodic(seconds: 70, jitter: 0)), with(.periodic(seconds: 70, jitter: 0.3)),
    ]

    /// Those policies with bounds of many kinds.
    static let bounded: [Policy] =
        firing
        + firing.flatMap { policy in
            [(20.0, nil), (nil, 60.0), (10, 45), (35, 75), (90, 90), (0, 400)].map { least, most in
                var policy = policy
                policy.dwell = DwellBounds(minSeconds: least, maxSeconds: most)
                return policy
            }
        }

    /// Any policy whose values are in their ranges, with a clock that need not be able to fire.
    static func random(using generator: inout SeededGenerator) -> Policy {
        func between(_ low: Double, _ high: Double) -> Double {
            exp(Double.random(in: log(low)...log(high), using: &generator))
        }
        let threshold = [between(1e-4, 0.99), 1 - between(0.001, 0.9)].randomElement(using: &generator) ?? 0.5
        let clock: ClockModel =
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: .deadline(threshold: threshold)
            case 1: .jittered(threshold: threshold)
            case 2: .cappedExponential(threshold: threshold)
            case 3: .exponential
            case 4, 5:
                .poissonTick(
                    PoissonTick(
                        threshold: between(1e-4, 0.9), mean: between(0.05, 10000), tickSeconds: between(0.1, 1000),
                        reading: Bool.random(using: &generator) ? .count : .draw))
            case 6: .periodic(seconds: between(1, 1000), jitter: Double.random(in: 0..<1, using: &generator))
            default: .static
            }
        var policy = with(clock, attack: between(10, 10000))
        if Int.random(in: 0..<3, using: &generator) == 0 { policy.dwell.minSeconds = between(0.5, 300) }
        if Int.random(in: 0..<3, using: &generator) == 0 { policy.dwell.maxSeconds = between(1, 3000) }
        return policy
    }
}
