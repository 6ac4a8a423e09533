/// Everything that a control plane needs to go on after a restart.
public struct FleetRecord: Sendable, Hashable {
    /// All hosts, by name.
    public var hosts: [HostRecord]
    /// All tenants, by name.
    public var tenants: [Tenant]
    /// All containers, by name.
    public var containers: [Container]
    /// The relocations that have not ended, with their steps, oldest first.
    public var openRelocations: [Relocation]
    /// Addresses that no container may be given before the time beside them; some of the times may be over.
    public var quarantine: [IPv4Address: Timestamp]
    /// The policies that hold, by name; without `default` when that was never set.
    public var policies: [PolicyRecord]
    /// The number of the last version of each policy, those that were removed included.
    public var lastPolicyVersions: [PolicyName: Int]
    /// Whether the scheduler is paused.
    public var schedulerPaused: Bool
    /// The alarms that stand, by kind and subject.
    public var alarms: [Alarm]
    /// The number of the newest event; 0 when there is none.
    public var lastSequence: Int64
    /// The number that the next relocation is to have.
    public var nextRelocation: RelocationID

    /// What a ledger has read; a new fleet's by default.
    public init(
        hosts: [HostRecord] = [], tenants: [Tenant] = [], containers: [Container] = [],
        openRelocations: [Relocation] = [], quarantine: [IPv4Address: Timestamp] = [:],
        policies: [PolicyRecord] = [], lastPolicyVersions: [PolicyName: Int] = [:], schedulerPaused: Bool = false,
        alarms: [Alarm] = [], lastSequence: Int64 = 0, nextRelocation: RelocationID = RelocationID(1)
    ) {
        self.hosts = hosts
        self.tenants = tenants
        self.containers = containers
        self.openRelocations = openRelocations
        self.quarantine = quarantine
        self.policies = policies
        self.lastPolicyVersions = lastPolicyVersions
        self.schedulerPaused = schedulerPaused
        self.alarms = alarms
        self.lastSequence = lastSequence
        self.nextRelocation = nextRelocation
    }
}

/// A host with what only the control plane may know of it.
public struct HostRecord: Sendable, Hashable {
    /// The host.
    public var host: Host
    /// What its agent's credential must match; `nil` when it was never given one.
    public var credential: SecretHash?

    /// A host with what only the control plane may know of it.
    public init(host: Host, credential: SecretHash? = nil) {
        self.host = host
        self.credential = credential
    }
}
