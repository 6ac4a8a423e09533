import FleetModel

/// Who was beside whom, and for how long
/// =====================================
///
/// Terms
///
/// - A container c of tenant v is *beside* a tenant u ≠ v while c and at least one container of u are on one host.
/// - A *co-residence* of (c, u) is a time without a gap in which c is beside u. It ends when c leaves or the last
///   container of u there leaves; after that an attack of u's must begin anew. That one container of u replaces
///   another before the first has left interrupts nothing. A co-residence that lasts no time at all does not count.
/// - An attack takes the time A of the container's policy. A co-residence shorter than A *ended before the attack*; one
///   that goes on and has lasted A or longer is *overdue*. Which of the two a co-residence was is decided by the A that
///   is in force when it ends.
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
/// Memory is taken for each container, each ordered pair of tenants that met, up to about a million pairs (see `TenantRow`),
/// and each stay that goes on. Reading costs what is read; to find the worst costs a look at each host and tenant.
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
    /// The hosts on which a tenant is present.
    var hostsOfTenants: [TenantName: Set<HostName>] = [:]
    /// What each tenant's containers were beside.
    private(set) var rows: [TenantName: TenantRow] = [:]
    /// How many of them tell what goes on.
    private var summedCount = 0
    /// For each shared host an instant, in milliseconds since 1970, before which nothing on it becomes overdue that was
    /// not overdue when the instant was noted.
    var dues = IndexedHeap<HostName, Int64>()

    /// Whether what goes on is added up only when all is told.
    private var isReplaying = false

    /// About how many pairs of tenants are remembered in all, and how many at least of each tenant's.
    private let (pairLimit, rowLimit): (Int, Int)

    /// A book in which nobody was beside anybody.
    /// - Parameter memorySeconds: How slowly time beside others is forgotten, above 0.
    public init(memorySeconds: Double) { self.init(memorySeconds: memorySeconds, pairLimit: 1 << 20, rowLimit: 64) }

    init(memorySeconds: Double, pairLimit: Int, rowLimit: Int) {
        precondition(memorySeconds > 0, "the memory must be longer than 0 s, is \(memorySeconds)")
        self.memorySeconds = memorySeconds
        (self.pairLimit, self.rowLimit) = (pairLimit, rowLimit)
    }

    /// A container is on a host now.
    ///
    /// If it is in another stay, that one ends at the same time. A stay that the book knows, over or not, does not begin
    /// again: then only A is taken.
    /// - Parameters:
    ///   - residence: The stay; `leftAt` is not looked at.
    ///   - attackSeconds: A, taken to the millisecond.
    public mutating func arrive(_ residence: Residence, attackSeconds: Double) {
        let (name, time) = (residence.container, residence.arrivedAt)
        if let known = containers[name], known.tenant != residence.tenant { remove(name, at: time) }
        let isKnown = containers[name]?.isNewest(residence) ?? false
        if !isKnown { leave(name, at: time) }
        setAttackSeconds(attackSeconds, for: name)
        guard !isKnown else { return }
        let attack = Self.milliseconds(attackSeconds)
        if containers[name] == nil {
            containers[name] = Exposed(tenant: residence.tenant, attackMilliseconds: attack)
            var row = takeRow(of: residence.tenant)
            row.attacks.add(attack)
            put(row, of: residence.tenant)
        }
        let shared = hosts[residence.host]?.sharedMilliseconds(at: time) ?? 0
        containers[name]?.arrive(at: residence.host, time, sharedOnArrival: shared)
        let isFirst = hosts[residence.host, default: Occupancy()].add(name, of: residence.tenant, at: time)
        if isFirst { hostsOfTenants[residence.tenant, default: []].insert(residence.host) }
        beginCoResidences(of: residence.tenant, arrivedAt: time, isFirst: isFirst, on: residence.host)
        expect(attack, from: time, on: residence.host)
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
        let tenant = exposed.tenant
        containers[container] = exposed
        if let since = host.remove(container, of: tenant, at: time) {
            forget(tenant, on: stay.host)
            endCoResidences(with: tenant, presentSince: since, on: stay.host, host, at: time)
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
        var row = takeRow(of: exposed.tenant)
        row.attacks.remove(exposed.attackMilliseconds)
        put(row, of: exposed.tenant)
    }

    /// Forgets a tenant, as victim and as stranger, but for what goes on and what is known of single containers.
    public mutating func remove(_ tenant: TenantName) {
        var row = takeRow(of: tenant)
        row.forgetEnded()
        put(row, of: tenant)
        for other in Array(rows.keys) { rows[other]?.forgetEnded(beside: tenant) }
    }

    /// Sets A for a container: it holds for the co-residences that go on, too.
    public mutating func setAttackSeconds(_ seconds: Double, for container: ContainerName) {
        let attack = Self.milliseconds(seconds)
        guard let known = containers[container], known.attackMilliseconds != attack else { return }
        containers[container]?.attackMilliseconds = attack
        var row = takeRow(of: known.tenant)
        row.attacks.remove(known.attackMilliseconds)
        row.attacks.add(attack)
        put(row, of: known.tenant)
        // The next instant is worked out anew when somebody asks for it.
        if let host = known.stay?.host { expect(attack, from: nil, on: host) }
    }

    static func milliseconds(_ seconds: Double) -> Int64 {
        seconds > 0 ? Int64(min(seconds * 1000, 1e15).rounded()) : 0
    }
}

