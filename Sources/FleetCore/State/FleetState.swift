import FleetModel
import HashTreeCollections
import MovingTarget

/// Everything the control plane knows at one instant. A value: readers keep the one they took while the fleet goes on.
///
/// The collections are persistent trees, so that a change copies a path and not a dictionary of a million containers.
public struct FleetState: Sendable {
    /// The number of the last event that is part of this state.
    public package(set) var sequence: Int64 = 0
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
    package internal(set) var quarantine = AddressQuarantine()
    /// What decides how long stays last and where containers go.
    package let randomness: Randomness
    /// Who belongs to whom.
    package private(set) var index = FleetIndex()
    /// When the clock has to look at which container, the earliest first: those of which `due(of:)` says something.
    package private(set) var dues: SortedSet<Due> = []
    /// What placement knows of the hosts and of what they carry.
    package private(set) var placement = PlacementIndex()
    /// How many relocations may start: the fleet's limits, and those of tenants with a policy of their own.
    package private(set) var startLimits = StartLimits(fleet: Policy().limits)
    /// How long moves took lately.
    package private(set) var moveTimes = MoveTimes()

    /// A fleet of nothing.
    public init() { randomness = .system }

    /// The fleet that a ledger remembers.
    package init(_ record: FleetRecord, randomness: Randomness = .system) {
        self.init(
            record, index: FleetIndex(of: record), placement: Self.placement(of: record), randomness: randomness)
    }

    /// The same, of which the larger parts have been made before, which can be done at the same time.
    package init(_ record: FleetRecord, index: FleetIndex, placement: PlacementIndex, randomness: Randomness) {
        self.randomness = randomness
        self.index = index
        self.placement = placement
        sequence = record.lastSequence
        hosts = TreeDictionary(uniqueKeysWithValues: record.hosts.map { ($0.host.name, $0.host) })
        tenants = TreeDictionary(uniqueKeysWithValues: record.tenants.map { ($0.name, $0) })
        containers = TreeDictionary(uniqueKeysWithValues: record.containers.map { ($0.name, $0) })
        relocations = TreeDictionary(uniqueKeysWithValues: record.openRelocations.map { ($0.id, $0) })
        nextRelocation = record.nextRelocation.number
        policies = TreeDictionary(uniqueKeysWithValues: record.policies.map { ($0.name, $0) })
        policyVersions = record.lastPolicyVersions
        isPaused = record.schedulerPaused
        let standing = record.alarms.filter { $0.clearedAt == nil }
        alarms = TreeDictionary(uniqueKeysWithValues: standing.map { ($0.key, $0) })
        quarantine = AddressQuarantine(record.quarantine)
        startLimits = limits()
        let known = record.containers.compactMap { container in
            due(of: container).map { Due(at: $0, container: container.name) }
        }
        dues = SortedSet(inOrder: known.sorted())
    }

    /// What placement knows of the fleet that a ledger remembers.
    package static func placement(of record: FleetRecord) -> PlacementIndex {
        var placement = PlacementIndex()
        for host in record.hosts { placement.update(host: host.host) }
        let open = Dictionary(record.openRelocations.map { ($0.id, $0) }) { _, last in last }
        let parties = Dictionary(record.tenants.map { ($0.name, $0.party) }) { _, last in last }
        for container in record.containers {
            let party = parties[container.spec.tenant] ?? .tenant(container.spec.tenant)
            let load = Load(of: container, party) { open[$0]?.destination }
            load.add(to: &placement)
        }
        return placement
    }

    /// Makes a change.
    package mutating func apply(_ change: FleetChange) {
        switch change {
        case .host(let host): set(host)
        case .hostForgotten(let name):
            if let host = hosts.removeValue(forKey: name) { index.remove(host) }
            placement.remove(host: name)
        case .tenant(let tenant): set(tenant)
        case .tenantRemoved(let name):
            let paused = tenants[name]?.isPaused == true ? containers(of: name).map(\.name) : []
            let loads = loadsIfGrouped(of: name, movingTo: nil)
            if let tenant = tenants.removeValue(forKey: name) { index.remove(tenant) }
            reload(loads, of: name)
            startLimits = limits()
            for container in paused { noteDue(of: container) }
        case .container(let container): set(container)
        case .containerRemoved(let name):
            forgetDue(of: name)
            guard let container = containers.removeValue(forKey: name) else { break }
            index.replace(container, with: nil as Container?)
            reload(load(of: container), nil)
        case .relocation(let relocation): set(relocation)
        // Nothing is counted of what may be new of it.
        case .progress(let progress): relocations[progress.id]?.take(progress)
        case .policy(let record):
            set(record)
            policyVersions[record.name] = record.version
            startLimits = limits()
        case .policyRemoved(let name):
            policies[name] = nil
            index.remove(name)
            startLimits = limits()
        case .scheduler(let paused): isPaused = paused
        case .alarm(let alarm): set(alarm)
        case .image, .refused: break
        }
    }
}

