import FleetModel

/// Who was beside whom, and for how long
/// =====================================
///
/// Terms
///
/// - A *party* is a group of tenants that trust each other, or a tenant without a group. Whatever is said of who is beside
///   whom is said of parties: within one nobody is a stranger. What was before a group changed is what it was; where it
///   must be told of parties that are there only now, it counts for each that it may have been.
/// - A container c of party v is *beside* a party u ≠ v while c and at least one container of u are on one host.
/// - A *co-residence* of (c, u) is a time without a gap in which c is beside u. It ends when c leaves or the last
///   container of u there leaves; after that an attack of u's must begin anew. That one container of u replaces
///   another before the first has left interrupts nothing. A co-residence that lasts no time at all does not count.
/// - An attack takes the time A of the container's policy. A co-residence shorter than A *ended before the attack*; one
///   that goes on and has lasted A or longer is *overdue*. Which of the two a co-residence was is decided by the A that
///   is in force when it ends.
/// - A *sum* adds up co-residences that are over or go on, each second weighted with e^(−age/m) with m of the container's
///   policy: an attack that goes on where it left off needs no unbroken stay (see `StrangerSums`).
///
/// Time
///
/// The book has no clock. Arrivals and departures are told in the order in which they happened; what is told of one
/// instant counts in the order of telling. Lengths are whole milliseconds, so that sums are exact however many there
/// are. If the clock that the times come from is put back, lengths that would be negative count as 0.
///
/// Cost
///
/// Co-residences are not kept one by one while they go on: the later of the container's arrival and the tenant's first
/// arrival on the host says when one began. An arrival begins co-residences with every tenant there, and, when it is a
/// tenant's first one, of every container there; a departure ends as many. Each costs as much as there are of those.
/// Memory is taken for each container, each ordered pair of parties that met, up to about a million pairs (see `TenantRow`),
/// each container and party that met, up to about as many, and each stay that goes on. Reading costs what is read; to find the worst costs a look at each host and tenant.
///
/// The book is one large value: hold it in one place. A copy that is kept makes the next change copy everything.
public struct ExposureBook: Sendable {
    /// How slowly time beside others is forgotten, in seconds: of a second that long ago 1/e is left.
    ///
    /// There is one accumulator for this one length. Policies with different lengths need books of their own, or one
    /// length that suits them all.
    public let memorySeconds: Double

    var containers: [ContainerName: Exposed] = [:]
    var hosts: [HostName: Occupancy] = [:]
    /// Who is in which group; who is in none is not named.
    private(set) var groups: [TenantName: TrustGroupName]
    /// The hosts on which a party is present.
    var hostsOfParties: [Party: Set<HostName>] = [:]
    /// What each party's containers were beside.
    private(set) var rows: [Party: TenantRow] = [:]
    /// How many of them tell what goes on.
    private var summedCount = 0
    /// For each shared host an instant, in milliseconds since 1970, before which nothing on it becomes overdue that was
    /// not overdue when the instant was noted.
    var dues = IndexedHeap<HostName, Int64>()
    /// Which sums are too high, and when to look again.
    var sumWatch = SumWatch()

    /// Whether what goes on is added up only when all is told.
    private var isReplaying = false

    /// About how many pairs of tenants are remembered in all, and how many at least of each tenant's.
    private let (pairLimit, rowLimit): (Int, Int)
    /// With how many parties there are sums of each container at least.
    private let mostSums = 16

    /// A book in which nobody was beside anybody.
    /// - Parameters:
    ///   - memorySeconds: How slowly time beside others is forgotten, above 0.
    ///   - groups: Who is in which group.
    public init(memorySeconds: Double, groups: [TenantName: TrustGroupName] = [:]) {
        self.init(memorySeconds: memorySeconds, groups: groups, pairLimit: 1 << 20, rowLimit: 64)
    }

    init(memorySeconds: Double, groups: [TenantName: TrustGroupName] = [:], pairLimit: Int, rowLimit: Int) {
        precondition(memorySeconds > 0, "the memory must be longer than 0 s, is \(memorySeconds)")
        self.memorySeconds = memorySeconds
        self.groups = groups
        (self.pairLimit, self.rowLimit) = (pairLimit, rowLimit)
    }

