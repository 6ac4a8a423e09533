import FleetModel
import HashTreeCollections

/// Who belongs to whom and in which order, so that no question about one host, tenant, container or address looks at the whole
/// fleet, nor does a part of a list.
///
/// It holds nothing that the state does not say: a recount gives the same (`FleetIndex(of:)`).
package struct FleetIndex: Sendable, Equatable {
    /// All hosts, by name.
    package private(set) var hosts: SortedSet<HostName> = []
    /// All tenants, by name.
    package private(set) var tenants: SortedSet<TenantName> = []
    /// All containers, by name.
    package private(set) var containers: SortedSet<ContainerName> = []
    /// The policies that were set, but for `default`, by name.
    package private(set) var policies: SortedSet<PolicyName> = []
    /// The alarms that stand, the oldest first.
    package private(set) var alarms: SortedSet<AlarmPlace> = []
    /// The containers that could be adopted.
    package private(set) var adoptables: SortedSet<AdoptablePlace> = []
    /// The containers whose place is a host.
    package private(set) var containersByHost: TreeDictionary<HostName, SortedSet<ContainerName>> = [:]
    /// How many of them are being moved; a host without any is not named.
    package private(set) var movingByHost: TreeDictionary<HostName, Int> = [:]
    /// The containers of a tenant.
    package private(set) var containersByTenant: TreeDictionary<TenantName, SortedSet<ContainerName>> = [:]
    /// The containers that name a policy of their own.
    package private(set) var containersByPolicy: TreeDictionary<PolicyName, SortedSet<ContainerName>> = [:]
    /// The containers of an image.
    package private(set) var containersByImage: TreeDictionary<ImageDigest, SortedSet<ContainerName>> = [:]
    /// The containers that run and cannot be moved.
    package private(set) var stuckContainers: SortedSet<ContainerName> = []
    /// The containers that were lost with their hosts.
    package private(set) var lostContainers: SortedSet<ContainerName> = []
    /// When containers that do not run are started anew by themselves.
    package private(set) var restarts: SortedSet<Due> = []
    /// The hosts that were declared off for good, or have been since they last showed that they have nothing.
    package private(set) var hostsWithLoss: SortedSet<HostName> = []
    /// The addresses that are to be cut off, and around how many hosts.
    package private(set) var fencedAddresses: TreeDictionary<IPv4Address, Int> = [:]
    /// The containers with a virtual address.
    package private(set) var containersByVirtualAddress: TreeDictionary<IPv4Address, ContainerName> = [:]
    /// The relocation of a container that has not ended; there is at most one.
    package private(set) var openByContainer: TreeDictionary<ContainerName, RelocationID> = [:]
    /// The relocations that have not ended and lead away from a host or to it.
    package private(set) var openByHost: TreeDictionary<HostName, SortedSet<RelocationID>> = [:]
    /// The addresses in use, and by how many: a container's own, those that open connections still use, and those that
    /// relocations lead to.
    package private(set) var addressUses: TreeDictionary<IPv4Address, Int> = [:]
    /// The hosts of a role.
    package private(set) var hostsByRole: TreeDictionary<HostRole, SortedSet<HostName>> = [:]
    /// The hosts in a state.
    package private(set) var hostsByState: TreeDictionary<HostState, SortedSet<HostName>> = [:]
    /// The hosts at an address.
    package private(set) var hostsByAddress: TreeDictionary<IPv4Address, HostName> = [:]
    /// The tenants that name a policy.
    package private(set) var tenantsByPolicy: TreeDictionary<PolicyName, SortedSet<TenantName>> = [:]
    /// The tenants whose containers are never to be beside a tenant's.
    package private(set) var tenantsByStranger: TreeDictionary<TenantName, SortedSet<TenantName>> = [:]
    /// What the alarms of a kind are about.
    package private(set) var alarmsByKind: TreeDictionary<AlarmKind, SortedSet<String>> = [:]

    /// Of nothing.
    package init() {}

    /// Counted anew.
    package init(of state: FleetState) {
        for host in state.hosts.values { add(host) }
        for tenant in state.tenants.values { add(tenant) }
        for container in state.containers.values { add(container) }
        for relocation in state.relocations.values { add(relocation) }
        for policy in state.policies.keys { add(policy) }
        for alarm in state.alarms.values { add(alarm) }
    }
}

// MARK: Keeping it

extension FleetIndex {
    mutating func add(_ host: Host) {
        hosts.insert(host.name)
        for place in host.adoptablePlaces { adoptables.insert(place) }
        hostsByRole.add(host.name, to: host.role)
        hostsByState.add(host.name, to: host.state)
        hostsByAddress[host.address] = host.name
        guard let loss = host.loss else { return }
        hostsWithLoss.insert(host.name)
        for address in loss.fenced { fencedAddresses[address, default: 0] += 1 }
    }

    mutating func remove(_ host: Host) {
        hosts.remove(host.name)
        for place in host.adoptablePlaces { adoptables.remove(place) }
        hostsByRole.remove(host.name, from: host.role)
        hostsByState.remove(host.name, from: host.state)
        if hostsByAddress[host.address] == host.name { hostsByAddress[host.address] = nil }
        guard let loss = host.loss else { return }
        hostsWithLoss.remove(host.name)
        for address in loss.fenced { Self.release(address, in: &fencedAddresses) }
    }

