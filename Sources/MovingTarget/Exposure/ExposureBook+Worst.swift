import FleetModel
import HeapModule

// Who is worst off
//
// To look at everybody would hold up the fleet's changes. A host knows since when anything on it can have gone on, a tenant
// knows the longest that has ended: no more than that can be found there. Those of which most can be found are looked at
// first, until no other can have anything worse than what was found. So about as many hosts and tenants are looked at as
// there are places to fill.

extension ExposureBook {
    /// How many pairs of parties are known of which one's containers were beside the other.
    public var pairCount: Int { rows.values.reduce(0) { $0 + $1.pairs.count } }

    /// The containers whose longest co-residence is the longest as a share of A, the worst first.
    /// - Parameters:
    ///   - count: how many.
    ///   - members: the containers of a party.
    public func worstContainers(
        _ count: Int, at now: Timestamp, of members: (Party) -> some Sequence<ContainerName>
    ) -> [ContainerName] {
        let going = Self.greatest(count, of: hosts.map { (name: $0, bound: $1.worstShare(at: now)) }) { name, found in
            guard let host = hosts[name] else { return }
            let arrivals = host.firstArrivals
            for container in host.containers.values.joined() {
                guard let exposed = containers[container], let stay = exposed.stay else { continue }
                let start = arrivals.first { $0.tenant != exposed.party }.map { max(stay.arrivedAt, $0.since) }
                found(container, exposed.share(of: start?.milliseconds(to: now) ?? 0))
            }
        }
        let over = Self.greatest(count, of: rows.map { (name: $0, bound: $1.worstShare) }) { tenant, found in
            for container in members(tenant) {
                guard let exposed = containers[container] else { continue }
                found(container, exposed.share(of: exposed.ended.longest?.milliseconds(at: now) ?? 0))
            }
        }
        return Self.first(count, of: going, over)
    }

    /// The pairs of parties of which one's containers were beside the other for the longest time without a gap, the worst first.
    public func worstPairs(_ count: Int, at now: Timestamp) -> [TenantPair] {
        let going = Self.greatest(count, of: hosts.map { (name: $0, bound: $1.longest(at: now)) }) { name, found in
            guard let host = hosts[name] else { return }
            for (tenant, own) in host.containers {
                guard let first = own.lazy.compactMap({ containers[$0]?.stay?.arrivedAt }).min() else { continue }
                for (stranger, since) in host.presentSince where stranger != tenant {
                    found(TenantPair(tenant: tenant, stranger: stranger), max(first, since).milliseconds(to: now))
                }
            }
        }
        let over = Self.greatest(count, of: rows.map { (name: $0, bound: $1.longestEnded) }) { tenant, found in
            for (stranger, pair) in rows[tenant]?.pairs ?? [:] {
                guard let longest = pair.ended.longest else { continue }
                found(TenantPair(tenant: tenant, stranger: stranger), longest.milliseconds(at: now))
            }
        }
        return Self.first(count, of: going, over)
    }

    /// Of what was found in two ways the greatest, the greatest first; those that are equal in their order.
    private static func first<Member: Hashable & Comparable, Value: Comparable>(
        _ count: Int, of one: [(key: Member, priority: Value)], _ other: [(key: Member, priority: Value)]
    ) -> [Member] {
        let all = Dictionary((one + other).map { ($0.key, $0.priority) }, uniquingKeysWith: max)
        return all.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(count).map(\.key)
    }

    private struct Group<Name, Value: Comparable>: Comparable {
        let name: Name
        let bound: Value

        static func == (left: Self, right: Self) -> Bool { left.bound == right.bound }
        static func < (left: Self, right: Self) -> Bool { left.bound < right.bound }
    }

    /// The members of groups with the greatest values.
    /// - Parameters:
    ///   - groups: no value in one is above its bound.
    ///   - look: tells the members of a group and their values. One may be in several groups.
    private static func greatest<Name, Member: Hashable & Sendable, Value: Comparable & Sendable>(
        _ count: Int, of groups: [(name: Name, bound: Value)], look: (Name, _ found: (Member, Value) -> Void) -> Void
    ) -> [(key: Member, priority: Value)] {
        var groups = Heap(groups.map { Group(name: $0.name, bound: $0.bound) })
        var best = IndexedHeap<Member, Value>()
        while let group = groups.popMax() {
            if best.count >= count, let least = best.first, least.priority >= group.bound { break }
            look(group.name) { member, value in
                if best.count >= count, let least = best.first, least.priority >= value { return }
                if let known = best[member], known >= value { return }
                best.set(member, to: value)
                if best.count > count, let least = best.first { best.remove(least.key) }
            }
        }
        return best.entries
    }
}

extension Occupancy {
    /// The longest that a co-residence here can have gone on, in milliseconds.
    fileprivate func longest(at now: Timestamp) -> Int64 { oldestStart?.milliseconds(to: now) ?? 0 }

    /// The same as a share of A.
    fileprivate func worstShare(at now: Timestamp) -> Double { Exposed.share(of: longest(at: now), of: shortestAttack) }

    /// The two parties that have been here for the longest time: one of them is a stranger to each container.
    fileprivate var firstArrivals: [(tenant: Party, since: Timestamp)] {
        var first: [(tenant: Party, since: Timestamp)] = []
        for (tenant, since) in presentSince {
            guard let last = first.last, first.count == 2, last.since <= since else {
                first.append((tenant, since))
                first.sort { $0.since < $1.since }
                if first.count > 2 { first.removeLast() }
                continue
            }
        }
        return first
    }
}

extension TenantRow {
    /// At least the longest co-residence of a container that has ended, as a share of A.
    fileprivate var worstShare: Double { attacks.least.map { Exposed.share(of: longestEnded, of: $0) } ?? 0 }
}

extension Exposed {
    fileprivate func share(of milliseconds: Int64) -> Double { Self.share(of: milliseconds, of: attackMilliseconds) }

    fileprivate static func share(of milliseconds: Int64, of attack: Int64) -> Double {
        Double(milliseconds) / max(Double(attack), .leastNonzeroMagnitude)
    }
}

/// Two parties of which the second is a stranger to the first one's containers.
public struct TenantPair: Hashable, Comparable, Sendable {
    /// Whose containers are exposed.
    public let tenant: Party
    /// To whom.
    public let stranger: Party

    /// By the names.
    public static func < (left: Self, right: Self) -> Bool {
        (left.tenant, left.stranger) < (right.tenant, right.stranger)
    }
}
