import FleetModel
import HashTreeCollections

/// What placement knows of a fleet's hosts and what they carry, kept up to date host by host.
///
/// Whose a container is counts only by party: tenants of one group are one.
///
/// Hosts that are alike in everything that counts share a bucket: a decision looks at buckets, and one by one only at hosts
/// of which it knows something more. So it costs as much as there are kinds of hosts, and not as there are hosts. What
/// changes with each container is kept in pages and trees, so that a change of a copy does not copy all of it.
public struct PlacementIndex: Sendable {
    /// What hosts of one bucket have in common.
    struct BucketKey: Sendable, Hashable {
        /// The number of what feasibility depends on.
        var kind: Int32
        /// The number of the profile in the table of distances.
        var profile: Int32
        /// In eighths.
        var load: UInt8
        /// In eighths.
        var cost: UInt8
        /// Of the free memory; -1 for none.
        var memoryMagnitude: Int8
        var isFull: Bool
        var isOccupied: Bool
    }

    /// What feasibility depends on, besides room and tenants.
    struct Kind: Sendable, Hashable {
        var role: HostRole
        var state: HostState
        var runtimes: [RuntimeKind]
        var hasCriu: Bool
        var architecture: String
        var features: [String]
    }

    /// A host.
    struct Entry: Sendable {
        var name: HostName
        var kind: Int32
        var profile: Int32
        var capacity: HostCapacity
        var containers = 0
        var memoryBytes = 0
        var cost: UInt8 = 0
        /// Where it is: the bucket, and its place there.
        var bucket: Int32 = -1
        var place: Int32 = 0
        /// How many containers of each party it carries.
        var parties: [Party: Int] = [:]

        var freeBytes: Int { capacity.memoryBytes - memoryBytes }
        var isFull: Bool { containers >= capacity.containers }

        /// How full the host is, by the scarcer of places and memory, in whole eighths.
        var load: UInt8 {
            let places = Double(containers) / Double(max(capacity.containers, 1))
            let memory = Double(memoryBytes) / Double(max(capacity.memoryBytes, 1))
            return UInt8(min(max(places, memory, 0), 1) * 8)
        }
    }

    /// What a search reads of a host that it does not name.
    struct Figures: Sendable {
        var kind: Int32
        var profile: Int32
        var bucket: Int32
        var partyCount: Int
        var freeBytes: Int
        /// In eighths.
        var load: UInt8
        /// In eighths.
        var cost: UInt8
        var isFull: Bool

        init(of entry: Entry) {
            (kind, profile, bucket) = (entry.kind, entry.profile, entry.bucket)
            (partyCount, freeBytes) = (entry.parties.count, entry.freeBytes)
            (load, cost, isFull) = (entry.load, entry.cost, entry.isFull)
        }
    }

    private(set) var entries = Pages<Entry?>()
    /// The figures of the entries; those of a slot that is free mean nothing.
    private(set) var figures = Pages<Figures>()
    private(set) var slots: [HostName: Int32] = [:]
    /// The slots of all hosts, by their names.
    private(set) var slotsByName: [Int32] = []
    /// The buckets' keys.
    private(set) var bucketKeys: [BucketKey] = []
    /// The slots of each bucket's hosts, in no order.
    private(set) var bucketSlots = Pages<[Int32]>()
    private var bucketNumbers: [BucketKey: Int32] = [:]
    private(set) var kinds: [Kind] = []
    private var kindNumbers: [Kind: Int32] = [:]
    private(set) var table = DistanceTable()
    private var profileNumbers: [HostProfile: Int32] = [:]
    private(set) var slotsByParty: TreeDictionary<Party, Set<Int32>> = [:]
    /// The hosts on which a party is alone.
    private(set) var soleSlots: TreeDictionary<Party, Set<Int32>> = [:]
    /// How many containers of each party cannot be moved, on the hosts that have any.
    private(set) var refusers: TreeDictionary<Int32, [Party: Int]> = [:]
    /// What was counted on hosts that are not known yet.
    private var early: [HostName: [Party: [Int]]] = [:]
    private var freeSlots: [Int32] = []

