import Glibc

/// When containers move and how many at once.
public struct Policy: Codable, Sendable, Hashable {
    /// When a container has been on its host for long enough.
    public var clock: DeadlineClock
    /// How many relocations may run at once.
    public var limits: RelocationLimits

    /// A policy.
    public init(clock: DeadlineClock = DeadlineClock(), limits: RelocationLimits = RelocationLimits()) {
        self.clock = clock
        self.limits = limits
    }

    /// Checks every range.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        try clock.validate()
        try limits.validate()
    }
}

/// The paper's clock (equations 3.1 and 3.2), read as a deadline: a container moves when the probability that at least
/// one attack has finished since it arrived, 1 − e^(−λt), exceeds the threshold T, that is after t* = −ln(1 − T)/λ.
public struct DeadlineClock: Codable, Sendable, Hashable {
    /// T: the tolerated probability that an attack succeeds in one stay, above 0 and below 1.
    public var threshold: Double
    /// λ: how many attacks finish in a second of co-residence, above 0.
    public var attacksPerSecond: Double

    /// A clock; the defaults move a container after about 5 minutes.
    public init(threshold: Double = 0.13, attacksPerSecond: Double = 1.0 / 2154) {
        self.threshold = threshold
        self.attacksPerSecond = attacksPerSecond
    }

    /// The clock with threshold T that allows a stay of this many seconds: λ = −ln(1 − T)/t*.
    public init(threshold: Double, dwellSeconds: Double) {
        self.init(threshold: threshold, attacksPerSecond: -log1p(-threshold) / dwellSeconds)
    }

    /// t* = −ln(1 − T)/λ in seconds.
    public var dwellSeconds: Double { -log1p(-threshold) / attacksPerSecond }

    private static let longestDwellSeconds: Double = 365 * 86400

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        guard threshold > 0, threshold < 1 else {
            throw ModelError.outOfRange(
                field: "clock.threshold", detail: "must be above 0 and below 1, is \(threshold)")
        }
        guard attacksPerSecond > 0, attacksPerSecond.isFinite else {
            throw ModelError.outOfRange(
                field: "clock.attacksPerSecond", detail: "must be above 0, is \(attacksPerSecond)")
        }
        guard (1...Self.longestDwellSeconds).contains(dwellSeconds) else {
            let fastest = -log1p(-threshold)
            throw ModelError.outOfRange(
                field: "clock",
                detail: "would move a container after \(dwellSeconds) s; 1 s to a year is accepted: with this "
                    + "threshold, attacksPerSecond from \(fastest / Self.longestDwellSeconds) to \(fastest)")
        }
    }
}

/// How many relocations may run at once.
public struct RelocationLimits: Codable, Sendable, Hashable {
    /// In the whole fleet, 1 to 1000.
    public var concurrentInFleet: Int
    /// From or to one host, 1 to 100.
    public var concurrentPerHost: Int
    /// Of one tenant, 1 to 100.
    public var concurrentPerTenant: Int

    /// Limits.
    public init(concurrentInFleet: Int = 5, concurrentPerHost: Int = 2, concurrentPerTenant: Int = 2) {
        self.concurrentInFleet = concurrentInFleet
        self.concurrentPerHost = concurrentPerHost
        self.concurrentPerTenant = concurrentPerTenant
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        for (field, value, range) in [
            ("limits.concurrentInFleet", concurrentInFleet, 1...1000),
            ("limits.concurrentPerHost", concurrentPerHost, 1...100),
            ("limits.concurrentPerTenant", concurrentPerTenant, 1...100),
        ] where !range.contains(value) {
            throw ModelError.outOfRange(
                field: field, detail: "must be \(range.lowerBound) to \(range.upperBound), is \(value)")
        }
    }
}
