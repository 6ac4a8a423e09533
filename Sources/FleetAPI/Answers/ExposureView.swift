import FleetModel

/// Who was beside whom, and for how long. The worst come first.
public struct ExposureView: Codable, Sendable, Equatable {
    /// For which moment the figures hold.
    public var at: Timestamp
    /// The worst of the containers.
    public var containers: [ContainerExposureView]
    /// How many containers there are.
    public var containerCount: Int
    /// The worst of the pairs of tenants.
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
    /// Beside whom.
    public var stranger: TenantName
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
        container: ContainerName, stranger: TenantName, host: HostName, since: Timestamp, until: Timestamp?,
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

    /// What a container was exposed to.
    public init(
        container: ContainerName, tenant: TenantName, assumedAttackSeconds: Double, seconds: Double,
        longest: CoResidenceView?, current: [CoResidenceView], currentCount: Int, endedCount: Int,
        endedBeforeAttackCount: Int, residenceCount: Int
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
    }
}

/// What one tenant was exposed to by another.
public struct TenantExposureView: Codable, Sendable, Equatable {
    /// Whose containers were exposed.
    public var tenant: TenantName
    /// To whom.
    public var stranger: TenantName
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
        tenant: TenantName, stranger: TenantName, seconds: Double, longest: CoResidenceView?, currentCount: Int,
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
