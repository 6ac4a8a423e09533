/// What a policy's clock comes to: how long stays are, what moving costs, and how attacks fare. It is worked out from the
/// law of the stays; nothing is drawn or simulated, and not here.
public struct DwellForecast: Codable, Sendable, Hashable {
    /// A length of stay that is not exceeded by a share of all stays.
    public struct Quantile: Codable, Sendable, Hashable {
        /// The share, 0 to 1.
        public let share: Double
        /// The length in seconds.
        public let seconds: Double

        /// A share of all stays, and how long they are at most.
        public init(share: Double, seconds: Double) {
            self.share = share
            self.seconds = seconds
        }
    }

    /// A point of the curve of P(D > t).
    public struct Point: Codable, Sendable, Hashable {
        /// t.
        public let seconds: Double
        /// P(D > t).
        public let survival: Double

        /// A point.
        public init(seconds: Double, survival: Double) {
            self.seconds = seconds
            self.survival = survival
        }
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
    /// How little an attacker knows of a stay's end, in nats; `nil` where its law has no entropy.
    public let entropyNats: Double?
    /// How attacks fare, the shortest first. The assumed one is among them.
    public let attacks: [AttackForecast]
    /// What an operator should know of this policy, in plain words.
    public let warnings: [String]

    /// What a clock comes to.
    public init(
        meanSeconds: Double?, minSeconds: Double?, maxSeconds: Double?, quantiles: [Quantile], curve: [Point],
        movesPerHour: Double, downtimeShare: Double, entropyNats: Double?, attacks: [AttackForecast],
        warnings: [String]
    ) {
        self.meanSeconds = meanSeconds
        self.minSeconds = minSeconds
        self.maxSeconds = maxSeconds
        self.quantiles = quantiles
        self.curve = curve
        self.movesPerHour = movesPerHour
        self.downtimeShare = downtimeShare
        self.entropyNats = entropyNats
        self.attacks = attacks
        self.warnings = warnings
    }
}
