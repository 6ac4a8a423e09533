import Glibc

/// When containers move, where to, and how much of it at once.
///
/// A policy has a name. `default` always exists; tenants and containers may name another one.
public struct Policy: Codable, Sendable, Hashable {
    /// A = 1/λ: how long an attacker is assumed to need beside its victim, in seconds, 0.1 s to ten years. The clocks that
    /// know λ read it from here, and exposure is judged by it.
    public var assumedAttackSeconds: Double
    /// When a container has been on its host for long enough.
    public var clock: ClockModel
    /// The shortest and longest stay, whatever the clock says.
    public var dwell: DwellBounds
    /// How much each group of facts counts in the distance of two hosts.
    public var weights: HeterogeneityWeights
    /// How the next host is drawn.
    public var placement: PlacementRules
    /// How many relocations there may be.
    public var limits: RelocationLimits
    /// What becomes of connections that a move meets at a bad moment.
    public var connections: ConnectionRules
    /// What follows when a container cannot be moved by its deadline.
    public var whenImmovable: ImmovableRule
    /// For how long a container may be beside others in sum.
    public var exposure: ExposureRules
    /// Who shares the files of an image.
    public var images: ImageRules

    /// A policy. The defaults end a stay at some unpredictable instant in its first 5 minutes.
    public init(
        assumedAttackSeconds: Double = 2154, clock: ClockModel = .jittered(threshold: 0.13),
        dwell: DwellBounds = DwellBounds(), weights: HeterogeneityWeights = HeterogeneityWeights(),
        placement: PlacementRules = PlacementRules(), limits: RelocationLimits = RelocationLimits(),
        connections: ConnectionRules = ConnectionRules(), whenImmovable: ImmovableRule = .alarm,
        exposure: ExposureRules = ExposureRules(), images: ImageRules = ImageRules()
    ) {
        self.assumedAttackSeconds = assumedAttackSeconds
        self.clock = clock
        self.dwell = dwell
        self.weights = weights
        self.placement = placement
        self.limits = limits
        self.connections = connections
        self.whenImmovable = whenImmovable
        self.exposure = exposure
        self.images = images
    }

    /// λ = 1/A: how many attacks finish in a second of co-residence.
    public var attacksPerSecond: Double { 1 / assumedAttackSeconds }

    /// t* = −ln(1 − T)/λ in seconds: when the probability that an attack has finished since the arrival reaches T.
    public func deadlineSeconds(threshold: Double) -> Double { -log1p(-threshold) * assumedAttackSeconds }

    /// Sets A so that t* is this many seconds for the threshold T.
    public mutating func setDeadline(seconds: Double, threshold: Double) {
        assumedAttackSeconds = seconds / -log1p(-threshold)
    }

    /// A policy whose clock has the threshold T and the deadline t*, in seconds.
    public static func deadline(seconds: Double, threshold: Double, isJittered: Bool = false) -> Policy {
        var policy = Policy(clock: isJittered ? .jittered(threshold: threshold) : .deadline(threshold: threshold))
        policy.setDeadline(seconds: seconds, threshold: threshold)
        return policy
    }

    /// Checks every range. Whether the clock can fire at all is for `MovingTarget` to say.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        try Self.check(assumedAttackSeconds, in: 0.1...10 * DwellBounds.longestSeconds, "assumedAttackSeconds")
        try clock.validate()
        if let threshold = clock.deadlineThreshold {
            let seconds = deadlineSeconds(threshold: threshold)
            // A deadline that was asked for to the second may come back a hair off.
            guard (1 - 1e-9...DwellBounds.longestSeconds * (1 + 1e-9)).contains(seconds) else {
                let unit = -log1p(-threshold)
                throw ModelError.outOfRange(
                    field: "clock",
                    detail: "would move a container after \(seconds) s; 1 s to a year is accepted: with this "
                        + "threshold, assumedAttackSeconds from \(1 / unit) to \(DwellBounds.longestSeconds / unit)")
            }
        }
        try dwell.validate()
        try weights.validate()
        try placement.validate()
        try limits.validate()
        try connections.validate()
        try exposure.validate()
    }

    static func check(_ value: Double, in range: ClosedRange<Double>, _ field: String) throws {
        guard range.contains(value) else {
            throw ModelError.outOfRange(
                field: field, detail: "must be \(range.lowerBound) to \(range.upperBound), is \(value)")
        }
    }
}

extension Policy {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case assumedAttackSeconds, clock, dwell, weights, placement, limits, connections, whenImmovable,
            exposure, images
    }

    /// Decodes a policy; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = Policy()
        clock = try fields.value(.clock, or: defaults.clock)
        // Before clocks could be chosen the rate of attacks was the clock's.
        let formerRate = try? fields.nestedContainer(keyedBy: FormerKeys.self, forKey: .clock)
            .decode(Double.self, forKey: .attacksPerSecond)
        assumedAttackSeconds = try fields.value(
            .assumedAttackSeconds, or: formerRate.map { 1 / $0 } ?? defaults.assumedAttackSeconds)
        dwell = try fields.value(.dwell, or: defaults.dwell)
        weights = try fields.value(.weights, or: defaults.weights)
        placement = try fields.value(.placement, or: defaults.placement)
        limits = try fields.value(.limits, or: defaults.limits)
        connections = try fields.value(.connections, or: defaults.connections)
        whenImmovable = try fields.value(.whenImmovable, or: defaults.whenImmovable)
        exposure = try fields.value(.exposure, or: defaults.exposure)
        images = try fields.value(.images, or: defaults.images)
    }

    private enum FormerKeys: String, CodingKey { case attacksPerSecond }
}
