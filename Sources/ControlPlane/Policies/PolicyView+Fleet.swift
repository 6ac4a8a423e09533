import FleetAPI
import FleetCore
import FleetModel
import MovingTarget

extension PolicyView {
    /// A policy with what follows from it.
    init(_ record: PolicyRecord, in state: FleetState) {
        let clock = RelocationClock(record.policy, defaultMinSeconds: state.moveTimes.defaultMinSeconds)
        self.init(
            record,
            derived: Derived(
                attacksPerSecond: record.policy.attacksPerSecond, meanStaySeconds: clock.meanSeconds,
                minStaySeconds: clock.meanSeconds == nil ? nil : clock.minimumSeconds,
                maxStaySeconds: clock.maximumSeconds, isPredictable: clock.isPredictable,
                usedBy: state.users(of: record.name)))
    }
}
