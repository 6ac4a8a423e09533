import FleetModel

/// What a fleet's memory holds after changes: the simplest thing that a ledger must agree with.
public struct FleetMemory: Sendable {
    private var hosts: [HostName: HostRecord] = [:]
    private var tenants: [TenantName: Tenant] = [:]
    private var containers: [ContainerName: Container] = [:]
    /// All relocations, those that have ended among them.
    public internal(set) var relocations: [RelocationID: Relocation] = [:]
    /// Why relocations went where they went.
    public internal(set) var decisions: [RelocationID: PlacementDecision] = [:]
    private var quarantine: [IPv4Address: Timestamp] = [:]
    private var policies: [PolicyName: PolicyRecord] = [:]
    /// All versions of all policies, in the order of their making.
    public private(set) var versions: [PolicyRecord] = []
    private var open: [ContainerName: Residence] = [:]
    var endedResidences: [Residence] = []
    private var isPaused = false
    private var alarms: [String: Alarm] = [:]

    /// Of nothing.
    public init() {}

    /// Takes a change.
    public mutating func apply(_ change: FleetChange, at time: Timestamp) {
        switch change {
        case .host(let host): hosts[host.name, default: HostRecord(host: host)].host = host
        case .hostForgotten(let name): hosts[name] = nil
        case .tenant(let tenant): tenants[tenant.name] = tenant
        case .tenantRemoved(let name): tenants[name] = nil
        case .container(let container):
            containers[container.name] = container
            follow(container.name, container.residence, at: time)
        case .containerRemoved(let name):
            containers[name] = nil
            follow(name, nil, at: time)
        case .relocation(let relocation): relocations[relocation.id] = relocation
        case .progress(let progress): relocations[progress.id]?.take(progress)
        case .policy(let record):
            policies[record.name] = record
            versions.append(record)
        case .policyRemoved(let name): policies[name] = nil
        case .scheduler(let paused): isPaused = paused
        case .alarm(let alarm):
            alarms["\(alarm.kind.rawValue) \(alarm.subject)"] = alarm.clearedAt == nil ? alarm : nil
        case .image, .refused: break
        }
    }

    private mutating func follow(_ name: ContainerName, _ residence: Residence?, at time: Timestamp) {
        guard open[name] != residence else { return }
        let end = residence?.arrivedAt ?? time
        // What has ended does not begin again.
        let residence = residence.flatMap { new in
            endedResidences.contains { $0.isSameStay(as: new) } ? nil : new
        }
        if var ended = open.removeValue(forKey: name) {
            // The clock may have been put back.
            ended.leftAt = max(end, ended.arrivedAt)
            endedResidences.append(ended)
        }
        open[name] = residence
    }

    /// Takes what is kept beside the changes.
    public mutating func apply(_ note: FleetNote, at time: Timestamp) {
        switch note {
        case .credential(let host, let hash): hosts[host]?.credential = hash
        case .credentialRevoked(let host): hosts[host]?.credential = nil
        case .quarantine(let address, let end):
            quarantine = quarantine.filter { $0.value > time }
            quarantine[address] = end
        case .decision(let id, let decision): decisions[id] = decision
        }
    }

    /// All stays, those that go on among them, by arrival.
    public var allResidences: [Residence] { (endedResidences + open.values).inOrder }

    /// The number of the last version of each policy, those that were removed included.
    public var policyVersions: [PolicyName: Int] {
        versions.reduce(into: [:]) { $0[$1.name] = max($0[$1.name] ?? 0, $1.version) }
    }

    /// What a ledger gives at the start.
    /// - Parameter lastSequence: the number of the newest event.
    public func record(lastSequence: Int64) -> FleetRecord {
        FleetRecord(
            hosts: hosts.values.sorted { $0.host.name < $1.host.name },
            tenants: tenants.values.sorted { $0.name < $1.name },
            containers: containers.values.sorted { $0.name < $1.name },
            openRelocations: relocations.values.filter { !$0.state.isFinal }.sorted { $0.id < $1.id },
            quarantine: quarantine, policies: policies.values.sorted { $0.name < $1.name },
            lastPolicyVersions: policyVersions, schedulerPaused: isPaused,
            alarms: alarms.values.sorted { ($0.kind.rawValue, $0.subject) < ($1.kind.rawValue, $1.subject) },
            lastSequence: lastSequence,
            nextRelocation: RelocationID((relocations.keys.max()?.number ?? 0) + 1))
    }

    /// Whether a ledger holds the same.
    public func matches(_ record: FleetRecord) -> Bool { self.record(lastSequence: record.lastSequence) == record }

    /// Whether all that containers refer to is there.
    var isWhole: Bool {
        containers.values.allSatisfy { container in
            tenants[container.spec.tenant] != nil && container.host.map { hosts[$0] != nil } ?? true
        }
    }

    /// A container.
    public func container(_ name: String) -> Container? { containers.values.first { $0.name.text == name } }
    /// The hosts that are there.
    public var hostNames: [HostName] { hosts.keys.sorted() }
    /// The tenants that are there.
    public var tenantNames: [TenantName] { tenants.keys.sorted() }
    /// The containers that are there.
    public var containerNames: [ContainerName] { containers.keys.sorted() }
    /// The policies that hold.
    public var policyNames: [PolicyName] { policies.keys.sorted() }
}

extension Residence {
    fileprivate func isSameStay(as other: Residence) -> Bool {
        (container, tenant, host, arrivedAt) == (other.container, other.tenant, other.host, other.arrivedAt)
    }
}

extension [Residence] {
    /// By arrival; who arrived at one instant, by name.
    public var inOrder: [Residence] { sorted { ($0.arrivedAt, $0.container) < ($1.arrivedAt, $1.container) } }
}
