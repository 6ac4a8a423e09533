import FleetModel

/// A policy as the API shows it: what it says beside its name and version, in one object.
struct PolicyOnWire: Decodable, Sendable {
    /// What follows from a policy, as far as the control plane says it.
    struct Derived: Decodable, Sendable {
        /// The mean stay; `nil` when containers stay for ever.
        var meanStaySeconds: Double?
        /// The shortest stay.
        var minStaySeconds: Double?
        /// The longest stay; `nil` when there is no bound.
        var maxStaySeconds: Double?
        /// Whether somebody who watched knows when the next move comes.
        var isPredictable: Bool?
        /// The tenants and containers that name it, in words.
        var usedBy: [String]?
    }

    /// The policy under its name, in this version.
    let record: PolicyRecord
    /// What follows from it; events and the history do not say.
    let derived: Derived?

    private enum Keys: CodingKey { case name, version, changedAt, changedBy, derived }

    /// Decodes all of it from one object.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        record = PolicyRecord(
            name: try fields.decodeIfPresent(PolicyName.self, forKey: .name) ?? .default,
            version: try fields.decode(Int.self, forKey: .version),
            changedAt: try fields.decodeIfPresent(Timestamp.self, forKey: .changedAt) ?? Timestamp(milliseconds: 0),
            changedBy: try fields.decodeIfPresent(String.self, forKey: .changedBy) ?? "",
            policy: try Policy(from: decoder))
        derived = try fields.decodeIfPresent(Derived.self, forKey: .derived)
    }

    /// What it says.
    var policy: Policy { record.policy }
}
