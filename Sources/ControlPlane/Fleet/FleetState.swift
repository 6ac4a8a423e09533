import FleetModel
import HashTreeCollections
import Ledger

/// Everything the control plane knows at one instant. A value: readers keep the one they took while the fleet goes on.
///
/// The collections are persistent trees, so that a change copies a path and not a dictionary of a million containers.
public struct FleetState: Sendable {
    /// The number of the last event that is part of this state.
    public internal(set) var sequence: Int64 = 0
    /// All hosts, gateways included.
    public internal(set) var hosts: TreeDictionary<HostName, Host> = [:]
    /// All tenants.
    public internal(set) var tenants: TreeDictionary<TenantName, Tenant> = [:]
    /// All containers.
    public internal(set) var containers: TreeDictionary<ContainerName, Container> = [:]
    /// The relocations that have not ended.
    public internal(set) var relocations: TreeDictionary<RelocationID, Relocation> = [:]
    /// The number of the next relocation.
    public internal(set) var nextRelocation: Int64 = 1
    /// When containers move.
    public internal(set) var policy = Policy()
    /// How often the policy was set; 0 for the defaults.
    public internal(set) var policyVersion = 0
    /// Whether the clock is stopped.
    public internal(set) var isPaused = false
    /// The alarms that stand.
    public internal(set) var alarms: TreeDictionary<AlarmKey, Alarm> = [:]
    /// Released addresses, and until when they rest.
    public internal(set) var quarantine: TreeDictionary<IPv4Address, Timestamp> = [:]

    /// A fleet of nothing.
    public init() {}

    /// The fleet that a ledger remembers.
    init(_ record: FleetRecord) {
        sequence = record.lastSequence
        hosts = TreeDictionary(uniqueKeysWithValues: record.hosts.map { ($0.host.name, $0.host) })
        tenants = TreeDictionary(uniqueKeysWithValues: record.tenants.map { ($0.name, $0) })
        containers = TreeDictionary(uniqueKeysWithValues: record.containers.map { ($0.name, $0) })
        relocations = TreeDictionary(uniqueKeysWithValues: record.openRelocations.map { ($0.id, $0) })
        nextRelocation = record.nextRelocation.number
        policy = record.policy
        policyVersion = record.policyVersion
        isPaused = record.schedulerPaused
        alarms = TreeDictionary(uniqueKeysWithValues: record.alarms.map { ($0.key, $0) })
        quarantine = TreeDictionary(uniqueKeysWithValues: record.quarantine.map { ($0.key, $0.value) })
    }

    /// Makes a change.
    mutating func apply(_ change: FleetChange) {
        switch change {
        case .host(let host): hosts[host.name] = host
        case .hostForgotten(let name): hosts[name] = nil
        case .tenant(let tenant): tenants[tenant.name] = tenant
        case .tenantRemoved(let name): tenants[name] = nil
        case .container(let container): containers[container.name] = container
        case .containerRemoved(let name): containers[name] = nil
        case .relocation(let relocation):
            relocations[relocation.id] = relocation.state.isFinal ? nil : relocation
            nextRelocation = max(nextRelocation, relocation.id.number + 1)
        case .policy(let policy):
            self.policy = policy
            policyVersion += 1
        case .scheduler(let paused): isPaused = paused
        case .alarm(let alarm): alarms[alarm.key] = alarm.clearedAt == nil ? alarm : nil
        case .image, .refused: break
        }
    }
}

/// What an alarm is about: there is at most one of a kind for a subject.
public struct AlarmKey: Sendable, Hashable {
    /// The kind of alarm.
    public var kind: AlarmKind
    /// The host, container or relocation.
    public var subject: String
}

extension Alarm {
    /// What the alarm is about.
    var key: AlarmKey { AlarmKey(kind: kind, subject: subject) }
}

// MARK: What follows from the state

extension FleetState {
    /// The gateway; `nil` until one has enrolled.
    var gateway: Host? { hosts.values.first { $0.role == .gateway } }

    /// The hosts that carry containers, by name.
    var workers: [Host] { hosts.values.filter { $0.role == .worker }.sorted { $0.name < $1.name } }

    /// The containers whose place is this host, by name.
    func containers(on host: HostName) -> [Container] {
        containers.values.filter { $0.host == host }.sorted { $0.name < $1.name }
    }

    /// The relocation of a container that has not ended.
    func openRelocation(of container: ContainerName) -> Relocation? {
        relocations.values.first { $0.container == container }
    }
}
