import FleetModel
import MovingTarget

extension FleetDraft {
    /// Makes a policy hold, and draws the deadlines anew of those that it holds for.
    /// - Throws: `PolicyRefusal` when it cannot work; `FleetError.invalid` when it sets what only `default` may.
    package mutating func set(_ policy: Policy, as name: PolicyName, by actor: String) throws -> PolicyRecord {
        try policy.check(moveSeconds: state.moveTimes.moveSeconds)
        if name != .default { try state.checkLimits(of: policy) }
        let record = PolicyRecord(
            name: name, version: (state.policyVersions[name] ?? 0) + 1, changedAt: now, changedBy: actor, policy: policy
        )
        self.record(.policy(record))
        moveDeadlines(of: state.containerNames(under: name))
        return record
    }
}

extension FleetState {
    /// The limits of the fleet and of hosts are those of `default`, whatever else is written elsewhere.
    fileprivate func checkLimits(of policy: Policy) throws(FleetError) {
        let (own, fleet) = (policy.limits, defaultPolicy.limits)
        for (field, isEqual) in [
            ("concurrentInFleet", own.concurrentInFleet == fleet.concurrentInFleet),
            ("concurrentPerHost", own.concurrentPerHost == fleet.concurrentPerHost),
            ("startsPerMinute", own.startsPerMinute == fleet.startsPerMinute),
        ] where !isEqual {
            throw .invalid(
                field: "limits.\(field)",
                detail: "holds for the whole fleet and is set in policy 'default'; leave it out here")
        }
    }
}
