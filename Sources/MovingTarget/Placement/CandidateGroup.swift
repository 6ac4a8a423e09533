import FleetModel
import Glibc
import HeapModule

/// Hosts that can take a container and are equal to it: one host, or those of a bucket. A search makes hundreds of them, so it
/// holds no more than the draw needs.
struct CandidateGroup {
    /// Which hosts.
    enum Members {
        case one(Int32)
        /// The bucket's hosts without those that are looked at one by one.
        case bucket(Int32)
    }

    var members: Members
    /// How many hosts.
    var count: Int32
    /// The number of their profile.
    var profile: Int32
    var score: Double
    /// Whether the host carries a suspected tenant, for one host.
    var isSuspect = false
}

/// What a host's score is made of, for one request.
struct Scoring {
    private let request: PlacementRequest
    private let weights: TermWeights
    private let differences: [Double?]
    private let knowledge: [Double]
    /// How many hosts are looked at one by one for whom they carry. In a fleet of many more it is unlikely to meet one of
    /// them again.
    private static let hostLimit = 256

    /// The longest time that the container's party was beside another.
    private let worstSeconds: Double
    /// For how long it was beside the parties that count. Everybody else counts as the worst of them: a name that nobody has
    /// seen before must not be better than one with a record, or an attacker would take a new one for each container.
    let met: [(party: Party, seconds: Double)]
    /// What is known of each host, by its slot: hosts' own parties are many, and their names are long. Empty where nothing is.
    private let records: [Record]
    /// The hosts that carry the container's own party.
    private let ownSlots: Set<Int32>

    /// What is known of the parties of a host.
    private struct Record {
        /// How many of them have a record.
        var count: Int32 = 0
        /// The longest of these times, in seconds.
        var longest = 0.0
    }

    init(_ request: PlacementRequest, in index: PlacementIndex, policy: Policy) {
        self.request = request
        weights = policy.placement.terms
        worstSeconds = request.partySeconds.values.max() ?? 0
        let met = Self.met(request, in: index, worst: worstSeconds)
        self.met = met
        var records = Array(repeating: Record(), count: met.isEmpty ? 0 : index.entries.count)
        for (party, seconds) in met {
            for slot in index.slotsByParty[party] ?? [] {
                records[Int(slot)].count += 1
                records[Int(slot)].longest = max(records[Int(slot)].longest, seconds)
            }
        }
        self.records = records
        ownSlots = request.party.flatMap { index.slotsByParty[$0] } ?? []
        let table = index.table
        let source = Self.profile(of: request.source, in: index)
        differences = table.profiles.indices.map { profile in
            source.map { table[$0, profile].difference(policy.weights) } ?? 0
        }
        knowledge = Self.knowledge(request, in: index, policy: policy)
    }

    /// The terms of the hosts of a group.
    func terms(of group: CandidateGroup, in index: PlacementIndex) -> PlacementTerms {
        switch group.members {
        case .one(let slot): terms(of: index.figures[Int(slot)], at: slot)
        case .bucket(let bucket): terms(of: index.bucketKeys[Int(bucket)])
        }
    }

    /// Δ to hosts with a profile; 0 where too little is known.
    func difference(of profile: Int32) -> Double { differences[Int(profile)] ?? 0 }

    /// The terms of a host of a bucket, on which the container's party was beside nobody it remembers.
    func terms(of key: PlacementIndex.BucketKey) -> PlacementTerms {
        PlacementTerms(
            heterogeneity: differences[Int(key.profile)], knowledge: knowledge[Int(key.profile)],
            tenants: key.isOccupied ? share(of: worstSeconds) : 0, load: Double(key.load) / 8,
            cost: Double(key.cost) / 8)
    }

    /// The terms of one host: ℓ = max over its parties u of (L_u + E[D])/(L_max + E[D]), with L_max for those that have no
    /// record.
    func terms(of figures: PlacementIndex.Figures, at slot: Int32) -> PlacementTerms {
        let strangers = figures.partyCount - (ownSlots.contains(slot) ? 1 : 0)
        let record = records.isEmpty ? Record() : records[Int(slot)]
        let seconds = Int(record.count) < strangers ? worstSeconds : record.longest
        return PlacementTerms(
            heterogeneity: differences[Int(figures.profile)], knowledge: knowledge[Int(figures.profile)],
            tenants: strangers > 0 ? share(of: seconds) : 0, load: Double(figures.load) / 8,
            cost: Double(figures.cost) / 8)
    }

    /// The parties that the container's own was beside for at least an eighth of the longest time, the longest first, as long
    /// as they have few hosts together. A shorter time is no record: whoever was met once would be welcome ever after.
    private static func met(
        _ request: PlacementRequest, in index: PlacementIndex, worst: Double
    ) -> [(party: Party, seconds: Double)] {
        let parties = Array(request.partySeconds.keys)
        var found = Heap<MetParty>()
        for (number, seconds) in request.partySeconds.values.enumerated() where seconds > 0 && seconds * 8 >= worst {
            found.insert(MetParty(number: Int32(number), seconds: seconds))
        }
        var met: [(party: Party, seconds: Double)] = []
        var hosts = 0
        // Few are taken of many; those that are equal, by name.
        while let first = found.popMax() {
            var equals = [parties[Int(first.number)]]
            while let next = found.max, next.seconds == first.seconds {
                found.removeMax()
                equals.append(parties[Int(next.number)])
            }
            for party in equals.sorted() {
                hosts += index.slotsByParty[party]?.count ?? 0
                guard hosts <= Self.hostLimit else { return met }
                met.append((party, first.seconds))
            }
        }
        return met
    }

    /// For how long a party was met, by its number.
    private struct MetParty: Comparable {
        let number: Int32
        let seconds: Double

        static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }
    }

    /// Time beside a party after the stay that begins, as a share of what the worst of them would have. To take a share of
    /// what is remembered instead would let it count for nothing where stays are short.
    private func share(of seconds: Double) -> Double {
        let all = worstSeconds + request.expectedStaySeconds
        return all > 0 ? (seconds + request.expectedStaySeconds) / all : 0
    }

    private static func profile(of host: HostName?, in index: PlacementIndex) -> Int? {
        host.flatMap { index.slots[$0] }.flatMap { index.entries[Int($0)] }.map { Int($0.profile) }
    }

    /// κ_j = 1 − Π_k (1 − ĉ·G(D_k)·s_kj·e^(−age/memory)) with G(D) = 1 − e^(−D/A) and s = 1 − Δ, over the visits k: what an
    /// attacker that was met may have learned, as far as it is of use on hosts like j.
    private static func knowledge(_ request: PlacementRequest, in index: PlacementIndex, policy: Policy) -> [Double] {
        let rules = policy.placement
        var unknown = Array(repeating: 1.0, count: index.table.profiles.count)
        guard rules.attackerShare > 0, rules.terms.knowledge > 0 else { return unknown.map { 1 - $0 } }
        for visit in request.visits {
            guard let profile = profile(of: visit.host, in: index) else { continue }
            let end = min(visit.leftAt ?? request.now, request.now)
            let stay = max(0, end.seconds(since: visit.arrivedAt))
            let age = max(0, request.now.seconds(since: end))
            let learned =
                rules.attackerShare * -expm1(-stay / policy.assumedAttackSeconds) * exp(-age / rules.memorySeconds)
            for other in unknown.indices {
                let alike = 1 - (index.table[profile, other].difference(policy.weights) ?? 0)
                unknown[other] *= 1 - learned * alike
            }
        }
        return unknown.map { 1 - $0 }
    }
}
