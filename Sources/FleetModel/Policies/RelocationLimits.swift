/// How many relocations there may be.
///
/// Those of the fleet and of hosts are read from the policy `default` only; those of a tenant from the tenant's policy.
public struct RelocationLimits: Codable, Sendable, Hashable {
    /// At once in the whole fleet, 1 to 1000.
    public var concurrentInFleet: Int
    /// At once from or to one host, 1 to 100.
    public var concurrentPerHost: Int
    /// At once of one tenant, 1 to 100.
    public var concurrentPerTenant: Int
    /// How many the clock and drains may start in a minute in the whole fleet, 1 to 100,000; `nil` for no limit.
    public var startsPerMinute: Int?
    /// How many seconds of pause the clock may cause a tenant's containers, all together, in an hour, above 0; `nil` for no
    /// limit.
    public var downtimeSecondsPerHour: Double?

    /// Limits.
    public init(
        concurrentInFleet: Int = 5, concurrentPerHost: Int = 2, concurrentPerTenant: Int = 2,
        startsPerMinute: Int? = nil, downtimeSecondsPerHour: Double? = nil
    ) {
        self.concurrentInFleet = concurrentInFleet
        self.concurrentPerHost = concurrentPerHost
        self.concurrentPerTenant = concurrentPerTenant
        self.startsPerMinute = startsPerMinute
        self.downtimeSecondsPerHour = downtimeSecondsPerHour
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        for (field, value, range) in [
            ("limits.concurrentInFleet", concurrentInFleet, 1...1000),
            ("limits.concurrentPerHost", concurrentPerHost, 1...100),
            ("limits.concurrentPerTenant", concurrentPerTenant, 1...100),
            ("limits.startsPerMinute", startsPerMinute ?? 1, 1...100_000),
        ] where !range.contains(value) {
            throw ModelError.outOfRange(
                field: field, detail: "must be \(range.lowerBound) to \(range.upperBound), is \(value)")
        }
        if let downtimeSecondsPerHour, !(downtimeSecondsPerHour > 0 && downtimeSecondsPerHour <= 3600) {
            throw ModelError.outOfRange(
                field: "limits.downtimeSecondsPerHour",
                detail: "must be above 0 and at most 3600, is \(downtimeSecondsPerHour)")
        }
    }
}

extension RelocationLimits {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case concurrentInFleet, concurrentPerHost, concurrentPerTenant, startsPerMinute, downtimeSecondsPerHour
    }

    /// Decodes limits; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = RelocationLimits()
        concurrentInFleet = try fields.value(.concurrentInFleet, or: defaults.concurrentInFleet)
        concurrentPerHost = try fields.value(.concurrentPerHost, or: defaults.concurrentPerHost)
        concurrentPerTenant = try fields.value(.concurrentPerTenant, or: defaults.concurrentPerTenant)
        startsPerMinute = try fields.decodeIfPresent(Int.self, forKey: .startsPerMinute)
        downtimeSecondsPerHour = try fields.decodeIfPresent(Double.self, forKey: .downtimeSecondsPerHour)
    }

    /// Encodes the limits, missing ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(concurrentInFleet, forKey: .concurrentInFleet)
        try fields.encode(concurrentPerHost, forKey: .concurrentPerHost)
        try fields.encode(concurrentPerTenant, forKey: .concurrentPerTenant)
        try fields.encode(startsPerMinute, forKey: .startsPerMinute)
        try fields.encode(downtimeSecondsPerHour, forKey: .downtimeSecondsPerHour)
    }
}
