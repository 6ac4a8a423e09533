import FleetModel

/// Who was beside whom, and for how long. The worst come first.
public struct ExposureView: Codable, Sendable, Equatable {
    /// For which moment the figures hold.
    public var at: Timestamp
    /// The worst of the containers.
    public var containers: [ContainerExposureView]
    /// How many containers there are.
    public var containerCount: Int
    /// The worst of the pairs of tenants. Tenants of one group are one.
    public var pairs: [TenantExposureView]
    /// How many pairs there are.
    public var pairCount: Int

    /// Who was beside whom.
    public init(
        at: Timestamp, containers: [ContainerExposureView], containerCount: Int, pairs: [TenantExposureView],
        pairCount: Int
    ) {
        self.at = at
        self.containers = containers
        self.containerCount = containerCount
        self.pairs = pairs
        self.pairCount = pairCount
    }
}

/// A time that a container was beside somebody.
public struct CoResidenceView: Codable, Sendable, Equatable {
    /// The container.
    public var container: ContainerName
    /// Beside whom: a tenant, or `group:` and a trust group's name.
    public var stranger: Party
    /// Where.
    public var host: HostName
    /// Since when.
    public var since: Timestamp
    /// Until when; `nil` while it goes on.
    public var until: Timestamp?
    /// For how long, until now if it goes on.
    public var seconds: Double

    /// A time beside somebody.
    public init(
        container: ContainerName, stranger: Party, host: HostName, since: Timestamp, until: Timestamp?,
        seconds: Double
    ) {
        self.container = container
        self.stranger = stranger
        self.host = host
        self.since = since
        self.until = until
        self.seconds = seconds
    }
}

/// What a container was exposed to.
public struct ContainerExposureView: Codable, Sendable, Equatable {
    /// The container.
    public var container: ContainerName
    /// Whose it is.
    public var tenant: TenantName
    /// A, the assumed attack time in force.
    public var assumedAttackSeconds: Double
    /// For how many seconds at least one stranger was beside it.
    public var seconds: Double
    /// The longest time beside somebody; `nil` when there was none.
    public var longest: CoResidenceView?
    /// The longest time as a share of the assumed attack time; from 1 on an attack may have succeeded.
    public var longestShare: Double
    /// The times that go on, the oldest first. Where no container was asked for no more than eight.
    public var current: [CoResidenceView]
    /// How many times go on.
    public var currentCount: Int
    /// How many have ended.
    public var endedCount: Int
    /// The share of those that were shorter than an attack takes; `nil` when none has ended.
    public var endedBeforeAttackShare: Double?
    /// How many stays on hosts it had.
    public var residenceCount: Int
    /// For how long it was beside others in sum.
    public var sums: ExposureSumsView

    /// What a container was exposed to.
    public init(
        container: ContainerName, tenant: TenantName, assumedAttackSeconds: Double, seconds: Double,
        longest: CoResidenceView?, current: [CoResidenceView], currentCount: Int, endedCount: Int,
        endedBeforeAttackCount: Int, residenceCount: Int, sums: ExposureSumsView
    ) {
        self.container = container
        self.tenant = tenant
        self.assumedAttackSeconds = assumedAttackSeconds
        self.seconds = seconds
        self.longest = longest
        longestShare = (longest?.seconds ?? 0) / max(assumedAttackSeconds, .leastNonzeroMagnitude)
        self.current = current
        self.currentCount = currentCount
        self.endedCount = endedCount
        endedBeforeAttackShare = share(endedBeforeAttackCount, of: endedCount)
        self.residenceCount = residenceCount
        self.sums = sums
    }
}

/// For how long a container was beside others in sum, each second weighted with e^(−age/window).
public struct ExposureSumsView: Codable, Sendable, Equatable {
    /// m: of a second that long ago 1/e counts.
    public var windowSeconds: Double
    /// Beside each tenant or group, the longest first. Where no container was asked for no more than eight.
    public var strangers: [ExposureSumView]
    /// How many there are.
    public var strangerCount: Int
    /// From which sum beside one of them on an alarm stands; `nil` for none.
    public var limitSeconds: Double?
    /// The greatest sum as a share of that; `nil` without a limit.
    public var share: Double?
    /// Beside strangers, whoever they were.
    public var allSeconds: Double
    /// From which of these on an alarm stands; `nil` for none.
    public var allLimitSeconds: Double?
    /// The sum as a share of that; `nil` without a limit.
    public var allShare: Double?

    /// Sums.
    public init(
        windowSeconds: Double, strangers: [ExposureSumView], strangerCount: Int, limitSeconds: Double?,
        allSeconds: Double, allLimitSeconds: Double?
    ) {
        self.windowSeconds = windowSeconds
        self.strangers = strangers
        self.strangerCount = strangerCount
        self.limitSeconds = limitSeconds
        share = limitSeconds.map { (strangers.first?.seconds ?? 0) / $0 }
        self.allSeconds = allSeconds
        self.allLimitSeconds = allLimitSeconds
        allShare = allLimitSeconds.map { allSeconds / $0 }
    }
}

/// For how long a container was beside one tenant or group in sum.
public struct ExposureSumView: Codable, Sendable, Equatable {
    /// Beside whom: a tenant, or `group:` and a trust group's name.
    public var stranger: Party
    /// The seconds, each weighted with e^(−age/window).
    public var seconds: Double
    /// Whether it is beside them now.
    public var isBeside: Bool

    /// A sum.
    public init(stranger: Party, seconds: Double, isBeside: Bool) {
        self.stranger = stranger
        self.seconds = seconds
        self.isBeside = isBeside
    }
}

/// What one tenant or group was exposed to by another.
public struct TenantExposureView: Codable, Sendable, Equatable {
    /// Whose containers were exposed: a tenant's, or with `group:` and its name a trust group's.
    public var tenant: Party
    /// To whom.
    public var stranger: Party
    /// The seconds of all their times together, added up.
    public var seconds: Double
    /// The longest of them; `nil` when there was none.
    public var longest: CoResidenceView?
    /// How many go on.
    public var currentCount: Int
    /// How many have ended.
    public var endedCount: Int
    /// The share of those that were shorter than an attack takes; `nil` when none has ended.
    public var endedBeforeAttackShare: Double?

    /// What one tenant was exposed to by another.
    public init(
        tenant: Party, stranger: Party, seconds: Double, longest: CoResidenceView?, currentCount: Int,
        endedCount: Int, endedBeforeAttackCount: Int
    ) {
        self.tenant = tenant
        self.stranger = stranger
        self.seconds = seconds
        self.longest = longest
        self.currentCount = currentCount
        self.endedCount = endedCount
        endedBeforeAttackShare = share(endedBeforeAttackCount, of: endedCount)
    }
}

private func share(_ part: Int, of whole: Int) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
