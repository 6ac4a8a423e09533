import FleetModel

/// A policy: what it says beside its name and version, and what follows from it, in one object.
public struct PolicyView: Codable, Sendable, Equatable {
    /// What follows from a policy. Nobody sets it.
    public struct Derived: Codable, Sendable, Equatable {
        /// λ = 1/A.
        public var attacksPerSecond: Double
        /// The mean stay; `nil` when containers stay for ever.
        public var meanStaySeconds: Double?
        /// The shortest stay.
        public var minStaySeconds: Double?
        /// The longest stay; `nil` when there is no bound.
        public var maxStaySeconds: Double?
        /// Whether somebody who watched knows when the next move comes.
        public var isPredictable: Bool
        /// The tenants and containers that name it, in words.
        public var usedBy: [String]

        /// What follows from a policy.
        public init(
            attacksPerSecond: Double, meanStaySeconds: Double?, minStaySeconds: Double?, maxStaySeconds: Double?,
            isPredictable: Bool, usedBy: [String]
        ) {
            self.attacksPerSecond = attacksPerSecond
            self.meanStaySeconds = meanStaySeconds
            self.minStaySeconds = minStaySeconds
            self.maxStaySeconds = maxStaySeconds
            self.isPredictable = isPredictable
            self.usedBy = usedBy
        }
    }

    /// The policy under its name, in this version.
    public var record: PolicyRecord
    /// What follows from it; `nil` in events and in the history, which say what was set.
    public var derived: Derived?

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, version, changedAt, changedBy, derived }

    /// The fields that come with a policy and that are passed over when somebody sends it back changed.
    public static let readOnlyFields = CodingKeys.allCases.map(\.rawValue)

    /// A policy.
    public init(_ record: PolicyRecord, derived: Derived? = nil) {
        self.record = record
        self.derived = derived
    }

    /// Decodes all of it from one object.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        record = PolicyRecord(
            name: try fields.decodeIfPresent(PolicyName.self, forKey: .name) ?? .default,
            version: try fields.decode(Int.self, forKey: .version),
            changedAt: try fields.decodeIfPresent(Timestamp.self, forKey: .changedAt) ?? Timestamp(milliseconds: 0),
            changedBy: try fields.decodeIfPresent(String.self, forKey: .changedBy) ?? "",
            policy: try Policy(from: decoder))
        derived = try fields.decodeIfPresent(Derived.self, forKey: .derived)
    }

    /// Encodes all of it into one object.
    public func encode(to encoder: any Encoder) throws {
        try record.policy.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(record.name, forKey: .name)
        try fields.encode(record.version, forKey: .version)
        try fields.encode(record.changedAt, forKey: .changedAt)
        try fields.encode(record.changedBy, forKey: .changedBy)
        try fields.encodeIfPresent(derived, forKey: .derived)
    }
}
