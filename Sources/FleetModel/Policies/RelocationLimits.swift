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
    /// How long a destination may take to make everything ready for a container, in seconds, 1 to 600. What takes longer is given
    /// up, as with the two others; the container runs on at its source.
    public var prepareSeconds: Double
    /// How long a container may stand still while its memory and files are written down, in seconds, 1 to 600. Such a move counts
    /// as one that the container has refused.
    public var checkpointSeconds: Double
    /// How long a destination may take to bring a container back, in seconds, 1 to 600.
    public var restoreSeconds: Double

    /// Limits.
    public init(
        concurrentInFleet: Int = 5, concurrentPerHost: Int = 2, concurrentPerTenant: Int = 2,
        startsPerMinute: Int? = nil, downtimeSecondsPerHour: Double? = nil, prepareSeconds: Double = 60,
        checkpointSeconds: Double = 60, restoreSeconds: Double = 60
    ) {
        self.concurrentInFleet = concurrentInFleet
        self.concurrentPerHost = concurrentPerHost
        self.concurrentPerTenant = concurrentPerTenant
        self.startsPerMinute = startsPerMinute
        self.downtimeSecondsPerHour = downtimeSecondsPerHour
        self.prepareSeconds = prepareSeconds
        self.checkpointSeconds = checkpointSeconds
        self.restoreSeconds = restoreSeconds
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
        for (field, seconds) in [
            ("prepareSeconds", prepareSeconds), ("checkpointSeconds", checkpointSeconds),
            ("restoreSeconds", restoreSeconds),
        ] { try Policy.check(seconds, in: 1...600, "limits." + field) }
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
        case prepareSeconds, checkpointSeconds, restoreSeconds
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
        prepareSeconds = try fields.value(.prepareSeconds, or: defaults.prepareSeconds)
        checkpointSeconds = try fields.value(.checkpointSeconds, or: defaults.checkpointSeconds)
        restoreSeconds = try fields.value(.restoreSeconds, or: defaults.restoreSeconds)
    }

    /// Encodes the limits, missing ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(concurrentInFleet, forKey: .concurrentInFleet)
        try fields.encode(concurrentPerHost, forKey: .concurrentPerHost)
        try fields.encode(concurrentPerTenant, forKey: .concurrentPerTenant)
        try fields.encode(startsPerMinute, forKey: .startsPerMinute)
        try fields.encode(downtimeSecondsPerHour, forKey: .downtimeSecondsPerHour)
        try fields.encode(prepareSeconds, forKey: .prepareSeconds)
        try fields.encode(checkpointSeconds, forKey: .checkpointSeconds)
        try fields.encode(restoreSeconds, forKey: .restoreSeconds)
    }
}