    mutating func add(_ tenant: Tenant) {
        tenants.insert(tenant.name)
        if let policy = tenant.policy { tenantsByPolicy.add(tenant.name, to: policy) }
        for stranger in Set(tenant.neverBeside) { tenantsByStranger.add(tenant.name, to: stranger) }
    }

    mutating func remove(_ tenant: Tenant) {
        tenants.remove(tenant.name)
        if let policy = tenant.policy { tenantsByPolicy.remove(tenant.name, from: policy) }
        for stranger in Set(tenant.neverBeside) { tenantsByStranger.remove(tenant.name, from: stranger) }
    }

    mutating func add(_ container: Container) {
        containers.insert(container.name)
        if let host = container.host { containersByHost.add(container.name, to: host) }
        if let host = container.hostWhileMoving { movingByHost[host, default: 0] += 1 }
        containersByTenant.add(container.name, to: container.spec.tenant)
        containersByImage.add(container.name, to: container.spec.digest)
        if container.isStuck { stuckContainers.insert(container.name) }
        if container.state.isLost { lostContainers.insert(container.name) }
        if let due = container.nextRestart { restarts.insert(due) }
        if let policy = container.policy { containersByPolicy.add(container.name, to: policy) }
        if let address = container.virtualAddress { containersByVirtualAddress[address] = container.name }
        for address in container.addresses { addressUses[address, default: 0] += 1 }
    }

    mutating func remove(_ container: Container) {
        containers.remove(container.name)
        if let host = container.host { containersByHost.remove(container.name, from: host) }
        if let host = container.hostWhileMoving {
            let left = (movingByHost[host] ?? 0) - 1
            movingByHost[host] = left > 0 ? left : nil
        }
        containersByTenant.remove(container.name, from: container.spec.tenant)
        containersByImage.remove(container.name, from: container.spec.digest)
        stuckContainers.remove(container.name)
        lostContainers.remove(container.name)
        if let due = container.nextRestart { restarts.remove(due) }
        if let policy = container.policy { containersByPolicy.remove(container.name, from: policy) }
        if let address = container.virtualAddress { containersByVirtualAddress[address] = nil }
        for address in container.addresses { Self.release(address, in: &addressUses) }
    }

    /// Takes a relocation that has not ended.
    mutating func add(_ relocation: Relocation) {
        openByContainer[relocation.container] = relocation.id
        for host in relocation.hosts { openByHost.add(relocation.id, to: host) }
        if let address = relocation.newAddress { addressUses[address, default: 0] += 1 }
    }

    mutating func remove(_ relocation: Relocation) {
        if openByContainer[relocation.container] == relocation.id { openByContainer[relocation.container] = nil }
        for host in relocation.hosts { openByHost.remove(relocation.id, from: host) }
        if let address = relocation.newAddress { Self.release(address, in: &addressUses) }
    }

    mutating func add(_ policy: PolicyName) { if policy != .default { policies.insert(policy) } }

    mutating func remove(_ policy: PolicyName) { policies.remove(policy) }

    mutating func add(_ alarm: Alarm) {
        alarms.insert(alarm.place)
        alarmsByKind.add(alarm.subject, to: alarm.kind)
    }

    mutating func remove(_ alarm: Alarm) {
        alarms.remove(alarm.place)
        alarmsByKind.remove(alarm.subject, from: alarm.kind)
    }

    private static func release(_ address: IPv4Address, in uses: inout TreeDictionary<IPv4Address, Int>) {
        let left = (uses[address] ?? 0) - 1
        uses[address] = left > 0 ? left : nil
    }
}

extension TreeDictionary {
    fileprivate mutating func add<Element: Comparable & Sendable>(_ element: Element, to key: Key)
    where Value == SortedSet<Element> {
        self[key, default: []].insert(element)
    }

    fileprivate mutating func remove<Element: Comparable & Sendable>(_ element: Element, from key: Key)
    where Value == SortedSet<Element> {
        guard var elements = removeValue(forKey: key) else { return }
        elements.remove(element)
        if !elements.isEmpty { self[key] = elements }
    }
}

extension Container {
    /// Where it is, if it is being moved.
    fileprivate var hostWhileMoving: HostName? { if case .relocating = state { host } else { nil } }

    /// When it is started anew, once nothing of it runs.
    fileprivate var nextRestart: Due? {
        switch state {
        case .stopped, .failed: restarts.nextAt.map { Due(at: $0, container: name) }
        case .starting, .running, .relocating, .stopping, .stranded, .removing, .lost: nil
        }
    }

    /// Whether it runs and cannot be moved.
    fileprivate var isStuck: Bool { state == .running && mobility.isImmovable }

    /// Every address by which it is reached on its host: its own, and those that open connections still use.
    package var addresses: Set<IPv4Address> { Set(retainedAddresses + [address].compactMap(\.self)) }
}

extension Relocation {
    /// Both of its hosts, as far as they are known.
    fileprivate var hosts: Set<HostName> { Set([source, destination].compactMap(\.self)) }
}
