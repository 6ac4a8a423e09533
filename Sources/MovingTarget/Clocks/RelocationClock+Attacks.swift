import Glibc

/// How likely an attack succeeds in one stay that its attacker shares from beginning to end: E[G(D')], where G is the
/// distribution of the attack's duration (sections 1.3 and 2.3 of the model). A clock that never fires gives attacks all
/// the time they want.
extension RelocationClock {
    /// The probability that an attack succeeds that begins with the stay and takes exactly so many seconds: P(D' ≥ A).
    public func perStaySuccess(fixedAttack seconds: Double) -> Double { reach(seconds) }

    /// The same for an attack whose duration is exponential with this mean in seconds: E[1 − e^(−D'/A)].
    public func perStaySuccess(meanExponentialAttack seconds: Double) -> Double {
        guard let law else { return 1 }
        let surely = -expm1(-least / seconds)
        return min(1, surely + law.success(ofMeanAttack: seconds, from: least, to: most))
    }

    /// The same for an attack of fixed length that begins at a random instant of the time that is spent in stays, as when
    /// the attacker finds its victim late: (1/μ)·∫ P(D' > u) du from A on.
    ///
    /// A random instant is likelier in a long stay than in a short one. So with clocks that now and then let a container
    /// stay for very long this can be more than for an attack that begins with a stay.
    public func perStaySuccess(fixedAttackFromRandomInstant seconds: Double) -> Double {
        guard let law, let mean = meanSeconds, mean > 0 else { return fires ? 0 : 1 }
        guard seconds > least else { return max(0, 1 - seconds / mean) }
        let end = min(seconds, most)
        return max(0, (law.mean(upTo: most) - law.mean(upTo: end)) / mean)
    }
}
