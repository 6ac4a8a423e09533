import FleetModel
import Glibc

/// The law of the length D of a stay in seconds, as a clock has it before bounds are put on it.
///
/// Five families are enough for all clocks, and for each everything that is asked has a closed form.
enum StayLaw: Sendable, Hashable {
    /// Always the same.
    case constant(Double)
    /// Exponential, ended at `end` at the latest, which may be infinite.
    case exponential(mean: Double, end: Double)
    /// −ln(1 − U)·mean with U even from 0 to the threshold T: exponential, given that it is at most −ln(1 − T)·mean.
    case truncated(mean: Double, threshold: Double)
    /// Even from one length to another.
    case uniform(from: Double, to: Double)
    /// So many steps as it takes until something of this probability happens.
    case geometric(probability: Double, step: Double)

    /// The law of a policy's clock; `nil` when the clock never fires.
    init?(_ policy: Policy) {
        let attack = policy.assumedAttackSeconds
        switch policy.clock {
        case .deadline(let threshold): self = .constant(policy.deadlineSeconds(threshold: threshold))
        case .jittered(let threshold): self = .truncated(mean: attack, threshold: threshold)
        case .exponential: self = .exponential(mean: attack, end: .infinity)
        case .cappedExponential(let threshold):
            self = .exponential(mean: attack, end: policy.deadlineSeconds(threshold: threshold))
        case .poissonTick(let tick): self.init(tick)
        case .periodic(let seconds, let jitter):
            self = jitter > 0 ? .uniform(from: (1 - jitter) * seconds, to: seconds) : .constant(seconds)
        case .static: return nil
        }
    }

    private init?(_ tick: PoissonTick) {
        let poisson = PoissonDistribution(mean: tick.mean)
        guard let counts = poisson.counts(above: tick.threshold) else { return nil }
        switch tick.reading {
        case .count: self = .constant(Double(counts.lowerBound) * tick.tickSeconds)
        case .draw:
            let probability = poisson.probability(of: counts)
            let step = tick.tickSeconds
            self = probability < 1 ? .geometric(probability: probability, step: step) : .constant(step)
        }
    }

    /// The shortest stay.
    var lower: Double {
        switch self {
        case .constant(let seconds): seconds
        case .exponential, .truncated: 0
        case .uniform(let from, _): from
        case .geometric(_, let step): step
        }
    }

    /// The longest stay, which may be infinite.
    var upper: Double {
        switch self {
        case .constant(let seconds): seconds
        case .exponential(_, let end): end
        case .truncated(let mean, let threshold): -log1p(-threshold) * mean
        case .uniform(_, let to): to
        case .geometric: .infinity
        }
    }

    /// P(D > t) for t ≥ 0.
    func survival(_ time: Double) -> Double {
        guard time < upper else { return 0 }
        switch self {
        case .constant: return 1
        case .exponential(let mean, _): return exp(-time / mean)
        case .truncated(let mean, let threshold): return max(0, (threshold + expm1(-time / mean)) / threshold)
        case .uniform(let from, let to): return min(1, (to - time) / (to - from))
        case .geometric(let probability, let step): return pow(1 - probability, Self.steps(of: step, in: time))
        }
    }

    /// P(D ≥ t) for t ≥ 0. It is more than P(D > t) where a single length has a probability of its own.
    func reach(_ time: Double) -> Double {
        switch self {
        case .constant(let seconds): return time <= seconds ? 1 : 0
        case .exponential(let mean, let end): return time <= end ? exp(-time / mean) : 0
        case .truncated, .uniform: return survival(time)
        case .geometric(let probability, let step):
            let steps = Self.steps(of: step, in: time)
            let before = steps * step == time ? steps - 1 : steps
            return pow(1 - probability, max(0, before))
        }
    }

    /// The shortest time t with P(D > t) ≤ s, for s from 0 to 1: the inverse of `survival`.
    func time(survivedBy share: Double) -> Double {
        switch self {
        case .constant(let seconds): return seconds
        case .exponential(let mean, let end): return min(-mean * log(share), end)
        case .truncated(let mean, let threshold): return min(-mean * log1p(-threshold * (1 - share)), upper)
        case .uniform(let from, let to): return to - share * (to - from)
        case .geometric(let probability, let step):
            var steps = max(1, (log(share) / log1p(-probability)).rounded(.up))
            // The logarithms may be wrong in their last digit, which matters where the result is a whole number.
            if steps > 1, pow(1 - probability, steps - 1) <= share { steps -= 1 }
            if pow(1 - probability, steps) > share { steps += 1 }
            return steps * step
        }
    }

    /// The same of the law given D > elapsed; `nil` when no stay is longer than that.
    func time(survivedBy share: Double, after elapsed: Double) -> Double? {
        guard elapsed < upper else { return nil }
        // Where the past does not matter it must not, not even where almost no stay is as long as the elapsed time.
        switch self {
        case .exponential(let mean, let end): return min(elapsed - mean * log(share), end)
        case .geometric(_, let step): return Self.steps(of: step, in: elapsed) * step + time(survivedBy: share)
        case .constant, .truncated, .uniform: return max(elapsed, time(survivedBy: share * survival(elapsed)))
        }
    }

    /// How many whole steps there are in a time, such that n·step has n of them whatever the rounding of the quotient.
    static func steps(of step: Double, in time: Double) -> Double {
        let steps = (time / step).rounded(.down)
        if (steps + 1) * step <= time { return steps + 1 }
        return steps * step > time ? steps - 1 : steps
    }
}
