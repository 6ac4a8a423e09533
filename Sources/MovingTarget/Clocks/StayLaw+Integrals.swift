import Glibc

extension StayLaw {
    /// E[min(D, t)] = ∫₀ᵗ P(D > u) du for t ≥ 0, which may be infinite.
    func mean(upTo time: Double) -> Double {
        switch self {
        case .constant(let seconds): return min(time, seconds)
        case .exponential(let mean, let end): return -mean * expm1(-min(time, end) / mean)
        case .truncated(let mean, let threshold):
            let end = min(time, upper)
            let risk = min(-expm1(-end / mean), threshold)
            return mean / threshold * (Self.integralOfLogarithm(risk) + (threshold - risk) * end / mean)
        case .uniform(let from, let to):
            let end = min(time, to)
            return end <= from ? end : end - (end - from) * (end - from) / (2 * (to - from))
        case .geometric(let probability, let step):
            guard time.isFinite else { return step / probability }
            let steps = Self.steps(of: step, in: time)
            let remaining = pow(1 - probability, steps)
            return step * (1 - remaining) / probability + remaining * (time - steps * step)
        }
    }

    /// (1/a)·∫ e^(−u/a)·P(D > u) du over a span of time: the probability that an attack whose duration is exponential with
    /// mean a, and that begins with the stay, finishes in that span and before the stay's end.
    func success(ofMeanAttack attack: Double, from start: Double, to limit: Double) -> Double {
        let end = min(limit, upper)
        guard start < end else { return 0 }
        switch self {
        case .constant: return Self.finish(attack, from: start, to: end)
        case .exponential(let mean, _): return Self.finishFirst(attack, before: mean, from: start, to: end)
        case .truncated(let mean, let threshold):
            let sum =
                Self.finishFirst(attack, before: mean, from: start, to: end)
                - (1 - threshold) * Self.finish(attack, from: start, to: end)
            return sum / threshold
        case .uniform(let from, let to):
            let ramp = max(start, from)
            let sure = start < from ? Self.finish(attack, from: start, to: min(from, end)) : 0
            guard ramp < end else { return sure }
            let scaled = (end - ramp) / attack
            let slope = (to - ramp) * -expm1(-scaled) - attack * Self.gamma2(scaled)
            return sure + exp(-ramp / attack) * slope / (to - from)
        case .geometric(let probability, let step):
            let upTo = { Self.success(attack, to: $0, stopping: probability, step: step) }
            return upTo(end) - upTo(start)
        }
    }

    /// The probability that an exponential attack finishes in a span.
    private static func finish(_ attack: Double, from start: Double, to end: Double) -> Double {
        exp(-start / attack) * -expm1(-(end - start) / attack)
    }

    /// The same, and before another exponential time is over.
    private static func finishFirst(
        _ attack: Double, before mean: Double, from start: Double, to end: Double
    ) -> Double {
        let both = 1 / (1 / attack + 1 / mean)
        return mean / (mean + attack) * finish(both, from: start, to: end)
    }

    private static func success(
        _ attack: Double, to time: Double, stopping probability: Double, step: Double
    ) -> Double {
        let inStep = -expm1(-step / attack)
        let goesOn = 1 - probability
        let whole = inStep / (probability + goesOn * inStep)
        guard time.isFinite else { return whole }
        let steps = steps(of: step, in: time)
        let remaining = pow(goesOn, steps)
        return whole * (1 - remaining * exp(-steps * step / attack))
            + remaining * finish(attack, from: steps * step, to: time)
    }

    /// (1 − v)·ln(1 − v) + v = Σ vᵏ/(k(k − 1)), the integral of −ln(1 − u) from 0 to v. For small v the series, since the
    /// two terms all but cancel.
    private static func integralOfLogarithm(_ risk: Double) -> Double {
        guard risk < 0.01 else { return risk < 1 ? (1 - risk) * log1p(-risk) + risk : 1 }
        return (2...9).reduce(0) { $0 + pow(risk, Double($1)) / Double($1 * ($1 - 1)) }
    }

    /// 1 − e^(−z)·(1 + z); for small z the series, for the same reason.
    private static func gamma2(_ z: Double) -> Double {
        z < 0.001 ? z * z * (1 / 2 - z * (1 / 3 - z / 8)) : -expm1(-z) - z * exp(-z)
    }
}

extension StayLaw {
    /// The differential entropy −∫ f ln f in nats, with time in seconds; `nil` where there is no density f.
    var entropy: Double? {
        switch self {
        case .exponential(let mean, let end): end.isFinite ? nil : 1 + log(mean)
        case .truncated(let mean, let threshold):
            log(threshold * mean) + 1 + log1p(-threshold) * (1 - threshold) / threshold
        case .uniform(let from, let to): log(to - from)
        case .constant, .geometric: nil
        }
    }
}