    /// A container is on a host now.
    ///
    /// If it is in another stay, that one ends at the same time. A stay that the book knows, over or not, does not begin
    /// again: then only A is taken.
    /// - Parameters:
    ///   - residence: The stay; `leftAt` is not looked at.
    ///   - limits: How it is judged, A to the millisecond.
    public mutating func arrive(_ residence: Residence, limits: ExposureLimits) {
        let (name, time) = (residence.container, residence.arrivedAt)
        if let known = containers[name], known.tenant != residence.tenant { remove(name, at: time) }
        let isKnown = containers[name]?.isNewest(residence) ?? false
        if !isKnown { leave(name, at: time) }
        setLimits(limits, for: name, at: time)
        guard !isKnown else { return }
        if containers[name] == nil {
            let attack = Self.milliseconds(limits.attackSeconds)
            let party = party(of: residence.tenant)
            containers[name] = Exposed(
                tenant: residence.tenant, party: party, attackMilliseconds: attack, limits: sumWatch.number(of: limits))
            var row = takeRow(of: party)
            row.attacks.add(attack)
            put(row, of: party)
        }
        let shared = hosts[residence.host]?.sharedMilliseconds(at: time) ?? 0
        containers[name]?.arrive(at: residence.host, time, sharedOnArrival: shared)
        enter(name, residence.host, at: time)
    }

    /// The same with the rules that hold where nobody has set any.
    public mutating func arrive(_ residence: Residence, attackSeconds: Double) {
        arrive(residence, limits: ExposureLimits(attackSeconds: attackSeconds))
    }

    /// A container that is known to be on a host is among those there.
    private mutating func enter(_ name: ContainerName, _ host: HostName, at time: Timestamp) {
        guard let exposed = containers[name] else { return }
        let party = exposed.party
        let isFirst = hosts[host, default: Occupancy()].add(name, of: party, at: time)
        if isFirst { hostsOfParties[party, default: []].insert(host) }
        beginCoResidences(of: party, arrivedAt: time, isFirst: isFirst, on: host)
        expect(exposed.attackMilliseconds, from: time, on: host)
        if !isReplaying { expectSums(of: name, exposed, from: time) }
    }

    /// A container left its host, or ended there. Nothing happens when it is nowhere.
    public mutating func leave(_ container: ContainerName, at time: Timestamp) {
        // Taken out, not copied: a second reference would make the change below copy what it holds.
        guard let stay = containers[container]?.stay, var exposed = containers.removeValue(forKey: container),
            var host = hosts.removeValue(forKey: stay.host)
        else { return }
        exposed.milliseconds += host.sharedMilliseconds(since: stay.sharedOnArrival, at: time)
        endCoResidences(of: container, &exposed, stay, on: host, at: time)
        exposed.leave(at: time)
        let party = exposed.party
        containers[container] = exposed
        sumWatch.stirIfOver(container, at: time)
        let sharedSince = host.sharedSince
        if let since = host.remove(container, of: party, at: time) {
            forget(party, on: stay.host)
            endCoResidences(
                with: party, presentSince: since, sharedSince: host.isShared ? nil : sharedSince, on: stay.host, host,
                at: time)
        }
        host.isDueExact = false
        if !host.isShared { dues.remove(stay.host) }
        guard !host.containers.isEmpty else { return }
        if host.oldestArrival >= stay.arrivedAt { host.oldestArrival = oldestArrival(on: host) }
        hosts[stay.host] = host
    }

    private func oldestArrival(on host: Occupancy) -> Timestamp {
        host.containers.values.joined().lazy.compactMap { containers[$0]?.stay?.arrivedAt }.min()
            ?? Timestamp(milliseconds: .max)
    }

    /// Forgets a container. What its tenant was exposed to stays known.
    /// - Parameter time: When it left, if it is still on a host.
    public mutating func remove(_ container: ContainerName, at time: Timestamp) {
        leave(container, at: time)
        guard let exposed = containers.removeValue(forKey: container) else { return }
        sumWatch.remove(container)
        var row = takeRow(of: exposed.party)
        row.attacks.remove(exposed.attackMilliseconds)
        put(row, of: exposed.party)
    }

    /// Forgets a tenant, as victim and as stranger, but for what goes on and what is known of single containers. What is
    /// known of its group stays as long as somebody is in it.
    public mutating func remove(_ tenant: TenantName) {
        let party = party(of: tenant)
        groups[tenant] = nil
        guard !isThere(party) else { return }
        var row = takeRow(of: party)
        row.forgetEnded()
        put(row, of: party)
        for other in Array(rows.keys) { rows[other]?.forgetEnded(beside: party) }
    }

    /// Sets how a container is judged: it holds for the co-residences that go on, and for sums as they are, too.
    public mutating func setLimits(_ limits: ExposureLimits, for container: ContainerName, at time: Timestamp) {
        let attack = Self.milliseconds(limits.attackSeconds)
        let number = sumWatch.number(of: limits)
        guard let known = containers[container], known.limits != number else { return }
        sumWatch.remove(container)
        containers[container]?.limits = number
        sumWatch.look(at: container, from: time)
        guard known.attackMilliseconds != attack else { return }
        containers[container]?.attackMilliseconds = attack
        var row = takeRow(of: known.party)
        row.attacks.remove(known.attackMilliseconds)
        row.attacks.add(attack)
        put(row, of: known.party)
        // The next instant is worked out anew when somebody asks for it.
        if let host = known.stay?.host { expect(attack, from: nil, on: host) }
    }

