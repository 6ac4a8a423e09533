import FleetCore
import FleetModel
import MovingTarget

/// A policy on the wire: what it says, and what follows from it.
struct PolicyView: Encodable {
    var record: PolicyRecord
    /// `nil` in events, which say what was set and not what followed.
    var derived: Derived?

    /// What follows from a policy. Nobody sets it.
    struct Derived: Encodable {
        var attacksPerSecond: Double
        var meanStaySeconds: Double?
        var minStaySeconds: Double?
        var maxStaySeconds: Double?
        var isPredictable: Bool
        var usedBy: [String]
    }

    init(_ record: PolicyRecord) { self.record = record }

    init(_ record: PolicyRecord, in state: FleetState) {
        self.record = record
        let clock = RelocationClock(record.policy, defaultMinSeconds: state.moveTimes.defaultMinSeconds)
        derived = Derived(
            attacksPerSecond: record.policy.attacksPerSecond, meanStaySeconds: clock.meanSeconds,
            minStaySeconds: clock.meanSeconds == nil ? nil : clock.minimumSeconds, maxStaySeconds: clock.maximumSeconds,
            isPredictable: clock.isPredictable, usedBy: state.users(of: record.name))
    }

    /// The fields that come with a policy and that are passed over when somebody sends it back changed.
    static let readOnlyFields = ["name", "version", "changedAt", "changedBy", "derived"]

    private enum Keys: CodingKey { case name, version, changedAt, changedBy, derived }

    func encode(to encoder: any Encoder) throws {
        try record.policy.encode(to: encoder)
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(record.name, forKey: .name)
        try fields.encode(record.version, forKey: .version)
        try fields.encode(record.changedAt, forKey: .changedAt)
        try fields.encode(record.changedBy, forKey: .changedBy)
        try fields.encodeIfPresent(derived, forKey: .derived)
    }
}
