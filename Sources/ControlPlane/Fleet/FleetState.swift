import FleetModel
import HashTreeCollections
import Ledger
import MovingTarget

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
    /// The policies that were set, by name.
    public internal(set) var policies: TreeDictionary<PolicyName, PolicyRecord> = [:]
    /// The number of the last version that each policy had, those that were removed included.
    public internal(set) var policyVersions: [PolicyName: Int] = [:]
    /// Whether the clock is stopped.
    public internal(set) var isPaused = false
    /// The alarms that stand.
    public internal(set) var alarms: TreeDictionary<AlarmKey, Alarm> = [:]
    /// Released addresses, and until when they rest.
    public internal(set) var quarantine: TreeDictionary<IPv4Address, Timestamp> = [:]
    /// What decides how long stays last and where containers go.
    let randomness: Randomness
    /// What placement knows of the hosts and of what they carry.
    private(set) var index = PlacementIndex()
    /// How long moves took lately.
    private(set) var moveTimes = MoveTimes()

    /// A fleet of nothing.
    public init() { randomness = .system }

    /// The fleet that a ledger remembers.
    init(_ record: FleetRecord, randomness: Randomness = .system) {
        self.randomness = randomness
        sequence = record.lastSequence
        tenants = TreeDictionary(uniqueKeysWithValues: record.tenants.map { ($0.name, $0) })
        relocations = TreeDictionary(uniqueKeysWithValues: record.openRelocations.map { ($0.id, $0) })
        for host in record.hosts { set(host.host) }
        for container in record.containers { set(container) }
        nextRelocation = record.nextRelocation.number
        policies = TreeDictionary(uniqueKeysWithValues: record.policies.map { ($0.name, $0) })
        policyVersions = record.lastPolicyVersions
        isPaused = record.schedulerPaused
        alarms = TreeDictionary(uniqueKeysWithValues: record.alarms.map { ($0.key, $0) })
        quarantine = TreeDictionary(uniqueKeysWithValues: record.quarantine.map { ($0.key, $0.value) })
    }

    /// Makes a change.
    mutating func apply(_ change: FleetChange) {
        switch change {
        case .host(let host): set(host)
        case .hostForgotten(let name):
            hosts[name] = nil
            index.remove(host: name)
        case .tenant(let tenant): tenants[tenant.name] = tenant
        case .tenantRemoved(let name): tenants[name] = nil
        case .container(let container): set(container)
        case .containerRemoved(let name):
            if let container = containers.removeValue(forKey: name) { unload(container) }
        case .relocation(let relocation): set(relocation)
        case .policy(let record):
            policies[record.name] = record
            policyVersions[record.name] = record.version
        case .policyRemoved(let name): policies[name] = nil
        case .scheduler(let paused): isPaused = paused
        case .alarm(let alarm): alarms[alarm.key] = alarm.clearedAt == nil ? alarm : nil
        case .image, .refused: break
        }
    }
}

// MARK: Keeping the index

extension FleetState {
    private mutating func set(_ host: Host) {
        hosts[host.name] = host
        index.update(host: host)
    }

    private mutating func set(_ container: Container) {
        if let previous = containers.updateValue(container, forKey: container.name) { unload(previous) }
        for place in places(of: container) {
            index.add(container.spec.tenant, memoryBytes: container.spec.limits.memoryBytes, on: place)
        }
    }

    private mutating func unload(_ container: Container) {
        for place in places(of: container) {
            index.remove(container.spec.tenant, memoryBytes: container.spec.limits.memoryBytes, from: place)
        }
    }

    /// A container's places depend on its relocation, so it is counted anew around each change of that.
    private mutating func set(_ relocation: Relocation) {
        let container = containers[relocation.container]
        if let container { unload(container) }
        relocations[relocation.id] = relocation.state.isFinal ? nil : relocation
        nextRelocation = max(nextRelocation, relocation.id.number + 1)
        if let container { set(container) }
        guard relocation.state == .completed, let destination = relocation.destination else { return }
        moveTimes.note(relocation)
        index.setCost(moveTimes.cost(of: destination), of: destination)
    }

    /// The host a container is on, and the one it is on its way to.
    private func places(of container: Container) -> Set<HostName> {
        guard case .relocating(let id) = container.state, let destination = relocations[id]?.destination else {
            return container.host.map { [$0] } ?? []
        }
        return Set([container.host, destination].compactMap(\.self))
    }

    /// Takes moves that a ledger remembers, oldest first.
    mutating func remember(_ completed: [Relocation]) {
        for relocation in completed {
            guard let destination = relocation.destination else { continue }
            moveTimes.note(relocation)
            index.setCost(moveTimes.cost(of: destination), of: destination)
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
