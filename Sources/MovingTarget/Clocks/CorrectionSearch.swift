import FleetModel
import Glibc

/// Looks for the nearest values of a policy's fields with which stays are long enough.
///
/// Stays only lengthen with each of these fields, so bisection finds the value at which they suffice. It is rounded to four
/// digits, towards the side that works, to be read and typed.
struct CorrectionSearch {
    let policy: Policy
    /// How long stays must be, in seconds, above 0.
    let required: Double

    private static let digits = 4

    /// Changes after each of which the mean stay may suffice, those of the clock first.
    var longerStays: [PolicyChange] {
        let suffices = { (policy: Policy) in
            RelocationClock(policy, defaultMinSeconds: 0).meanSeconds.map { $0 >= required } ?? false
        }
        let bound = [PolicyChange.minSeconds(required.rounded(.up, digits: Self.digits))]
        guard let most = policy.dwell.maxSeconds else { return clockChanges(until: suffices) + bound }
        // Under a longest stay that is too short itself no clock suffices, but one may once that is lifted.
        let free = CorrectionSearch(
            policy: most < required ? policy.with(.maxSeconds(nil)) : policy, required: required)
        let raised = least(PolicyChange.maxSeconds, from: most, to: DwellBounds.longestSeconds, where: suffices)
        return free.clockChanges(until: suffices) + [raised, .maxSeconds(nil)].compactMap(\.self) + bound
    }

    /// Changes of the clock's own fields after each of which a condition holds that does not hold now.
    func clockChanges(until holds: (Policy) -> Bool) -> [PolicyChange] {
        let longest = DwellBounds.longestSeconds
        func attack() -> PolicyChange? {
            least(PolicyChange.assumedAttackSeconds, from: policy.assumedAttackSeconds, to: 10 * longest, where: holds)
        }
        let found: [PolicyChange?]
        switch policy.clock {
        case .deadline(let threshold), .jittered(let threshold), .cappedExponential(let threshold):
            found = [attack(), least(PolicyChange.threshold, from: threshold, to: 0.9999, where: holds)]
        case .exponential: found = [attack()]
        case .periodic(let seconds, _):
            found = [least(PolicyChange.seconds, from: seconds, to: longest, where: holds)]
        case .poissonTick(let tick):
            found = [
                least(PolicyChange.tickSeconds, from: tick.tickSeconds, to: 86400, where: holds),
                tick.reading == .count ? threshold(of: tick) : nil,
            ]
        case .static: found = []
        }
        return found.compactMap(\.self)
    }

    /// The largest mean, rounded down, with which some Poisson probability is above T, which none is with `limit`.
    static func mean(firingAbove threshold: Double, below limit: Double) -> Double {
        // With a mean m below 1 the largest probability is e^(−m).
        var (fires, fails) = (min(0.5, -log(threshold) / 2), limit)
        for _ in 0..<100 {
            let middle = (fires * fails).squareRoot()
            let doesFire = PoissonDistribution(mean: middle).largestProbability > threshold
            if doesFire { fires = middle } else { fails = middle }
        }
        return fires.rounded(.down, digits: digits)
    }

    /// The smallest T for which the first count with P(X = k) > T comes late enough, as far as the counts before the mode
    /// go: that of the count before it.
    private func threshold(of tick: PoissonTick) -> PolicyChange? {
        let poisson = PoissonDistribution(mean: tick.mean)
        let ticks = max(1, min((required / tick.tickSeconds).rounded(.up), Double(poisson.mode)))
        let threshold = exp(poisson.logProbability(of: Int(ticks) - 1)).rounded(.up, digits: Self.digits)
        return threshold > tick.threshold ? .threshold(threshold) : nil
    }

    private func least(
        _ change: (Double) -> PolicyChange, from value: Double, to limit: Double, where holds: (Policy) -> Bool
    ) -> PolicyChange? {
        guard value < limit, holds(policy.with(change(limit))), !holds(policy) else { return nil }
        var (fails, suffices) = (value, limit)
        for _ in 0..<100 {
            let middle = (fails * suffices).squareRoot()
            if holds(policy.with(change(middle))) { suffices = middle } else { fails = middle }
        }
        return change(min(limit, suffices.rounded(.up, digits: Self.digits)))
    }
}