// MARK: Keeping the index

extension FleetState {
    private mutating func set(_ host: Host) {
        if let previous = hosts.updateValue(host, forKey: host.name) { index.remove(previous) }
        index.add(host)
        placement.update(host: host)
    }

    private mutating func set(_ container: Container) {
        let known = due(of: container.name)
        let previous = containers.updateValue(container, forKey: container.name)
        index.replace(previous, with: container)
        reload(previous.map { load(of: $0) }, load(of: container))
        followDue(of: container.name, from: known)
    }

    /// Something has changed on which it may depend, and before that it was this.
    private mutating func followDue(of name: ContainerName, from known: Timestamp?) {
        let now = due(of: name)
        guard known != now else { return }
        if let known { dues.remove(Due(at: known, container: name)) }
        if let now { dues.insert(Due(at: now, container: name)) }
    }

    private mutating func noteDue(of name: ContainerName) {
        if let due = due(of: name) { dues.insert(Due(at: due, container: name)) }
    }

    /// Before anything changes on which it depends.
    private mutating func forgetDue(of name: ContainerName) {
        if let due = due(of: name) { dues.remove(Due(at: due, container: name)) }
    }

    private mutating func set(_ tenant: Tenant) {
        let isSwitched = (tenants[tenant.name]?.isPaused ?? false) != tenant.isPaused
        let concerned = isSwitched ? containers(of: tenant.name).map(\.name) : []
        for name in concerned { forgetDue(of: name) }
        let loads = loadsIfGrouped(of: tenant.name, movingTo: tenant.trustGroup)
        let previous = tenants.updateValue(tenant, forKey: tenant.name)
        if let previous { index.remove(previous) }
        index.add(tenant)
        reload(loads, of: tenant.name)
        if tenant.policy != previous?.policy { startLimits = limits() }
        for name in concerned { noteDue(of: name) }
    }

    private mutating func set(_ alarm: Alarm) {
        if let previous = alarms.removeValue(forKey: alarm.key) { index.remove(previous) }
        guard alarm.clearedAt == nil else { return }
        alarms[alarm.key] = alarm
        index.add(alarm)
    }

    private mutating func set(_ policy: PolicyRecord) {
        policies[policy.name] = policy
        index.add(policy.name)
    }

    /// What placement counts of a container, and where.
    private struct Load: Equatable {
        /// As whom its tenant counts.
        var party: Party
        var memoryBytes: Int
        var host: HostName?
        /// Where it is going; `nil` when it does not move.
        var destination: HostName?
        /// Whether it cannot be moved.
        var isRefusing: Bool

        /// - Parameter destination: where a relocation leads.
        init(of container: Container, _ party: Party, destination: (RelocationID) -> HostName?) {
            self.party = party
            memoryBytes = container.spec.limits.memoryBytes
            host = container.host
            isRefusing = container.isStuck
            if case .relocating(let id) = container.state { self.destination = destination(id) }
        }

        private var places: [HostName] { [host, destination == host ? nil : destination].compactMap(\.self) }

        func add(to placement: inout PlacementIndex) {
            for place in places { placement.add(party, memoryBytes: memoryBytes, on: place) }
            if isRefusing, let host { placement.setRefusing(true, party, on: host) }
        }

        func remove(from placement: inout PlacementIndex) {
            for place in places { placement.remove(party, memoryBytes: memoryBytes, from: place) }
            if isRefusing, let host { placement.setRefusing(false, party, on: host) }
        }
    }

    private func load(of container: Container) -> Load {
        Load(of: container, party(of: container.spec.tenant)) { relocations[$0]?.destination }
    }

