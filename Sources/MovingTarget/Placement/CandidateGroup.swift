import FleetModel
import Glibc

/// Hosts that can take a container and are equal to it: one host, or those of a bucket.
struct CandidateGroup {
    /// Which hosts.
    enum Members {
        case one(Int32)
        /// The bucket's hosts without those that are looked at one by one.
        case bucket(Int32)
    }

    var members: Members
    /// How many hosts.
    var count: Int
    /// The number of their profile.
    var profile: Int
    var terms: PlacementTerms
    var score: Double
    /// The suspected tenant that the host carries, for one host.
    var suspect: TenantName?
}

/// What a host's score is made of, for one request.
struct Scoring {
    private let request: PlacementRequest
    private let weights: TermWeights
    private let differences: [Double?]
    private let knowledge: [Double]
    /// How many hosts are looked at one by one for the tenants they carry. In a fleet of many more it is unlikely to meet one of
    /// them again.
    private static let hostLimit = 256

    /// The longest time that the container's tenant was beside another.
    private let worstSeconds: Double
    /// For how long it was beside the tenants that count. Hosts of all others are as those of strangers, and not looked at one
    /// by one.
    let met: [TenantName: Double]
    /// The longest of these times on each host that carries one of them: hosts' own tenants are many, and their names are long.
    private let longest: [Int32: Double]
    /// The hosts that carry the container's own tenant.
    private let ownSlots: Set<Int32>

    init(_ request: PlacementRequest, in index: PlacementIndex, policy: Policy) {
        self.request = request
        weights = policy.placement.terms
        worstSeconds = request.tenantSeconds.values.max() ?? 0
        let met = Self.met(request, in: index, worst: worstSeconds)
        self.met = met
        longest = met.reduce(into: [:]) { longest, entry in
            for slot in index.slotsByTenant[entry.key] ?? [] { longest[slot] = max(longest[slot] ?? 0, entry.value) }
        }
        ownSlots = request.tenant.flatMap { index.slotsByTenant[$0] } ?? []
        let table = index.table
        let source = Self.profile(of: request.source, in: index)
        differences = table.profiles.indices.map { profile in
            source.map { table[$0, profile].difference(policy.weights) } ?? 0
        }
        knowledge = Self.knowledge(request, in: index, policy: policy)
    }

    /// The terms of a host of a bucket on which the container's tenant was beside nobody it remembers.
    func terms(of key: PlacementIndex.BucketKey) -> PlacementTerms {
        PlacementTerms(
            heterogeneity: differences[Int(key.profile)], knowledge: knowledge[Int(key.profile)],
            tenants: key.isOccupied ? share(of: 0) : 0, load: Double(key.load) / 8, cost: Double(key.cost) / 8)
    }

    /// The terms of one host: ℓ = max over its tenants u of (L_u + E[D])/(L_max + E[D]).
    func terms(of entry: PlacementIndex.Entry, at slot: Int32) -> PlacementTerms {
        let isShared = entry.tenants.count > (ownSlots.contains(slot) ? 1 : 0)
        let share = isShared ? share(of: longest[slot] ?? 0) : 0
        return PlacementTerms(
            heterogeneity: differences[Int(entry.profile)], knowledge: knowledge[Int(entry.profile)], tenants: share,
            load: Double(entry.load) / 8, cost: Double(entry.cost) / 8)
    }

    /// The tenants that the container's own was beside for at least an eighth of the longest time, the longest first, as long
    /// as they have few hosts together.
    private static func met(
        _ request: PlacementRequest, in index: PlacementIndex, worst: Double
    ) -> [TenantName: Double] {
        let found = request.tenantSeconds.lazy.filter { $0.value > 0 && $0.value * 8 >= worst }
        var met: [TenantName: Double] = [:]
        var hosts = 0
        for (tenant, seconds) in found.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
            hosts += index.slotsByTenant[tenant]?.count ?? 0
            guard hosts <= Self.hostLimit else { break }
            met[tenant] = seconds
        }
        return met
    }

    /// Time beside a tenant after the stay that begins, as a share of what the worst of them would have. To take a share of
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
