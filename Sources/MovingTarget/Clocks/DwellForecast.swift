import FleetModel

/// What a policy's clock comes to: how long stays are, what moving costs, and how attacks fare. It is worked out from the
/// law of the stays; nothing is drawn or simulated.
public struct DwellForecast: Codable, Sendable, Hashable {
    /// A length of stay that is not exceeded by a share of all stays.
    public struct Quantile: Codable, Sendable, Hashable {
        /// The share, 0 to 1.
        public let share: Double
        /// The length in seconds.
        public let seconds: Double
    }

    /// A point of the curve of P(D > t).
    public struct Point: Codable, Sendable, Hashable {
        /// t.
        public let seconds: Double
        /// P(D > t).
        public let survival: Double
    }

    /// E[D] in seconds; `nil` when the clock never fires.
    public let meanSeconds: Double?
    /// The shortest stay in seconds; `nil` when the clock never fires.
    public let minSeconds: Double?
    /// The longest stay in seconds; `nil` when there is no bound.
    public let maxSeconds: Double?
    /// The lengths that 5, 25, 50, 75, 95 and 99 % of the stays do not exceed; empty when the clock never fires.
    public let quantiles: [Quantile]
    /// P(D > t) from 0 on, at most 101 points to be joined by lines. Where a single length has a probability of its own
    /// there are two points, above each other. Empty when the clock never fires.
    public let curve: [Point]
    /// How often a container moves in an hour: 3600/(E[D] + duration of a move).
    public let movesPerHour: Double
    /// The share of time in which a container is paused: pause/(E[D] + pause).
    public let downtimeShare: Double
    /// How little an attacker knows of a stay's end: `RelocationClock.entropy`.
    public let entropyNats: Double?
    /// How attacks fare, the shortest first. The assumed one is among them.
    public let attacks: [AttackForecast]
    /// What an operator should know of this policy, in plain words.
    public let warnings: [String]

    static let quantileShares = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

    /// Looks ahead.
    /// - Parameters:
    ///   - policy: Must be valid.
    ///   - defaultMinSeconds: The shortest stay if the policy names none.
    ///   - moveSeconds: How long a move takes, from its first step to its last.
    ///   - pauseSeconds: How long a container does not answer in a move.
    public init(_ policy: Policy, defaultMinSeconds: Double = 1, moveSeconds: Double = 0, pauseSeconds: Double = 0) {
        let clock = RelocationClock(policy, defaultMinSeconds: defaultMinSeconds)
        meanSeconds = clock.meanSeconds
        minSeconds = clock.fires ? clock.minimumSeconds : nil
        maxSeconds = clock.maximumSeconds
        quantiles = Self.quantileShares.compactMap { share in
            clock.quantile(share).map { Quantile(share: share, seconds: $0) }
        }
        curve = clock.survivalCurve
        // Time is kept in milliseconds, so nothing repeats more often.
        movesPerHour = clock.meanSeconds.map { 3600 / max(0.001, $0 + moveSeconds) } ?? 0
        downtimeShare = clock.meanSeconds.map { pauseSeconds > 0 ? pauseSeconds / ($0 + pauseSeconds) : 0 } ?? 0
        entropyNats = clock.entropy
        attacks = AttackForecast.all(against: clock, assumed: policy.assumedAttackSeconds)
        warnings = DwellWarnings(policy: policy, clock: clock, downtimeShare: downtimeShare).all
    }
}

extension RelocationClock {
    /// The curve of P(D' > t), up to the longest stay or to where next to nothing of it is left.
    var survivalCurve: [DwellForecast.Point] {
        guard let nearlyAll = quantile(0.99) else { return [] }
        let limit = 1.25 * nearlyAll
        let end = min(maximumSeconds ?? limit, limit)
        let steps = 96
        let jumps = [minimumSeconds, end].filter { reach($0) - survival($0) > 1e-6 }
        let grid = (0...steps).map { Double($0) / Double(steps) * end }.filter { !jumps.contains($0) }
        let points =
            grid.map { DwellForecast.Point(seconds: $0, survival: survival($0)) }
            + jumps.flatMap {
                [
                    DwellForecast.Point(seconds: $0, survival: reach($0)),
                    DwellForecast.Point(seconds: $0, survival: survival($0)),
                ]
            }
        return Set(points).sorted { ($0.seconds, -$0.survival) < ($1.seconds, -$1.survival) }
    }
}