    /// An index of no hosts.
    public init() {}

    /// How many hosts there are.
    public var count: Int { slots.count }

    /// Whether any but a party have containers on a host, or such as move to it.
    public func hasOthers(than party: Party, on host: HostName) -> Bool {
        guard let slot = slots[host], let entry = entries[Int(slot)] else { return false }
        return entry.parties.count > (entry.parties[party] == nil ? 0 : 1)
    }

    // MARK: Changes

    /// A host is there, or has changed.
    public mutating func update(host: Host) {
        let kind = Kind(
            role: host.role, state: host.state, runtimes: host.facts.runtimes.sorted { $0.rawValue < $1.rawValue },
            hasCriu: host.facts.criuVersion != nil, architecture: host.facts.architecture,
            features: host.facts.processorFeatures)
        let kindNumber = number(of: kind)
        let profileNumber = number(of: host.profile)
        if let slot = slots[host.name] {
            change(slot) { entry in
                entry.kind = kindNumber
                entry.profile = profileNumber
                entry.capacity = host.capacity
            }
        } else {
            let entry = Entry(name: host.name, kind: kindNumber, profile: profileNumber, capacity: host.capacity)
            let slot = freeSlots.popLast() ?? Int32(entries.count)
            if Int(slot) == entries.count {
                entries.append(entry)
                figures.append(Figures(of: entry))
            } else {
                entries[Int(slot)] = entry
            }
            slots[host.name] = slot
            slotsByName.insert(slot, at: place(of: host.name))
            enter(slot)
            for (party, sizes) in early.removeValue(forKey: host.name) ?? [:] {
                for bytes in sizes { add(party, memoryBytes: bytes, on: host.name) }
            }
        }
    }

    /// A host is gone.
    public mutating func remove(host name: HostName) {
        guard let slot = slots.removeValue(forKey: name) else { return }
        slotsByName.remove(at: place(of: name))
        leave(slot)
        for party in entries[Int(slot)]?.parties.keys ?? [:].keys {
            slotsByParty[party]?.remove(slot)
            soleSlots[party]?.remove(slot)
        }
        entries[Int(slot)] = nil
        refusers[slot] = nil
        freeSlots.append(slot)
    }

