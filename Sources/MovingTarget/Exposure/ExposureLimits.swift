import FleetModel
import Glibc

/// How the exposure of a container is judged: a policy's figures in seconds.
public struct ExposureLimits: Sendable, Hashable {
    /// Whose figures these are; `nil` for nobody's.
    public var policy: PolicyName?
    /// A: how long an attack is assumed to take beside its victim.
    public var attackSeconds: Double
    /// m: of a second that long ago 1/e counts in sums.
    public var windowSeconds: Double
    /// From which sum beside one party on an alarm stands; `nil` for none.
    public var groupSeconds: Double?
    /// From which sum beside strangers on an alarm stands, whoever they are; `nil` for none.
    public var strangersSeconds: Double?

    /// The limits that rules make of an assumed attack time.
    public init(attackSeconds: Double, rules: ExposureRules = ExposureRules()) {
        self.attackSeconds = attackSeconds
        windowSeconds = rules.windowFactor * attackSeconds
        groupSeconds = rules.groupFactor.map { $0 * attackSeconds }
        strangersSeconds = rules.strangersFactor.map { $0 * attackSeconds }
    }

    /// The limits of a policy.
    public init(_ record: PolicyRecord) {
        self.init(attackSeconds: record.policy.assumedAttackSeconds, rules: record.policy.exposure)
        policy = record.name
    }

    /// In how many seconds a sum that only grows comes to a limit: dS/dt = 1 − S/m, so S(d) = m − (m − S)·e^(−d/m).
    func rise(from sum: Double, to limit: Double) -> Double {
        sum >= limit ? 0 : windowSeconds * log((windowSeconds - sum) / (windowSeconds - limit))
    }

    /// In how many seconds a sum to which nothing is added comes down to a limit: S(d) = S·e^(−d/m).
    func fall(from sum: Double, to limit: Double) -> Double { sum <= limit ? 0 : windowSeconds * log(sum / limit) }
}
