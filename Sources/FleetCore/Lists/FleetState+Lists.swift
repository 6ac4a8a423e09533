import FleetModel

/// The fleet's lists, part by part. Each costs what is on the part, however large the fleet is.
extension FleetState {
    /// Hosts by name.
    package func hosts(_ window: ListWindow<HostName>) -> ListPart<HostName, Host> {
        index.hosts.part(window) { hosts[$0] }
    }

    /// Tenants by name.
    package func tenants(_ window: ListWindow<TenantName>) -> ListPart<TenantName, Tenant> {
        index.tenants.part(window) { tenants[$0] }
    }

    /// Groups of tenants that trust each other, by name.
    package func trustGroups(_ window: ListWindow<TrustGroupName>) -> ListPart<TrustGroupName, TrustGroup> {
        index.groups.part(window) { try? trustGroup($0) }
    }

    /// Containers by name: all, those of a tenant, those on a host, or those of a tenant on a host.
    package func containers(
        of tenant: TenantName?, on host: HostName?, _ window: ListWindow<ContainerName>
    ) -> ListPart<ContainerName, Container> {
        let own = tenant.map { index.containersByTenant[$0] ?? [] }
        let there = host.map { index.containersByHost[$0] ?? [] }
        switch (own, there) {
        case (nil, nil): return index.containers.part(window) { containers[$0] }
        case (let names?, nil), (nil, let names?): return names.part(window) { containers[$0] }
        case (let own?, let there?):
            // A host holds few enough to look at each.
            let (few, many) = own.count < there.count ? (own, there) : (there, own)
            let total = few.reduce(0) { $0 + (many.contains($1) ? 1 : 0) }
            return few.part(window, total: total) { many.contains($0) ? containers[$0] : nil }
        }
    }

    /// Policies: `default` first, which is there even if it was never set, then the others by name.
    package func policies(_ window: ListWindow<PolicyName>) -> ListPart<PolicyName, PolicyRecord> {
        let others = index.policies
        var window = window
        let isFirst = window.after == nil
        if window.after == .default { window.after = nil }
        if isFirst { window.limit -= 1 }
        var part = others.part(window, total: others.count + 1) { policies[$0] }
        guard isFirst else { return part }
        part.items.insert(defaultRecord, at: 0)
        if part.items.count == 1, !others.isEmpty { part.next = .default }
        return part
    }

    /// The alarms that stand, the oldest first.
    package func alarms(_ window: ListWindow<AlarmPlace>) -> ListPart<AlarmPlace, Alarm> {
        index.alarms.part(window) { alarms[$0.key] }
    }

    /// The containers that could be adopted, all or those of a host.
    package func adoptables(
        on host: HostName?, _ window: ListWindow<AdoptablePlace>
    ) -> ListPart<AdoptablePlace, (host: HostName, container: AdoptableContainer)> {
        let places = host.map { ListPart(window, of: hosts[$0]?.adoptablePlaces ?? []) { $0 } }
        return (places ?? index.adoptables.part(window) { $0 }).compactMap { place in
            hosts[place.host]?.adoptable?.first { $0.id == place.id }.map { (place.host, $0) }
        }
    }
}
