import FleetModel

/// What a relocation takes of the limits.
struct Usage: Sendable {
    let tenant: TenantName
    /// One or two, each once.
    let hosts: [HostName]

    init(tenant: TenantName, source: HostName, destination: HostName?) {
        self.tenant = tenant
        hosts = destination.map { $0 == source ? [source] : [source, $0] } ?? [source]
    }

    init(of waiting: StartQueue.Waiting) {
        self.init(tenant: waiting.tenant, source: waiting.source, destination: waiting.destination)
    }
}

/// How much of the limits is taken.
///
/// Who has others beside it never holds the last slot: whoever comes finds one, however many moves of another take however
/// long. Where there is only one slot, it is everybody's in turn.
struct Room: Sendable {
    private var hosts: [HostName: Int] = [:]
    private var tenants: [TenantName: Int] = [:]
    /// How many of a host's slots a tenant holds.
    private var shares: [TenantName: [HostName: Int]] = [:]
    /// The hosts that are full by the limit that was last asked for, so that no start counts all hosts anew.
    private var full: Set<HostName> = []
    private var fullFrom: Int?

    mutating func add(_ usage: Usage, _ amount: Int) {
        for host in usage.hosts {
            let count = Self.add(amount, to: host, in: &hosts)
            Self.add(amount, to: host, in: &shares[usage.tenant, default: [:]])
            guard let fullFrom else { continue }
            if count >= fullFrom { full.insert(host) } else { full.remove(host) }
        }
        if shares[usage.tenant]?.isEmpty == true { shares[usage.tenant] = nil }
        Self.add(amount, to: usage.tenant, in: &tenants)
    }

    /// What of its own keeps a tenant from having one more move under way, wherever; `nil` when nothing does.
    func obstacle(to tenant: TenantName, _ limits: StartLimits, _ sharing: StartQueue.Sharing) -> StartQueue.Obstacle? {
        let held = tenants[tenant, default: 0]
        if held >= limits[tenant].concurrentPerTenant { return .tenant }
        let most = Self.most(limits.fleet.concurrentInFleet)
        return held >= most && sharing(tenant, nil) ? .tenant : nil
    }

    /// What keeps a tenant from taking a slot of one of some hosts; `nil` when nothing does.
    func obstacle(to usage: Usage, _ limits: StartLimits, _ sharing: StartQueue.Sharing) -> StartQueue.Obstacle? {
        for host in usage.hosts {
            if isFull(host, limits.fleet) { return .host(host) }
            if isTaken(host, by: usage.tenant, limits.fleet, sharing) { return .share(host) }
        }
        return nil
    }

    /// Whether a tenant holds as many of a host's slots as it may.
    private func isTaken(
        _ host: HostName, by tenant: TenantName, _ limits: RelocationLimits, _ sharing: StartQueue.Sharing
    ) -> Bool {
        guard let held = shares[tenant]?[host], held >= Self.most(limits.concurrentPerHost) else { return false }
        return sharing(tenant, host)
    }

    /// How many of so many slots one may hold who is not alone.
    private static func most(_ slots: Int) -> Int { max(1, slots - 1) }

    /// The hosts that are not full, and of whose slots a tenant holds as many as it may.
    func hostsTaken(
        by tenant: TenantName, _ limits: RelocationLimits, _ sharing: StartQueue.Sharing
    ) -> [HostName] {
        (shares[tenant] ?? [:]).keys.filter { isTaken($0, by: tenant, limits, sharing) }
    }

    func isFull(_ host: HostName, _ limits: RelocationLimits) -> Bool {
        hosts[host, default: 0] >= limits.concurrentPerHost
    }

    mutating func fullHosts(_ limits: RelocationLimits) -> Set<HostName> {
        if fullFrom != limits.concurrentPerHost {
            fullFrom = limits.concurrentPerHost
            full = Set(hosts.filter { $0.value >= limits.concurrentPerHost }.keys)
        }
        return full
    }

    @discardableResult
    private static func add<Key: Hashable>(_ amount: Int, to key: Key, in counts: inout [Key: Int]) -> Int {
        let count = counts[key, default: 0] + amount
        counts[key] = count == 0 ? nil : count
        return count
    }
}