    /// What counts of a tenant's containers before it is in another group, or in none; `nil` where it stays in its own.
    private func loadsIfGrouped(of tenant: TenantName, movingTo group: TrustGroupName?) -> [Load]? {
        index.groupsByTenant[tenant] == group ? nil : containers(of: tenant).map { load(of: $0) }
    }

    /// Counts a tenant's containers as those of its party now.
    private mutating func reload(_ before: [Load]?, of tenant: TenantName) {
        guard let before else { return }
        for load in before { load.remove(from: &placement) }
        for container in containers(of: tenant) { load(of: container).add(to: &placement) }
    }

    /// Most changes of a container or its relocation change nothing of that.
    private mutating func reload(_ before: Load?, _ after: Load?) {
        guard before != after else { return }
        before?.remove(from: &placement)
        after?.add(to: &placement)
    }

    private mutating func set(_ relocation: Relocation) {
        let before = containers[relocation.container].map { load(of: $0) }
        let known = due(of: relocation.container)
        if relocation.state.isFinal {
            index.replace(relocations.removeValue(forKey: relocation.id), with: nil as Relocation?)
        } else {
            index.replace(relocations.updateValue(relocation, forKey: relocation.id), with: relocation)
        }
        nextRelocation = max(nextRelocation, relocation.id.number + 1)
        reload(before, containers[relocation.container].map { load(of: $0) })
        followDue(of: relocation.container, from: known)
        guard relocation.state == .completed, let destination = relocation.destination else { return }
        moveTimes.note(relocation)
        placement.setCost(moveTimes.cost(of: destination), of: destination)
    }

    /// Takes moves that a ledger remembers, oldest first.
    package mutating func remember(_ completed: [Relocation]) {
        for relocation in completed {
            guard let destination = relocation.destination else { continue }
            moveTimes.note(relocation)
            placement.setCost(moveTimes.cost(of: destination), of: destination)
        }
    }
}

/// What an alarm is about: there is at most one of a kind for a subject.
public struct AlarmKey: Sendable, Hashable {
    /// The kind of alarm.
    public var kind: AlarmKind
    /// The host, container or relocation.
    public var subject: String

    /// A kind of alarm about something.
    public init(kind: AlarmKind, subject: String) {
        self.kind = kind
        self.subject = subject
    }
}

extension Alarm {
    /// What the alarm is about.
    package var key: AlarmKey { AlarmKey(kind: kind, subject: subject) }
}

// MARK: What follows from the state

extension FleetState {
    /// The gateway; `nil` until one has enrolled.
    package var gateway: Host? { index.hostsByRole[.gateway]?.first.flatMap { hosts[$0] } }

    /// The hosts that carry containers, by name.
    package var workers: [Host] { (index.hostsByRole[.worker] ?? []).compactMap { hosts[$0] } }

    /// The containers whose place is this host, by name.
    package func containers(on host: HostName) -> [Container] {
        (index.containersByHost[host] ?? []).compactMap { containers[$0] }
    }

    /// The names of the containers whose place is this host, in order.
    package func containerNames(on host: HostName) -> [ContainerName] { Array(index.containersByHost[host] ?? []) }

    /// How many containers' place is this host.
    package func containerCount(on host: HostName) -> Int { index.containersByHost[host]?.count ?? 0 }

    /// The containers of a tenant, by name.
    package func containers(of tenant: TenantName) -> [Container] {
        (index.containersByTenant[tenant] ?? []).compactMap { containers[$0] }
    }

    /// The relocation of a container that has not ended.
    package func openRelocation(of container: ContainerName) -> Relocation? {
        index.openByContainer[container].flatMap { relocations[$0] }
    }

    /// The relocations that have not ended and lead away from a host or to it, oldest first.
    package func openRelocations(at host: HostName) -> [Relocation] {
        (index.openByHost[host] ?? []).compactMap { relocations[$0] }
    }

    /// The hosts in a state, by name.
    package func hosts(in state: HostState) -> [HostName] { Array(index.hostsByState[state] ?? []) }

    /// The containers that run and cannot be moved, by name.
    package var stuckContainers: [Container] { index.stuckContainers.compactMap { containers[$0] } }

    /// The alarms of a kind that stand.
    package func alarms(of kind: AlarmKind) -> [Alarm] {
        (index.alarmsByKind[kind] ?? []).compactMap { alarms[AlarmKey(kind: kind, subject: $0)] }
    }
}
