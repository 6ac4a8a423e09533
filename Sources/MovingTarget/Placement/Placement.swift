import FleetModel
import Glibc

/// Chooses a host: first those that cannot take the container are put aside, then the others get scores, the scores become
/// probabilities, and one is drawn.
///
/// The generator should be a cryptographic one: the draw is the only thing that an attacker who knows everything else
/// does not know. Among many hosts only those of which the request says something are looked at one by one.
public enum Placement {
    /// Chooses a host for a container.
    /// - Parameter listing: which candidates the decision is to name.
    public static func decide(
        _ request: PlacementRequest, in index: PlacementIndex, policy: Policy, listing: CandidateListing = .likeliest,
        using generator: inout some RandomNumberGenerator
    ) -> PlacementOutcome {
        var search = search(request, in: index, policy: policy)
        let draw = search.count > 0 ? Double(generator.next() >> 11) * 0x1p-53 : nil
        return search.outcome(draw: draw, listing)
    }

    /// What the draw would be like, without drawing.
    public static func probabilities(
        _ request: PlacementRequest, in index: PlacementIndex, policy: Policy
    ) -> PlacementDecision {
        var search = search(request, in: index, policy: policy)
        return search.outcome(draw: nil, .likeliest).decision
    }

    /// The chances of all hosts that can take the container, without drawing.
    public static func law(
        _ request: PlacementRequest, in index: PlacementIndex, policy: Policy
    ) -> PlacementLaw {
        search(request, in: index, policy: policy).chances
    }

    private static func search(_ request: PlacementRequest, in index: PlacementIndex, policy: Policy) -> Search {
        Search(request, in: index, policy: policy, isInFull: index.count <= CandidateListing.fleetInFull)
    }
}

/// One search for a host.
struct Search {
    private let request: PlacementRequest
    private let index: PlacementIndex
    private let rules: PlacementRules
    let isInFull: Bool
    private let feasibility: Feasibility
    let law: DrawLaw
    private(set) var groups: [CandidateGroup] = []
    private var warnings: [String]
    private var exclusions: [PlacementExclusion] = []
    /// The hosts that were looked at one by one, and how many of each bucket they are.
    private var singles: Set<Int32> = []
    private var isBusyOnly = false

    /// How many hosts can take the container.
    private(set) var count: Int

    /// - Parameter isInFull: whether every host is looked at one by one, by name.
    init(_ request: PlacementRequest, in index: PlacementIndex, policy: Policy, isInFull: Bool) {
        self.request = request
        self.index = index
        rules = policy.placement
        self.isInFull = isInFull
        feasibility = Feasibility(request, in: index)
        let scoring = Scoring(request, in: index, policy: policy)
        let slots =
            isInFull
            ? index.slotsByName
            : Array(Self.special(request, met: scoring.met, in: index)).sorted()
        var found: [CandidateGroup] = []
        for slot in slots {
            guard let entry = index.entries[Int(slot)] else { continue }
            singles.insert(slot)
            let reasons = feasibility.reasons(against: entry)
            guard reasons.isEmpty else {
                exclusions.append(PlacementExclusion(host: entry.name, reasons: reasons))
                if reasons == [.relocating] { isBusyOnly = true }
                continue
            }
            let terms = scoring.terms(of: entry, at: slot)
            found.append(
                CandidateGroup(
                    members: .one(slot), count: 1, profile: Int(entry.profile), terms: terms,
                    score: terms.score(rules.terms), suspect: request.avoidTenants.first { entry.tenants[$0] != nil }))
        }
        if !isInFull { Self.addBuckets(to: &found, singles, feasibility, scoring, rules.terms, index) }
        (groups, warnings) = Self.withoutSuspects(found, index, &exclusions)
        count = groups.reduce(0) { $0 + $1.count }
        let source = request.source.flatMap { index.slots[$0] }.flatMap { index.entries[Int($0)] }
        law = DrawLaw(
            rules, of: groups, source: source.map { Int($0.profile) }, table: index.table, weights: policy.weights)
        warnings += law.warnings
    }