    static func milliseconds(_ seconds: Double) -> Int64 {
        seconds > 0 ? Int64(min(seconds * 1000, 1e15).rounded()) : 0
    }
}

// MARK: Groups

extension ExposureBook {
    /// As whom a tenant counts.
    public func party(of tenant: TenantName) -> Party { groups[tenant].map { .group($0) } ?? .tenant(tenant) }

    private func isThere(_ party: Party) -> Bool {
        guard case .group(let group) = party else { return false }
        return groups.values.contains(group)
    }

    /// A tenant is in another group from now on, or in none. Stays that go on count anew, as if its containers had left and
    /// come back; sums, and what is known of pairs, go over to the new party.
    ///
    /// An operator does this now and then: all containers and pairs are looked at.
    public mutating func setGroup(_ group: TrustGroupName?, of tenant: TenantName, at time: Timestamp) {
        guard groups[tenant] != group else { return }
        let old = party(of: tenant)
        let own = containers.filter { $0.value.tenant == tenant }
        for name in own.keys { leave(name, at: time) }
        groups[tenant] = group
        let new = party(of: tenant)
        for (name, exposed) in own { setParty(new, of: name, exposed) }
        mergeHistory(of: old, into: new, at: time)
        for (name, exposed) in own {
            guard let host = exposed.stay?.host else { continue }
            let shared = hosts[host]?.sharedMilliseconds(at: time) ?? 0
            containers[name]?.goOn(at: host, time, sharedOnArrival: shared)
            enter(name, host, at: time)
        }
    }

    private mutating func setParty(_ new: Party, of name: ContainerName, _ exposed: Exposed) {
        var row = takeRow(of: exposed.party)
        row.attacks.remove(exposed.attackMilliseconds)
        put(row, of: exposed.party)
        containers[name]?.party = new
        row = takeRow(of: new)
        row.attacks.add(exposed.attackMilliseconds)
        put(row, of: new)
    }

    private mutating func mergeHistory(of old: Party, into new: Party, at time: Timestamp) {
        let isGone = !isThere(old)
        if let former = rows[old] {
            var row = takeRow(of: new)
            row.take(ended: former, of: new, at: time, memory: memorySeconds)
            put(row, of: new, at: time)
            if isGone {
                row = takeRow(of: old)
                row.forgetEnded()
                put(row, of: old)
            }
        }
        for party in Array(rows.keys) {
            rows[party]?.merge(
                old, into: new, isGone: isGone, isFriend: party == new, at: time, memory: memorySeconds)
        }
        for (name, exposed) in containers {
            let window = sumWatch.limits(exposed.limits).windowSeconds
            containers[name]?.sums.merge(
                old, into: new, isGone: isGone, isFriend: exposed.party == new, at: time, window: window)
            sumWatch.look(at: name, from: time)
        }
    }
}

// MARK: The beginnings and ends of co-residences

extension ExposureBook {
    /// A container has arrived beside every other party on its host, and, as the first of its party, every container there
    /// is beside that one now.
    private mutating func beginCoResidences(
        of party: Party, arrivedAt time: Timestamp, isFirst: Bool, on name: HostName
    ) {
        guard !isReplaying, let host = hosts[name], host.isShared, let ownSince = host.presentSince[party] else {
            return
        }
        if rows[party]?.isSummed != false {
            var row = takeRow(of: party)
            for (stranger, since) in host.presentSince where stranger != party {
                row.begin(beside: stranger, at: max(time, since), memory: memorySeconds)
            }
            put(row, of: party, at: time)
        }
        guard isFirst, summedCount > 0 else { return }
        for (other, others) in host.containers where other != party && rows[other]?.isSummed != false {
            var row = takeRow(of: other)
            for container in others {
                guard let stay = containers[container]?.stay else { continue }
                row.begin(beside: party, at: max(stay.arrivedAt, ownSince), memory: memorySeconds)
            }
            put(row, of: other, at: time)
        }
    }

