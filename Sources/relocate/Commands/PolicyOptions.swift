import ArgumentParser
import FleetModel

/// The parts of the policy that can be changed.
struct PolicyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "T: the tolerated probability of a successful attack in one stay, between 0 and 1.",
            valueName: "probability"))
    var threshold: Double?

    @Option(help: ArgumentHelp("λ: how many attacks finish in a second of co-residence.", valueName: "rate"))
    var attacksPerSecond: Double?

    @Option(
        help: ArgumentHelp(
            "In place of λ: how long a container stays on a host, at least 1 second.", valueName: "seconds"))
    var dwell: Double?

    @Option(help: ArgumentHelp("How many moves may run at once in the fleet, 1 to 1000.", valueName: "number"))
    var fleet: Int?

    @Option(help: ArgumentHelp("From or to one host, 1 to 100.", valueName: "number"))
    var perHost: Int?

    @Option(help: ArgumentHelp("Of one tenant, 1 to 100.", valueName: "number"))
    var perTenant: Int?

    /// Fails for values that fit no policy, before anything is sent.
    func validate() throws {
        guard
            threshold != nil || attacksPerSecond != nil || dwell != nil || fleet != nil || perHost != nil
                || perTenant != nil
        else { throw ValidationError("say what is to change, such as --dwell 300") }
        if attacksPerSecond != nil, dwell != nil {
            throw ValidationError("give either --attacks-per-second or --dwell: each follows from the other")
        }
        if let dwell, !(dwell >= 1 && dwell.isFinite) {
            throw ValidationError("--dwell must be at least 1 second, is \(Units.plain(dwell))")
        }
        try validated {
            if let threshold { try DeadlineClock(threshold: threshold, dwellSeconds: 300).validate() }
            if let attacksPerSecond, !(attacksPerSecond > 0 && attacksPerSecond.isFinite) {
                throw ClientError.badInput("--attacks-per-second must be above 0, is \(Units.plain(attacksPerSecond))")
            }
            try applied(to: RelocationLimits()).validate()
        }
    }

    /// A policy with the changes made.
    func applied(to policy: Policy) -> Policy {
        var policy = policy
        let dwellSeconds = dwell
        policy.clock.threshold = threshold ?? policy.clock.threshold
        policy.clock.attacksPerSecond = attacksPerSecond ?? policy.clock.attacksPerSecond
        if let dwellSeconds {
            policy.clock = DeadlineClock(threshold: policy.clock.threshold, dwellSeconds: dwellSeconds)
        }
        policy.limits = applied(to: policy.limits)
        return policy
    }

    private func applied(to limits: RelocationLimits) -> RelocationLimits {
        RelocationLimits(
            concurrentInFleet: fleet ?? limits.concurrentInFleet,
            concurrentPerHost: perHost ?? limits.concurrentPerHost,
            concurrentPerTenant: perTenant ?? limits.concurrentPerTenant)
    }
}