    /// The hosts of which the request says something.
    private static func special(
        _ request: PlacementRequest, met: [TenantName: Double], in index: PlacementIndex
    ) -> Set<Int32> {
        if let requested = request.requested { return Set([index.slots[requested]].compactMap(\.self)) }
        var slots = Set(request.busy.compactMap { index.slots[$0] })
        if let source = request.source.flatMap({ index.slots[$0] }) { slots.insert(source) }
        for tenant in request.neverBeside.union(request.avoidTenants) {
            slots.formUnion(index.slotsByTenant[tenant] ?? [])
        }
        // Where the container's own tenant is alone there is nobody else; elsewhere it makes no difference.
        if let tenant = request.tenant { slots.formUnion(index.soleSlots[tenant] ?? []) }
        for tenant in met.keys { slots.formUnion(index.slotsByTenant[tenant] ?? []) }
        return slots
    }

    private static func addBuckets(
        to found: inout [CandidateGroup], _ singles: Set<Int32>, _ feasibility: Feasibility, _ scoring: Scoring,
        _ weights: TermWeights, _ index: PlacementIndex
    ) {
        var missing = Array(repeating: 0, count: index.bucketKeys.count)
        for slot in singles { if let entry = index.entries[Int(slot)] { missing[Int(entry.bucket)] += 1 } }
        found.reserveCapacity(found.count + index.bucketKeys.count)
        for number in index.bucketKeys.indices where index.bucketSlots[number].count > missing[number] {
            let key = index.bucketKeys[number]
            let standing = feasibility.standing(of: key)
            if case .none = standing { continue }
            let terms = scoring.terms(of: key)
            let score = terms.score(weights)
            let profile = Int(key.profile)
            if case .all = standing {
                found.append(
                    CandidateGroup(
                        members: .bucket(Int32(number)), count: index.bucketSlots[number].count - missing[number],
                        profile: profile,
                        terms: terms, score: score))
                continue
            }
            for slot in index.bucketSlots[number] where !singles.contains(slot) {
                guard let entry = index.entries[Int(slot)], feasibility.reasons(against: entry).isEmpty else {
                    continue
                }
                found.append(
                    CandidateGroup(members: .one(slot), count: 1, profile: profile, terms: terms, score: score))
            }
        }
    }

    /// Hosts with a suspected tenant are put aside as long as there are others.
    private static func withoutSuspects(
        _ found: [CandidateGroup], _ index: PlacementIndex, _ exclusions: inout [PlacementExclusion]
    ) -> ([CandidateGroup], warnings: [String]) {
        let clean = found.filter { $0.suspect == nil }
        guard clean.count < found.count else { return (found, []) }
        guard !clean.isEmpty else {
            let tenants = Set(found.compactMap(\.suspect)).sorted().map { "'\($0)'" }.joined(separator: ", ")
            return (found, ["every host that can take the container carries a suspected tenant: \(tenants)"])
        }
        for group in found {
            guard let suspect = group.suspect, case .one(let slot) = group.members,
                let entry = index.entries[Int(slot)]
            else { continue }
            exclusions.append(PlacementExclusion(host: entry.name, reasons: [.suspectedTenant(suspect)]))
        }
        return (clean, [])
    }

    // MARK: The decision

    /// The law of the draw.
    var chances: PlacementLaw {
        var candidates: [PlacementCandidate] = []
        candidates.reserveCapacity(count)
        for (number, group) in groups.enumerated() {
            for slot in slots(of: group) {
                guard let entry = index.entries[Int(slot)] else { continue }
                candidates.append(
                    PlacementCandidate(
                        host: entry.name, probability: law.probabilities[number], score: group.score, terms: group.terms
                    ))
            }
        }
        return PlacementLaw(candidates: candidates, entropy: law.entropy, usesScores: law.usesScores)
    }

    private func slots(of group: CandidateGroup) -> [Int32] {
        switch group.members {
        case .one(let slot): [slot]
        case .bucket(let bucket): index.bucketSlots[Int(bucket)].filter { !singles.contains($0) }
        }
    }

