/// The name of a policy.
public typealias PolicyName = Name<Policy>

extension Name where Subject == Policy {
    /// The policy that always exists, and that holds for everything that names no other.
    public static var `default`: PolicyName { PolicyName(known: "default") }
}

/// A policy under its name, in one of its versions.
public struct PolicyRecord: Codable, Sendable, Hashable {
    /// The policy's name.
    public var name: PolicyName
    /// Counted up from 1 with each change; 0 for the built-in defaults. A name that was removed and is used again goes on
    /// counting.
    public var version: Int
    /// When this version was made.
    public var changedAt: Timestamp
    /// Who made it.
    public var changedBy: String
    /// What it says.
    public var policy: Policy

    /// A version of a policy.
    public init(name: PolicyName, version: Int, changedAt: Timestamp, changedBy: String, policy: Policy) {
        self.name = name
        self.version = version
        self.changedAt = changedAt
        self.changedBy = changedBy
        self.policy = policy
    }

    private enum CodingKeys: String, CodingKey { case name, version, changedAt, changedBy, policy }

    /// Decodes a version. Where there was but one policy, records held it alone.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard fields.contains(.policy) else {
            self.init(
                name: .default, version: 0, changedAt: Timestamp(milliseconds: 0), changedBy: "",
                policy: try Policy(from: decoder))
            return
        }
        self.init(
            name: try fields.decode(PolicyName.self, forKey: .name),
            version: try fields.decode(Int.self, forKey: .version),
            changedAt: try fields.decode(Timestamp.self, forKey: .changedAt),
            changedBy: try fields.decode(String.self, forKey: .changedBy),
            policy: try fields.decode(Policy.self, forKey: .policy))
    }
}
