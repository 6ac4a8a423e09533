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
    /// All groups of tenants that trust each other, by name.
    package private(set) var groups: SortedSet<TrustGroupName> = []
    /// Who is in a group.
    package private(set) var tenantsByGroup: TreeDictionary<TrustGroupName, SortedSet<TenantName>> = [:]
    /// In which group a tenant is that is in one: most are in none, and all are asked for often.
    package private(set) var groupsByTenant: TreeDictionary<TenantName, TrustGroupName> = [:]
    /// What the alarms of a kind are about.
    package private(set) var alarmsByKind: TreeDictionary<AlarmKind, SortedSet<String>> = [:]

    /// Of nothing.
    package init() {}

    /// Of what a ledger remembers.
    package init(of record: FleetRecord) {
        for host in record.hosts { add(host.host) }
        for tenant in record.tenants { add(tenant) }
        fill(with: record.containers)
        for relocation in record.openRelocations { replace(nil, with: relocation) }
        for policy in record.policies { add(policy.name) }
        for alarm in record.alarms where alarm.clearedAt == nil { add(alarm) }
    }

    /// Counted anew.
    package init(of state: FleetState) {
        for host in state.hosts.values { add(host) }
        for tenant in state.tenants.values { add(tenant) }
        for container in state.containers.values { replace(nil, with: container) }
        for relocation in state.relocations.values { replace(nil, with: relocation) }
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
        for address in loss.fenced { fencedAddresses.release(address) }
    }

    mutating func add(_ tenant: Tenant) {
        tenants.insert(tenant.name)
        if let policy = tenant.policy { tenantsByPolicy.add(tenant.name, to: policy) }
        for stranger in Set(tenant.neverBeside) { tenantsByStranger.add(tenant.name, to: stranger) }
        guard let group = tenant.trustGroup else { return }
        groups.insert(group)
        tenantsByGroup.add(tenant.name, to: group)
        groupsByTenant[tenant.name] = group
    }

    mutating func remove(_ tenant: Tenant) {
        tenants.remove(tenant.name)
        if let policy = tenant.policy { tenantsByPolicy.remove(tenant.name, from: policy) }
        for stranger in Set(tenant.neverBeside) { tenantsByStranger.remove(tenant.name, from: stranger) }
        guard let group = tenant.trustGroup else { return }
        groupsByTenant[tenant.name] = nil
        tenantsByGroup.remove(tenant.name, from: group)
        if tenantsByGroup[group] == nil { groups.remove(group) }
    }

    /// Takes a container in place of what it was; `nil` where it was not there, or is not any more. What has not changed is
    /// not touched: that is most of it, and each of these trees copies a path for a change.
    mutating func replace(_ old: Container?, with new: Container?) {
        guard let name = (new ?? old)?.name else { return }
        containers.change(name, was: old != nil, is: new != nil)
        containersByHost.change(name, from: old?.host, to: new?.host)
        containersByTenant.change(name, from: old?.spec.tenant, to: new?.spec.tenant)
        containersByImage.change(name, from: old?.spec.digest, to: new?.spec.digest)
        containersByPolicy.change(name, from: old?.policy, to: new?.policy)
        replaceOthers(name, old, new)
    }

    /// Takes all containers, where there was none. It takes far less time than one after the other.
    private mutating func fill(with containers: [Container]) {
        self.containers = SortedSet(inOrder: containers.map(\.name).sorted())
        containersByHost = Self.grouped(containers) { $0.host }
        containersByTenant = Self.grouped(containers) { $0.spec.tenant }
        containersByImage = Self.grouped(containers) { $0.spec.digest }
        containersByPolicy = Self.grouped(containers) { $0.policy }
        for container in containers { replaceOthers(container.name, nil, container) }
    }

    private static func grouped<Key: Hashable>(
        _ containers: [Container], by key: (Container) -> Key?
    ) -> TreeDictionary<Key, SortedSet<ContainerName>> {
        var groups: [Key: [ContainerName]] = [:]
        for container in containers {
            if let key = key(container) { groups[key, default: []].append(container.name) }
        }
        return TreeDictionary(uniqueKeysWithValues: groups.map { ($0, SortedSet(inOrder: $1.sorted())) })
    }

    private mutating func replaceOthers(_ name: ContainerName, _ old: Container?, _ new: Container?) {
        stuckContainers.change(name, was: old?.isStuck ?? false, is: new?.isStuck ?? false)
        lostContainers.change(name, was: old?.state.isLost ?? false, is: new?.state.isLost ?? false)
        if old?.hostWhileMoving != new?.hostWhileMoving {
            if let host = old?.hostWhileMoving { movingByHost.release(host) }
            if let host = new?.hostWhileMoving { movingByHost[host, default: 0] += 1 }
        }
        if old?.nextRestart != new?.nextRestart {
            if let due = old?.nextRestart { restarts.remove(due) }
            if let due = new?.nextRestart { restarts.insert(due) }
        }
        if old?.virtualAddress != new?.virtualAddress {
            if let address = old?.virtualAddress { containersByVirtualAddress[address] = nil }
            if let address = new?.virtualAddress { containersByVirtualAddress[address] = name }
        }
        if old?.address != new?.address || old?.retainedAddresses != new?.retainedAddresses {
            for address in old?.addresses ?? [] { addressUses.release(address) }
            for address in new?.addresses ?? [] { addressUses[address, default: 0] += 1 }
        }
    }

    /// Takes a relocation in place of what it was; `nil` where it was not there, or has ended.
    mutating func replace(_ old: Relocation?, with new: Relocation?) {
        guard let id = (new ?? old)?.id else { return }
        if old?.container != new?.container {
            if let container = old?.container, openByContainer[container] == id { openByContainer[container] = nil }
            if let container = new?.container { openByContainer[container] = id }
        }
        if old?.source != new?.source || old?.destination != new?.destination {
            for host in old?.hosts ?? [] { openByHost.remove(id, from: host) }
            for host in new?.hosts ?? [] { openByHost.add(id, to: host) }
        }
        if old?.newAddress != new?.newAddress {
            if let address = old?.newAddress { addressUses.release(address) }
            if let address = new?.newAddress { addressUses[address, default: 0] += 1 }
        }
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
}

extension SortedSet {
    /// Puts an element in or takes it out, if that is a change.
    fileprivate mutating func change(_ element: Element, was: Bool, is now: Bool) {
        guard was != now else { return }
        if now { insert(element) } else { remove(element) }
    }
}

extension TreeDictionary where Value == Int {
    /// Counts one less; nothing is kept that is counted no more.
    fileprivate mutating func release(_ key: Key) {
        let left = (self[key] ?? 0) - 1
        self[key] = left > 0 ? left : nil
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

    /// Has an element belong to another key, or to none.
    fileprivate mutating func change<Element: Comparable & Sendable>(_ element: Element, from old: Key?, to new: Key?)
    where Value == SortedSet<Element> {
        guard old != new else { return }
        if let old { remove(element, from: old) }
        if let new { add(element, to: new) }
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
    var isStuck: Bool { state == .running && mobility.isImmovable }

    /// Every address by which it is reached on its host: its own, and those that open connections still use.
    package var addresses: Set<IPv4Address> { Set(retainedAddresses + [address].compactMap(\.self)) }
}

extension Relocation {
    /// Both of its hosts, as far as they are known.
    fileprivate var hosts: Set<HostName> { Set([source, destination].compactMap(\.self)) }
}
