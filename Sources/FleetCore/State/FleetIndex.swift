import FleetModel
import HashTreeCollections

/// Who belongs to whom, so that no question about one host, tenant, container or address looks at the whole fleet.
///
/// It holds nothing that the state does not say: a recount gives the same (`FleetIndex(of:)`).
package struct FleetIndex: Sendable, Equatable {
    /// The containers whose place is a host.
    package private(set) var containersByHost: TreeDictionary<HostName, TreeSet<ContainerName>> = [:]
    /// The containers of a tenant.
    package private(set) var containersByTenant: TreeDictionary<TenantName, TreeSet<ContainerName>> = [:]
    /// The containers that name a policy of their own.
    package private(set) var containersByPolicy: TreeDictionary<PolicyName, TreeSet<ContainerName>> = [:]
    /// The containers of an image.
    package private(set) var containersByImage: TreeDictionary<ImageDigest, TreeSet<ContainerName>> = [:]
    /// The containers that run and cannot be moved.
    package private(set) var stuckContainers: TreeSet<ContainerName> = []
    /// The containers with a virtual address.
    package private(set) var containersByVirtualAddress: TreeDictionary<IPv4Address, ContainerName> = [:]
    /// The relocation of a container that has not ended; there is at most one.
    package private(set) var openByContainer: TreeDictionary<ContainerName, RelocationID> = [:]
    /// The relocations that have not ended and lead away from a host or to it.
    package private(set) var openByHost: TreeDictionary<HostName, TreeSet<RelocationID>> = [:]
    /// The addresses in use, and by how many: a container's own, those that open connections still use, and those that
    /// relocations lead to.
    package private(set) var addressUses: TreeDictionary<IPv4Address, Int> = [:]
    /// The hosts of a role.
    package private(set) var hostsByRole: TreeDictionary<HostRole, TreeSet<HostName>> = [:]
    /// The hosts in a state.
    package private(set) var hostsByState: TreeDictionary<HostState, TreeSet<HostName>> = [:]
    /// The hosts at an address.
    package private(set) var hostsByAddress: TreeDictionary<IPv4Address, HostName> = [:]
    /// The tenants that name a policy.
    package private(set) var tenantsByPolicy: TreeDictionary<PolicyName, TreeSet<TenantName>> = [:]
    /// The tenants whose containers are never to be beside a tenant's.
    package private(set) var tenantsByStranger: TreeDictionary<TenantName, TreeSet<TenantName>> = [:]
    /// What the alarms of a kind are about.
    package private(set) var alarmsByKind: TreeDictionary<AlarmKind, TreeSet<String>> = [:]

    /// Of nothing.
    package init() {}

    /// Counted anew.
    package init(of state: FleetState) {
        for host in state.hosts.values { add(host) }
        for tenant in state.tenants.values { add(tenant) }
        for container in state.containers.values { add(container) }
        for relocation in state.relocations.values { add(relocation) }
        for key in state.alarms.keys { add(key) }
    }
}

// MARK: Keeping it

extension FleetIndex {
    mutating func add(_ host: Host) {
        hostsByRole.add(host.name, to: host.role)
        hostsByState.add(host.name, to: host.state)
        hostsByAddress[host.address] = host.name
    }

    mutating func remove(_ host: Host) {
        hostsByRole.remove(host.name, from: host.role)
        hostsByState.remove(host.name, from: host.state)
        if hostsByAddress[host.address] == host.name { hostsByAddress[host.address] = nil }
    }

    mutating func add(_ tenant: Tenant) {
        if let policy = tenant.policy { tenantsByPolicy.add(tenant.name, to: policy) }
        for stranger in Set(tenant.neverBeside) { tenantsByStranger.add(tenant.name, to: stranger) }
    }

    mutating func remove(_ tenant: Tenant) {
        if let policy = tenant.policy { tenantsByPolicy.remove(tenant.name, from: policy) }
        for stranger in Set(tenant.neverBeside) { tenantsByStranger.remove(tenant.name, from: stranger) }
    }

    mutating func add(_ container: Container) {
        if let host = container.host { containersByHost.add(container.name, to: host) }
        containersByTenant.add(container.name, to: container.spec.tenant)
        containersByImage.add(container.name, to: container.spec.digest)
        if container.isStuck { stuckContainers.insert(container.name) }
        if let policy = container.policy { containersByPolicy.add(container.name, to: policy) }
        if let address = container.virtualAddress { containersByVirtualAddress[address] = container.name }
        for address in container.addresses { addressUses[address, default: 0] += 1 }
    }

    mutating func remove(_ container: Container) {
        if let host = container.host { containersByHost.remove(container.name, from: host) }
        containersByTenant.remove(container.name, from: container.spec.tenant)
        containersByImage.remove(container.name, from: container.spec.digest)
        stuckContainers.remove(container.name)
        if let policy = container.policy { containersByPolicy.remove(container.name, from: policy) }
        if let address = container.virtualAddress { containersByVirtualAddress[address] = nil }
        for address in container.addresses { release(address) }
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
        if let address = relocation.newAddress { release(address) }
    }

    mutating func add(_ alarm: AlarmKey) { alarmsByKind.add(alarm.subject, to: alarm.kind) }

    mutating func remove(_ alarm: AlarmKey) { alarmsByKind.remove(alarm.subject, from: alarm.kind) }

    private mutating func release(_ address: IPv4Address) {
        let uses = (addressUses[address] ?? 0) - 1
        addressUses[address] = uses > 0 ? uses : nil
    }
}

extension TreeDictionary {
    fileprivate mutating func add<Element: Hashable>(_ element: Element, to key: Key) where Value == TreeSet<Element> {
        self[key, default: []].insert(element)
    }

    fileprivate mutating func remove<Element: Hashable>(_ element: Element, from key: Key)
    where Value == TreeSet<Element> {
        guard var elements = removeValue(forKey: key) else { return }
        elements.remove(element)
        if !elements.isEmpty { self[key] = elements }
    }
}

extension Container {
    /// Whether it runs and cannot be moved.
    fileprivate var isStuck: Bool { state == .running && mobility.isImmovable }

    /// Every address by which it is reached on its host: its own, and those that open connections still use.
    fileprivate var addresses: Set<IPv4Address> { Set(retainedAddresses + [address].compactMap(\.self)) }
}

extension Relocation {
    /// Both of its hosts, as far as they are known.
    fileprivate var hosts: Set<HostName> { Set([source, destination].compactMap(\.self)) }
}
