import FleetModel

extension ExposureBook {
    /// Who was beside a container by then; `nil` when the book does not know it.
    /// - Parameter limit: how many of the co-residences that go on are named, and of the sums.
    public func exposure(
        of container: ContainerName, at now: Timestamp, naming limit: Int = .max
    ) -> ContainerExposure? {
        guard let exposed = containers[container] else { return nil }
        let current = current(of: container).sorted { ($0.since, $0.stranger) < ($1.since, $1.stranger) }
        var milliseconds = exposed.milliseconds
        if let stay = exposed.stay, let host = hosts[stay.host] {
            milliseconds += host.sharedMilliseconds(since: stay.sharedOnArrival, at: now)
        }
        let sums = sums(of: exposed, current, at: now)
        return ContainerExposure(
            container: container, tenant: exposed.tenant, attackSeconds: exposed.attackMilliseconds.inSeconds,
            seconds: milliseconds.inSeconds,
            longest: Self.longest(exposed.ended.longest, current, at: now), current: Array(current.prefix(limit)),
            currentCount: current.count,
            endedCount: exposed.ended.count, endedBeforeAttackCount: exposed.ended.countBeforeAttack,
            residenceCount: exposed.residenceCount, limits: sumWatch.limits(exposed.limits),
            sums: Array(sums.prefix(limit)), sumCount: sums.count, strangersSum: strangersSum(of: exposed, at: now))
    }

    /// For how long a party's containers were beside one other party by then; `nil` when they never were.
    public func exposure(of party: Party, to stranger: Party, at now: Timestamp) -> TenantExposure? {
        let ended = rows[party]?.pairs[stranger]
        let current = current(of: party, to: stranger)
        guard ended != nil || !current.isEmpty else { return nil }
        return Self.exposure(of: party, to: stranger, ended ?? PairFigures(), current, at: now)
    }

    /// For how long a party's containers were beside each other party by then, by the other's name.
    public func exposures(of party: Party, at now: Timestamp) -> [TenantExposure] {
        let current = Dictionary(grouping: current(of: party), by: \.stranger)
        let ended = rows[party]?.pairs ?? [:]
        return Set(current.keys).union(ended.keys).sorted().map { stranger in
            Self.exposure(
                of: party, to: stranger, ended[stranger] ?? PairFigures(), current[stranger] ?? [], at: now)
        }
    }

    /// For how many seconds a party's containers were beside each other party by then, each second weighted with
    /// e^(−age/`memorySeconds`).
    ///
    /// The seconds of all its containers are added up, so the most that there can be is `memorySeconds` times the number
    /// of its containers.
    /// - Parameter containers: among how many containers they are shared out.
    public func partySeconds(
        of party: Party, at now: Timestamp, among containers: Double = 1
    ) -> [Party: Double] {
        guard let row = rows[party] else { return [:] }
        var seconds = row.pairs.mapValues { pair in
            (pair.remembered.value(at: now, memory: memorySeconds)
                + pair.ongoing.value(at: now, memory: memorySeconds)) / containers
        }
        if !row.isSummed { addOngoing(of: party, at: now, among: containers, to: &seconds) }
        return seconds
    }

    /// Adds the seconds of what goes on, host by host: of a tenant with many containers that is a great deal.
    private func addOngoing(
        of party: Party, at now: Timestamp, among containers: Double, to seconds: inout [Party: Double]
    ) {
        let names = hostsOfParties[party] ?? []
        seconds.reserveCapacity(names.reduce(seconds.count) { $0 + (hosts[$1]?.presentSince.count ?? 0) })
        for name in names {
            guard let host = hosts[name], host.isShared, let own = host.containers[party] else { continue }
            let arrivals = own.compactMap { self.containers[$0]?.stay?.arrivedAt }
            for (stranger, since) in host.presentSince where stranger != party {
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
    func current(of container: ContainerName) -> [CoResidence] {
        guard let exposed = containers[container], let stay = exposed.stay, let host = hosts[stay.host] else {
            return []
        }
        return host.presentSince.compactMap { stranger, since in
            guard stranger != exposed.party else { return nil }
            return CoResidence(
                container: container, stranger: stranger, host: stay.host, since: max(stay.arrivedAt, since))
        }
    }

    private func current(of party: Party) -> [CoResidence] {
        (hostsOfParties[party] ?? []).flatMap { host in
            (hosts[host]?.containers[party] ?? []).flatMap { current(of: $0) }
        }
    }

    private func current(of party: Party, to stranger: Party) -> [CoResidence] {
        guard party != stranger else { return [] }
        return (hostsOfParties[party] ?? []).flatMap { name -> [CoResidence] in
            guard let host = hosts[name], let since = host.presentSince[stranger] else { return [] }
            return (host.containers[party] ?? []).compactMap { container in
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
        of party: Party, to stranger: Party, _ pair: PairFigures, _ current: [CoResidence],
        at now: Timestamp
    ) -> TenantExposure {
        TenantExposure(
            tenant: party, stranger: stranger,
            seconds: current.reduce(pair.milliseconds) { $0 + $1.milliseconds(at: now) }.inSeconds,
            longest: longest(pair.ended.longest, current, at: now), endedCount: pair.ended.count,
            endedBeforeAttackCount: pair.ended.countBeforeAttack, currentCount: current.count)
    }
}
