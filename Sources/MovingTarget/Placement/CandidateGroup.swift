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
    /// The probability of each of them.
    var probability = 0.0
    /// The suspected tenant that the host carries, for one host.
    var suspect: TenantName?
}

/// What a host's score is made of, for one request.
struct Scoring {
    private let request: PlacementRequest
    private let weights: TermWeights
    private let differences: [Double?]
    private let knowledge: [Double]
    private let strangerFloor: Double
    private let memorySeconds: Double

    init(_ request: PlacementRequest, in index: PlacementIndex, policy: Policy) {
        self.request = request
        weights = policy.placement.terms
        memorySeconds = policy.placement.memorySeconds
        strangerFloor = min(1, request.expectedStaySeconds / memorySeconds)
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
            tenants: key.isOccupied ? strangerFloor : 0, load: Double(key.load) / 8, cost: Double(key.cost) / 8)
    }

    /// The terms of one host: ℓ = max over its tenants u of (L_u + E[D])/W, at most 1.
    func terms(of entry: PlacementIndex.Entry) -> PlacementTerms {
        let strangers = entry.tenants.keys.filter { $0 != request.tenant }
        let longest = strangers.reduce(0.0) { max($0, request.tenantSeconds[$1] ?? 0) }
        let share = strangers.isEmpty ? 0 : min(1, (longest + request.expectedStaySeconds) / memorySeconds)
        return PlacementTerms(
            heterogeneity: differences[Int(entry.profile)], knowledge: knowledge[Int(entry.profile)], tenants: share,
            load: Double(entry.load) / 8, cost: Double(entry.cost) / 8)
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
