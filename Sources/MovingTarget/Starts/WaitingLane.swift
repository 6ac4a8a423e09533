import FleetModel

/// The relocations of one rank that wait: of each tenant those first whose containers' deadlines come first, and among equals,
/// or where there is none, those that came first.
struct WaitingLane: Sendable {
    struct Entry: Sendable {
        let waiting: StartQueue.Waiting
        /// Which of all that ever came it is.
        let number: Int64
        var passedOver = 0

        var place: Place {
            Place(deadline: waiting.deadline?.milliseconds ?? .max, number: number, id: waiting.id)
        }
    }

    /// Where it is in its tenant's line. A value without references, since lines are long and things are put in between.
    struct Place: Sendable, Comparable {
        let deadline: Int64
        let number: Int64
        let id: RelocationID

        static func < (left: Self, right: Self) -> Bool {
            (left.deadline, left.number) < (right.deadline, right.number)
        }
    }

    private var entries: [RelocationID: Entry] = [:]
    private var lines: [TenantName: [Place]] = [:]
    /// Whose relocations wait at a host, and how many.
    private var tenantsByHost: [HostName: [TenantName: Int]] = [:]

    var count: Int { entries.count }

    subscript(id: RelocationID) -> StartQueue.Waiting? { entries[id]?.waiting }

    /// The tenants of whom something waits, in no order, and the first of each.
    var heads: some Sequence<(tenant: TenantName, first: Place)> {
        lines.lazy.compactMap { tenant, line in line.first.map { (tenant, $0) } }
    }

    /// All that wait, in the order in which they came.
    var inOrder: [StartQueue.Waiting] { entries.values.sorted { $0.number < $1.number }.map(\.waiting) }

    /// What waits of a tenant, in order.
    func line(of tenant: TenantName) -> some Sequence<Entry> {
        (lines[tenant] ?? []).lazy.compactMap { entries[$0.id] }
    }

    /// The tenants of whom something waits to leave a host.
    func tenants(at host: HostName) -> some Collection<TenantName> { (tenantsByHost[host] ?? [:]).keys }

    mutating func append(_ waiting: StartQueue.Waiting, number: Int64) {
        let entry = Entry(waiting: waiting, number: number)
        guard entries.updateValue(entry, forKey: waiting.id) == nil else {
            preconditionFailure("relocation \(waiting.id) waits already")
        }
        let index = index(of: entry.place, of: waiting.tenant)
        lines[waiting.tenant, default: []].insert(entry.place, at: index)
        tenantsByHost[waiting.source, default: [:]][waiting.tenant, default: 0] += 1
    }

    mutating func pass(_ id: RelocationID) { entries[id]?.passedOver += 1 }

    @discardableResult
    mutating func remove(_ id: RelocationID) -> StartQueue.Waiting? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        let (tenant, host) = (entry.waiting.tenant, entry.waiting.source)
        let index = index(of: entry.place, of: tenant)
        lines[tenant]?.remove(at: index)
        if lines[tenant]?.isEmpty == true { lines[tenant] = nil }
        let left = (tenantsByHost[host]?[tenant] ?? 0) - 1
        tenantsByHost[host]?[tenant] = left > 0 ? left : nil
        if tenantsByHost[host]?.isEmpty == true { tenantsByHost[host] = nil }
        return entry.waiting
    }

    /// How many of a tenant's are before a place.
    private func index(of place: Place, of tenant: TenantName) -> Int {
        let line = lines[tenant] ?? []
        var range = 0..<line.count
        while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 {
            range = line[middle] < place ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}