// MARK: The beginnings and ends of co-residences

extension ExposureBook {
    /// A container has arrived beside every other tenant on its host, and, as the first of its tenant, every container there
    /// is beside that one now.
    private mutating func beginCoResidences(
        of tenant: TenantName, arrivedAt time: Timestamp, isFirst: Bool, on name: HostName
    ) {
        guard !isReplaying, let host = hosts[name], host.isShared, let ownSince = host.presentSince[tenant] else {
            return
        }
        if rows[tenant]?.isSummed != false {
            var row = takeRow(of: tenant)
            for (stranger, since) in host.presentSince where stranger != tenant {
                row.begin(beside: stranger, at: max(time, since), memory: memorySeconds)
            }
            put(row, of: tenant, at: time)
        }
        guard isFirst, summedCount > 0 else { return }
        for (other, others) in host.containers where other != tenant && rows[other]?.isSummed != false {
            var row = takeRow(of: other)
            for container in others {
                guard let stay = containers[container]?.stay else { continue }
                row.begin(beside: tenant, at: max(stay.arrivedAt, ownSince), memory: memorySeconds)
            }
            put(row, of: other, at: time)
        }
    }

    /// A container leaves every tenant on its host.
    private mutating func endCoResidences(
        of container: ContainerName, _ exposed: inout Exposed, _ stay: Exposed.Stay, on host: Occupancy,
        at time: Timestamp
    ) {
        guard host.isShared else { return }
        var row = takeRow(of: exposed.tenant)
        for (stranger, since) in host.presentSince where stranger != exposed.tenant {
            let ended = CoResidence(
                container: container, stranger: stranger, host: stay.host, since: max(stay.arrivedAt, since),
                until: time)
            end(ended, of: &exposed, in: &row, at: time)
        }
        put(row, of: exposed.tenant, at: time)
    }

    /// A tenant has left every container on a host.
    private mutating func endCoResidences(
        with stranger: TenantName, presentSince since: Timestamp, on name: HostName, _ host: Occupancy,
        at time: Timestamp
    ) {
        for (tenant, others) in host.containers {
            var row = takeRow(of: tenant)
            for container in others {
                guard var exposed = containers.removeValue(forKey: container), let stay = exposed.stay else { continue }
                let ended = CoResidence(
                    container: container, stranger: stranger, host: name, since: max(stay.arrivedAt, since),
                    until: time)
                end(ended, of: &exposed, in: &row, at: time)
                containers[container] = exposed
            }
            put(row, of: tenant, at: time)
        }
    }

    private func end(_ ended: CoResidence, of exposed: inout Exposed, in row: inout TenantRow, at time: Timestamp) {
        let length = ended.milliseconds(at: time)
        let attack = exposed.attackMilliseconds
        row.end(ended, lasted: length, attackMilliseconds: attack, at: time, memory: memorySeconds)
        if length > 0 { exposed.ended.add(ended, lasted: length, attackMilliseconds: attack, at: time) }
    }

    /// Takes a row out to be changed: a second reference would make the change copy it.
    private mutating func takeRow(of tenant: TenantName) -> TenantRow {
        guard let row = rows.removeValue(forKey: tenant) else { return TenantRow() }
        if row.isSummed { summedCount -= 1 }
        return row
    }

    private mutating func put(_ row: TenantRow, of tenant: TenantName) {
        guard !row.isEmpty else { return }
        if row.isSummed { summedCount += 1 }
        rows[tenant] = row
    }

    /// - Parameter time: when something was added to it.
    private mutating func put(_ row: consuming TenantRow, of tenant: TenantName, at time: Timestamp) {
        row.keep(atMost: mostPairs, at: time, memory: memorySeconds)
        put(row, of: tenant)
    }

    /// How many pairs are remembered of a tenant whose row has been taken out.
    private var mostPairs: Int { max(rowLimit, pairLimit / (rows.count + 1)) }

    /// From now on much is told of what is long over: what goes on is added up with `endReplay`, once for each host.
    mutating func beginReplay() { isReplaying = true }

    /// All is told that has happened until then.
    mutating func endReplay(at time: Timestamp) {
        isReplaying = false
        for (tenant, names) in hostsOfTenants {
            var row = takeRow(of: tenant)
            for name in names where row.isSummed {
                guard let host = hosts[name], host.isShared, let own = host.containers[tenant] else { continue }
                let arrivals = own.compactMap { containers[$0]?.stay?.arrivedAt }
                for (stranger, since) in host.presentSince where stranger != tenant {
                    for arrival in arrivals {
                        row.begin(beside: stranger, at: max(arrival, since), memory: memorySeconds)
                    }
                }
                row.keep(atMost: mostPairs, at: time, memory: memorySeconds)
            }
            put(row, of: tenant)
        }
    }

    private mutating func forget(_ tenant: TenantName, on host: HostName) {
        hostsOfTenants[tenant]?.remove(host)
        guard hostsOfTenants[tenant]?.isEmpty == true else { return }
        hostsOfTenants[tenant] = nil
        var row = takeRow(of: tenant)
        row.isGone()
        put(row, of: tenant)
    }
}
