import FleetModel

/// The policy as the API shows it: with its version.
struct PolicyOnWire: Decodable, Sendable {
    /// The policy.
    let policy: Policy
    /// How often it was changed.
    let version: Int

    private enum Keys: CodingKey { case version }

    /// Decodes both from one object.
    init(from decoder: any Decoder) throws {
        policy = try Policy(from: decoder)
        version = try decoder.container(keyedBy: Keys.self).decode(Int.self, forKey: .version)
    }
}

extension PolicyOnWire {
    /// The policy for people.
    var details: Details {
        var details = Details()
        details.add("Policy", "default, version \(version)")
        details.add("Threshold T", Units.plain(policy.clock.threshold))
        details.add("Attacks per second λ", Units.plain(policy.clock.attacksPerSecond))
        details.add("A stay lasts", Units.span(seconds: policy.clock.dwellSeconds.rounded()), .strong)
        details.add("Moves at once", "\(policy.limits.concurrentInFleet) in the fleet")
        details.add("", "\(policy.limits.concurrentPerHost) from or to one host")
        details.add("", "\(policy.limits.concurrentPerTenant) of one tenant")
        return details
    }
}
