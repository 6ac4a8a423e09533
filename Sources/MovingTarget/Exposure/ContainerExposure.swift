import FleetModel

/// Who was beside a container, and for how long.
public struct ContainerExposure: Sendable, Hashable {
    /// The container.
    public var container: ContainerName
    /// Whose it is.
    public var tenant: TenantName
    /// A, the assumed attack time in force, in seconds.
    public var attackSeconds: Double
    /// For how many seconds at least one stranger was beside it.
    public var seconds: Double
    /// The longest co-residence, over or not; `nil` when there was none.
    public var longest: CoResidence?
    /// The co-residences that go on, the oldest first.
    public var current: [CoResidence]
    /// How many go on, also where not all are named.
    public var currentCount: Int
    /// How many co-residences have ended.
    public var endedCount: Int
    /// How many of those were shorter than A: no attack that takes as long as assumed can have succeeded in them.
    public var endedBeforeAttackCount: Int
    /// How many stays on hosts it had, with the present one.
    public var residenceCount: Int
    /// How it is judged.
    public var limits: ExposureLimits
    /// For how many seconds it was beside each stranger, each weighted with e^(−age/m); the longest first.
    public var sums: [Sum]
    /// With how many strangers there is a sum, also where not all are named.
    public var sumCount: Int
    /// The same beside strangers, whoever they were.
    public var strangersSum: Double

    /// A sum of times beside one stranger.
    public struct Sum: Sendable, Hashable {
        /// Beside whom.
        public var stranger: Party
        /// The seconds, each weighted with e^(−age/m).
        public var seconds: Double
        /// Whether it grows now.
        public var isBeside: Bool
    }
}

/// For how long one tenant's or group's containers were beside another's.
public struct TenantExposure: Sendable, Hashable {
    /// Whose containers were exposed.
    public var tenant: Party
    /// To whom.
    public var stranger: Party
    /// The seconds of all co-residences of the party's containers with the stranger, added up: two containers beside
    /// the stranger for a second make two.
    public var seconds: Double
    /// The longest co-residence, over or not; it says of which container.
    public var longest: CoResidence?
    /// How many co-residences have ended.
    public var endedCount: Int
    /// How many of those were shorter than the container's A.
    public var endedBeforeAttackCount: Int
    /// How many go on.
    public var currentCount: Int
}