    /// The decision, with the host in whose part of the summed-up probabilities a drawn number lies.
    mutating func outcome(draw: Double?, _ listing: CandidateListing) -> PlacementOutcome {
        let exclusionLimit = exclusionLimit(listing)
        if count == 1 || count == 2 {
            warnings.append(
                "only \(count) \(count == 1 ? "host" : "hosts") can take the container: an attacker on one of them is met "
                    + "with a probability of at least \(count == 1 ? "1" : "one half")")
        }
        let chosen = draw.flatMap { pick($0) }
        if count == 0, !isInFull { nameSomeMore(upTo: exclusionLimit) }
        exclusions.sort { $0.host < $1.host }
        let excluded = index.count - count
        let named = named(chosen, listing)
        let decision = PlacementDecision(
            rule: rules.rule, candidateCount: count, candidates: named.candidates, spread: named.spread,
            exclusionCount: excluded, exclusions: Array(exclusions.prefix(exclusionLimit)),
            temperature: law.temperature, entropy: law.entropy, draw: draw, chosen: chosen?.name, warnings: warnings)
        return PlacementOutcome(decision: decision, isTemporary: count == 0 && isBusyOnly)
    }

    /// Says of some more hosts what stands against them, where nothing else would explain why there is none.
    private mutating func nameSomeMore(upTo limit: Int) {
        for case let entry? in index.entries.elements where !singles.contains(index.slots[entry.name] ?? -1) {
            guard exclusions.count < limit else { return }
            exclusions.append(PlacementExclusion(host: entry.name, reasons: feasibility.reasons(against: entry)))
        }
    }

    private func pick(_ draw: Double) -> (name: HostName, group: Int)? {
        var sum = 0.0
        var last: Int?
        for number in groups.indices where law.probabilities[number] > 0 {
            let share = Double(groups[number].count) * law.probabilities[number]
            last = number
            guard draw < sum + share else {
                sum += share
                continue
            }
            let place = min(Int((draw - sum) / law.probabilities[number]), groups[number].count - 1)
            return name(of: place, in: groups[number]).map { ($0, number) }
        }
        // Rounding has left nothing of the sum.
        return last.flatMap { number in
            name(of: groups[number].count - 1, in: groups[number]).map { ($0, number) }
        }
    }

    func name(of place: Int, in group: CandidateGroup) -> HostName? {
        switch group.members {
        case .one(let slot): return index.entries[Int(slot)]?.name
        case .bucket(let bucket):
            let slots = index.bucketSlots[Int(bucket)]
            if group.count == slots.count { return index.entries[Int(slots[place])]?.name }
            var left = place
            for slot in slots where !singles.contains(slot) {
                if left == 0 { return index.entries[Int(slot)]?.name }
                left -= 1
            }
            return nil
        }
    }

    /// The likeliest candidates and the chosen one, in the order of the draw.
    func list(_ chosen: (name: HostName, group: Int)?, atMost limit: Int) -> [PlacementCandidate] {
        var listed: [PlacementCandidate] = []
        for number in count > limit ? likeliest(limit, chosen?.group) : Array(groups.indices) {
            let group = groups[number]
            var isChosenListed = chosen?.group != number
            for place in 0..<min(group.count, max(0, limit - listed.count)) {
                guard let name = name(of: place, in: group) else { continue }
                if name == chosen?.name { isChosenListed = true }
                listed.append(candidate(name, of: number))
            }
            if !isChosenListed, let chosen { listed.append(candidate(chosen.name, of: number)) }
        }
        return listed
    }

    func candidate(_ name: HostName, of number: Int) -> PlacementCandidate {
        let group = groups[number]
        return PlacementCandidate(
            host: name, probability: law.probabilities[number], score: group.score, terms: group.terms)
    }

    /// The groups with the highest probabilities that hold at least so many hosts, and the one that was drawn from.
    private func likeliest(_ limit: Int, _ chosen: Int?) -> [Int] {
        var best: [Int] = []
        var hosts = 0
        for number in groups.indices {
            let probability = law.probabilities[number]
            if hosts >= limit, let last = best.last, law.probabilities[last] >= probability { continue }
            best.insert(number, at: best.firstIndex { law.probabilities[$0] < probability } ?? best.count)
            hosts += groups[number].count
            while let last = best.last, hosts - groups[last].count >= limit {
                hosts -= groups[last].count
                best.removeLast()
            }
        }
        if let chosen, !best.contains(chosen) { best.append(chosen) }
        return best.sorted()
    }
}
