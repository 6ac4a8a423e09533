import FleetModel

extension ExposureBook {
    /// Who was beside a container by then; `nil` when the book does not know it.
    /// - Parameter limit: how many of the co-residences that go on are named.
    public func exposure(
        of container: ContainerName, at now: Timestamp, naming limit: Int = .max
    ) -> ContainerExposure? {
        guard let exposed = containers[container] else { return nil }
        let current = current(of: container).sorted { ($0.since, $0.stranger) < ($1.since, $1.stranger) }
        var milliseconds = exposed.milliseconds
        if let stay = exposed.stay, let host = hosts[stay.host] {
            milliseconds += host.sharedMilliseconds(since: stay.sharedOnArrival, at: now)
        }
        return ContainerExposure(
            container: container, tenant: exposed.tenant, attackSeconds: exposed.attackMilliseconds.inSeconds,
            seconds: milliseconds.inSeconds,
            longest: Self.longest(exposed.ended.longest, current, at: now), current: Array(current.prefix(limit)),
            currentCount: current.count,
            endedCount: exposed.ended.count, endedBeforeAttackCount: exposed.ended.countBeforeAttack,
            residenceCount: exposed.residenceCount)
    }

    /// For how long a tenant's containers were beside one other tenant by then; `nil` when they never were.
    public func exposure(of tenant: TenantName, to stranger: TenantName, at now: Timestamp) -> TenantExposure? {
        let ended = rows[tenant]?.pairs[stranger]
        let current = current(of: tenant, to: stranger)
        guard ended != nil || !current.isEmpty else { return nil }
        return Self.exposure(of: tenant, to: stranger, ended ?? PairFigures(), current, at: now)
    }

    /// For how long a tenant's containers were beside each other tenant by then, by the other's name.
    public func exposures(of tenant: TenantName, at now: Timestamp) -> [TenantExposure] {
        let current = Dictionary(grouping: current(of: tenant), by: \.stranger)
        let ended = rows[tenant]?.pairs ?? [:]
        return Set(current.keys).union(ended.keys).sorted().map { stranger in
            Self.exposure(
                of: tenant, to: stranger, ended[stranger] ?? PairFigures(), current[stranger] ?? [], at: now)
        }
    }

    /// For how many seconds a tenant's containers were beside each other tenant by then, each second weighted with
    /// e^(−age/`memorySeconds`).
    ///
    /// The seconds of all its containers are added up, so the most that there can be is `memorySeconds` times the number
    /// of its containers.
    /// - Parameter containers: among how many containers they are shared out.
    public func tenantSeconds(
        of tenant: TenantName, at now: Timestamp, among containers: Double = 1
    ) -> [TenantName: Double] {
        guard let row = rows[tenant] else { return [:] }
        var seconds = row.pairs.mapValues { pair in
            (pair.remembered.value(at: now, memory: memorySeconds)
                + pair.ongoing.value(at: now, memory: memorySeconds)) / containers
        }
        if !row.isSummed { addOngoing(of: tenant, at: now, among: containers, to: &seconds) }
        return seconds
    }

    /// Adds the seconds of what goes on, host by host: of a tenant with many containers that is a great deal.
    private func addOngoing(
        of tenant: TenantName, at now: Timestamp, among containers: Double, to seconds: inout [TenantName: Double]
    ) {
        let names = hostsOfTenants[tenant] ?? []
        seconds.reserveCapacity(names.reduce(seconds.count) { $0 + (hosts[$1]?.presentSince.count ?? 0) })
        for name in names {
            guard let host = hosts[name], host.isShared, let own = host.containers[tenant] else { continue }
            let arrivals = own.compactMap { self.containers[$0]?.stay?.arrivedAt }
            for (stranger, since) in host.presentSince where stranger != tenant {
                let sum = arrivals.reduce(0.0) { sum, arrival in
                    let milliseconds = max(arrival, since).milliseconds(to: now)
                    return sum + FadingSum.contribution(of: milliseconds, memory: memorySeconds)
                }
                seconds[stranger, default: 0] += sum / containers
            }
        }
    }

    /// Whether no stranger has been beside a container in its present stay. `false` for a container that is nowhere.
    public func wasAlone(_ container: ContainerName) -> Bool {
        guard let stay = containers[container]?.stay, let host = hosts[stay.host] else { return false }
        return host.wasNeverShared(since: stay.sharedOnArrival)
    }

    /// A container's last 16 stays, the newest last.
    public func visits(of container: ContainerName) -> [Residence] {
        guard let exposed = containers[container] else { return [] }
        return exposed.visits.map { visit in
            Residence(
                container: container, tenant: exposed.tenant, host: visit.host, arrivedAt: visit.arrivedAt,
                leftAt: visit.leftAt)
        }
    }
}

// MARK: What goes on

extension ExposureBook {
    private func current(of container: ContainerName) -> [CoResidence] {
        guard let exposed = containers[container], let stay = exposed.stay, let host = hosts[stay.host] else {
            return []
        }
        return host.presentSince.compactMap { stranger, since in
            guard stranger != exposed.tenant else { return nil }
            return CoResidence(
                container: container, stranger: stranger, host: stay.host, since: max(stay.arrivedAt, since))
        }
    }

    private func current(of tenant: TenantName) -> [CoResidence] {
        (hostsOfTenants[tenant] ?? []).flatMap { host in
            (hosts[host]?.containers[tenant] ?? []).flatMap { current(of: $0) }
        }
    }

    private func current(of tenant: TenantName, to stranger: TenantName) -> [CoResidence] {
        guard tenant != stranger else { return [] }
        return (hostsOfTenants[tenant] ?? []).flatMap { name -> [CoResidence] in
            guard let host = hosts[name], let since = host.presentSince[stranger] else { return [] }
            return (host.containers[tenant] ?? []).compactMap { container in
                guard let stay = containers[container]?.stay else { return nil }
                return CoResidence(
                    container: container, stranger: stranger, host: name, since: max(stay.arrivedAt, since))
            }
        }
    }

    private static func longest(_ ended: CoResidence?, _ current: [CoResidence], at now: Timestamp) -> CoResidence? {
        current.reduce(ended) { $1.isLonger(than: $0, at: now) ? $1 : $0 }
    }

    private static func exposure(
        of tenant: TenantName, to stranger: TenantName, _ pair: PairFigures, _ current: [CoResidence],
        at now: Timestamp
    ) -> TenantExposure {
        TenantExposure(
            tenant: tenant, stranger: stranger,
            seconds: current.reduce(pair.milliseconds) { $0 + $1.milliseconds(at: now) }.inSeconds,
            longest: longest(pair.ended.longest, current, at: now), endedCount: pair.ended.count,
            endedBeforeAttackCount: pair.ended.countBeforeAttack, currentCount: current.count)
    }
}