    /// A container leaves every party on its host.
    private mutating func endCoResidences(
        of container: ContainerName, _ exposed: inout Exposed, _ stay: Exposed.Stay, on host: Occupancy,
        at time: Timestamp
    ) {
        guard host.isShared else { return }
        var row = takeRow(of: exposed.party)
        for (stranger, since) in host.presentSince where stranger != exposed.party {
            let ended = CoResidence(
                container: container, stranger: stranger, host: stay.host, since: max(stay.arrivedAt, since),
                until: time)
            end(ended, of: &exposed, in: &row, at: time)
        }
        endSharing(of: &exposed, stay, sharedSince: host.sharedSince, at: time)
        put(row, of: exposed.party, at: time)
    }

    /// A party has left every container on a host.
    /// - Parameter sharedSince: since when there was anybody beside them, if now there is nobody.
    private mutating func endCoResidences(
        with stranger: Party, presentSince since: Timestamp, sharedSince: Timestamp?, on name: HostName,
        _ host: Occupancy, at time: Timestamp
    ) {
        for (party, others) in host.containers {
            var row = takeRow(of: party)
            for container in others {
                guard var exposed = containers.removeValue(forKey: container), let stay = exposed.stay else { continue }
                let ended = CoResidence(
                    container: container, stranger: stranger, host: name, since: max(stay.arrivedAt, since),
                    until: time)
                end(ended, of: &exposed, in: &row, at: time)
                endSharing(of: &exposed, stay, sharedSince: sharedSince, at: time)
                containers[container] = exposed
                sumWatch.stirIfOver(container, at: time)
            }
            put(row, of: party, at: time)
        }
    }

    private func end(_ ended: CoResidence, of exposed: inout Exposed, in row: inout TenantRow, at time: Timestamp) {
        let length = ended.milliseconds(at: time)
        let attack = exposed.attackMilliseconds
        row.end(ended, lasted: length, attackMilliseconds: attack, at: time, memory: memorySeconds)
        guard length > 0 else { return }
        exposed.ended.add(ended, lasted: length, attackMilliseconds: attack, at: time)
        let window = sumWatch.limits(exposed.limits).windowSeconds
        exposed.sums.add(ended.stranger, milliseconds: length, endingAt: time, window: window)
        exposed.sums.keep(atMost: max(mostSums, pairLimit / (containers.count + 1)), at: time, window: window)
    }

    /// A container is beside nobody any more, who was there since then.
    private func endSharing(
        of exposed: inout Exposed, _ stay: Exposed.Stay, sharedSince: Timestamp?, at time: Timestamp
    ) {
        guard let sharedSince else { return }
        exposed.sums.add(
            milliseconds: max(stay.arrivedAt, sharedSince).milliseconds(to: time), endingAt: time,
            window: sumWatch.limits(exposed.limits).windowSeconds)
    }

    /// Takes a row out to be changed: a second reference would make the change copy it.
    private mutating func takeRow(of party: Party) -> TenantRow {
        guard let row = rows.removeValue(forKey: party) else { return TenantRow() }
        if row.isSummed { summedCount -= 1 }
        return row
    }

    private mutating func put(_ row: TenantRow, of party: Party) {
        guard !row.isEmpty else { return }
        if row.isSummed { summedCount += 1 }
        rows[party] = row
    }

    /// - Parameter time: when something was added to it.
    private mutating func put(_ row: consuming TenantRow, of party: Party, at time: Timestamp) {
        row.keep(atMost: mostPairs, at: time, memory: memorySeconds)
        put(row, of: party)
    }

    /// How many pairs are remembered of a party whose row has been taken out.
    private var mostPairs: Int { max(rowLimit, pairLimit / (rows.count + 1)) }

    /// From now on much is told of what is long over: what goes on is added up with `endReplay`, once for each host.
    mutating func beginReplay() { isReplaying = true }

    /// All is told that has happened until then.
    mutating func endReplay(at time: Timestamp) {
        isReplaying = false
        for name in containers.keys { sumWatch.look(at: name, from: time) }
        for (party, names) in hostsOfParties {
            var row = takeRow(of: party)
            for name in names where row.isSummed {
                guard let host = hosts[name], host.isShared, let own = host.containers[party] else { continue }
                let arrivals = own.compactMap { containers[$0]?.stay?.arrivedAt }
                for (stranger, since) in host.presentSince where stranger != party {
                    for arrival in arrivals {
                        row.begin(beside: stranger, at: max(arrival, since), memory: memorySeconds)
                    }
                }
                row.keep(atMost: mostPairs, at: time, memory: memorySeconds)
            }
            put(row, of: party)
        }
    }

    private mutating func forget(_ party: Party, on host: HostName) {
        hostsOfParties[party]?.remove(host)
        guard hostsOfParties[party]?.isEmpty == true else { return }
        hostsOfParties[party] = nil
        var row = takeRow(of: party)
        row.isGone()
        put(row, of: party)
    }
}