    /// Where a host is, or would be, among all by name.
    private func place(of name: HostName) -> Int {
        var (low, high) = (0, slotsByName.count)
        while low < high {
            let middle = (low + high) / 2
            let other = entries[Int(slotsByName[middle])]?.name
            if let other, other < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// A host carries one container more.
    public mutating func add(_ party: Party, memoryBytes: Int, on host: HostName) {
        guard let slot = slots[host] else {
            early[host, default: [:]][party, default: []].append(memoryBytes)
            return
        }
        setSole(slot, false)
        change(slot) { entry in
            entry.containers += 1
            entry.memoryBytes += memoryBytes
            entry.parties[party, default: 0] += 1
        }
        setSole(slot, true)
        slotsByParty[party, default: []].insert(slot)
    }

    /// A host carries one container less.
    public mutating func remove(_ party: Party, memoryBytes: Int, from host: HostName) {
        guard let slot = slots[host] else {
            if let place = early[host]?[party]?.firstIndex(of: memoryBytes) {
                early[host]?[party]?.remove(at: place)
            }
            return
        }
        setSole(slot, false)
        change(slot) { entry in
            entry.containers -= 1
            entry.memoryBytes -= memoryBytes
            let left = (entry.parties[party] ?? 1) - 1
            entry.parties[party] = left > 0 ? left : nil
        }
        setSole(slot, true)
        if entries[Int(slot)]?.parties[party] == nil { slotsByParty[party]?.remove(slot) }
    }

    /// A container that a known host carries cannot be moved any more, or can be again, or is gone.
    public mutating func setRefusing(_ isRefusing: Bool, _ party: Party, on host: HostName) {
        guard let slot = slots[host] else { return }
        var parties = refusers[slot] ?? [:]
        let count = parties[party, default: 0] + (isRefusing ? 1 : -1)
        parties[party] = count > 0 ? count : nil
        refusers[slot] = parties.isEmpty ? nil : parties
    }

    /// A party beside whose container another's must not come, because that cannot be moved.
    func refuser(on slot: Int32, toward party: Party?) -> Party? {
        refusers[slot]?.keys.filter { $0 != party }.min()
    }

    /// Notes whether a party is alone on a host, before and after its parties change.
    private mutating func setSole(_ slot: Int32, _ isNow: Bool) {
        guard let parties = entries[Int(slot)]?.parties, parties.count == 1, let party = parties.first?.key else {
            return
        }
        if isNow { soleSlots[party, default: []].insert(slot) } else { soleSlots[party]?.remove(slot) }
    }

    /// What a move to a host costs, from 0 to 1; kept in whole eighths.
    public mutating func setCost(_ cost: Double, of host: HostName) {
        guard let slot = slots[host] else { return }
        let eighths = UInt8(min(max(cost, 0), 1) * 8)
        if entries[Int(slot)]?.cost != eighths { change(slot) { $0.cost = eighths } }
    }

    // MARK: Buckets

    private mutating func change(_ slot: Int32, _ body: (inout Entry) -> Void) {
        guard var entry = entries[Int(slot)] else { return }
        body(&entry)
        entries[Int(slot)] = entry
        figures[Int(slot)] = Figures(of: entry)
        guard bucketKeys[Int(entry.bucket)] != Self.key(of: entry) else { return }
        leave(slot)
        enter(slot)
    }

    private mutating func enter(_ slot: Int32) {
        guard var entry = entries[Int(slot)] else { return }
        let key = Self.key(of: entry)
        let bucket = bucketNumbers[key] ?? Int32(bucketKeys.count)
        if bucketNumbers.updateValue(bucket, forKey: key) == nil {
            bucketKeys.append(key)
            bucketSlots.append([])
        }
        entry.bucket = bucket
        entry.place = Int32(bucketSlots[Int(bucket)].count)
        entries[Int(slot)] = entry
        figures[Int(slot)] = Figures(of: entry)
        bucketSlots[Int(bucket)].append(slot)
    }

    private mutating func leave(_ slot: Int32) {
        guard let entry = entries[Int(slot)] else { return }
        let last = bucketSlots[Int(entry.bucket)].removeLast()
        guard last != slot else { return }
        bucketSlots[Int(entry.bucket)][Int(entry.place)] = last
        entries[Int(last)]?.place = entry.place
    }

    private static func key(of entry: Entry) -> BucketKey {
        BucketKey(
            kind: entry.kind, profile: entry.profile, load: entry.load, cost: entry.cost,
            memoryMagnitude: magnitude(of: entry.freeBytes), isFull: entry.isFull, isOccupied: entry.containers > 0)
    }

    /// The number of the highest bit; -1 for nothing.
    static func magnitude(of bytes: Int) -> Int8 {
        bytes > 0 ? Int8(Int.bitWidth - 1 - bytes.leadingZeroBitCount) : -1
    }

    private mutating func number(of kind: Kind) -> Int32 {
        if let number = kindNumbers[kind] { return number }
        let number = Int32(kinds.count)
        kinds.append(kind)
        kindNumbers[kind] = number
        return number
    }

    private mutating func number(of profile: HostProfile) -> Int32 {
        if let number = profileNumbers[profile] { return number }
        let number = Int32(table.profiles.count)
        table = table.adding(profile)
        profileNumbers[profile] = number
        return number
    }
}
