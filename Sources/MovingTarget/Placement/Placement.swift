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
    private let scoring: Scoring
    let law: DrawLaw
    private(set) var groups: [CandidateGroup] = []
    private var warnings: [String]
    private var exclusions: [PlacementExclusion] = []
    /// The hosts that were looked at one by one, where not all were.
    private let singles: SlotSet
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
        self.scoring = scoring
        let singles =
            isInFull ? SlotSet(of: 0) : Self.special(request, met: scoring.met.lazy.map(\.party), in: index)
        self.singles = singles
        let slots = isInFull ? index.slotsByName : singles.inOrder
        var found: [CandidateGroup] = []
        found.reserveCapacity(slots.count + (isInFull ? 0 : index.bucketKeys.count))
        for slot in slots {
            let figures = index.figures[Int(slot)]
            guard feasibility.canTake(slot, figures) else {
                guard let entry = index.entries[Int(slot)] else { continue }
                let reasons = feasibility.reasons(against: entry)
                exclusions.append(PlacementExclusion(host: entry.name, reasons: reasons))
                if reasons == [.relocating] { isBusyOnly = true }
                continue
            }
            found.append(
                CandidateGroup(
                    members: .one(slot), count: 1, profile: figures.profile,
                    score: scoring.terms(of: figures, at: slot).score(rules.terms),
                    isSuspect: Self.suspect(request, slot, in: index) != nil))
        }
        if !isInFull { Self.addBuckets(to: &found, singles, feasibility, scoring, rules.terms, index) }
        (groups, warnings) = Self.withoutSuspects(request, found, index, &exclusions)
        count = groups.reduce(0) { $0 + Int($1.count) }
        let source = request.source.flatMap { index.slots[$0] }.flatMap { index.entries[Int($0)] }
        law = DrawLaw(
            rules, of: groups, scoring, source: source.map { Int($0.profile) }, table: index.table,
            weights: policy.weights)
        warnings += law.warnings
    }

    /// Who is suspected of those that a host carries.
    private static func suspect(
        _ request: PlacementRequest, _ slot: Int32, in index: PlacementIndex
    ) -> Party? {
        request.suspects.isEmpty ? nil : request.suspects.first { index.entries[Int(slot)]?.parties[$0] != nil }
    }

    /// The hosts of which the request says something.
    private static func special(
        _ request: PlacementRequest, met: some Sequence<Party>, in index: PlacementIndex
    ) -> SlotSet {
        var slots = SlotSet(of: index.entries.count)
        if let requested = request.requested {
            if let slot = index.slots[requested] { slots.insert(slot) }
            return slots
        }
        slots.insert(request.busy.lazy.compactMap { index.slots[$0] })
        if let source = request.source.flatMap({ index.slots[$0] }) { slots.insert(source) }
        for party in request.neverBeside.union(request.suspects) { slots.insert(index.slotsByParty[party] ?? []) }
        if !request.besideImmovable { slots.insert(index.refusers.keys) }
        // Where the container's own party is alone there is nobody else; elsewhere it makes no difference.
        if let party = request.party { slots.insert(index.soleSlots[party] ?? []) }
        for party in met { slots.insert(index.slotsByParty[party] ?? []) }
        return slots
    }

    private static func addBuckets(
        to found: inout [CandidateGroup], _ singles: SlotSet, _ feasibility: Feasibility, _ scoring: Scoring,
        _ weights: TermWeights, _ index: PlacementIndex
    ) {
        var missing = Array(repeating: 0, count: index.bucketKeys.count)
        for slot in singles.members { missing[Int(index.figures[Int(slot)].bucket)] += 1 }
        for number in index.bucketKeys.indices where index.bucketSlots[number].count > missing[number] {
            let key = index.bucketKeys[number]
            let standing = feasibility.standing(of: key)
            if case .none = standing { continue }
            let score = scoring.terms(of: key).score(weights)
            if case .all = standing {
                found.append(
                    CandidateGroup(
                        members: .bucket(Int32(number)),
                        count: Int32(index.bucketSlots[number].count - missing[number]), profile: key.profile,
                        score: score))
                continue
            }
            for slot in index.bucketSlots[number] where !singles.contains(slot) {
                guard feasibility.canTake(slot, index.figures[Int(slot)]) else { continue }
                found.append(CandidateGroup(members: .one(slot), count: 1, profile: key.profile, score: score))
            }
        }
    }

    /// Hosts with a suspected tenant are put aside as long as there are others.
    private static func withoutSuspects(
        _ request: PlacementRequest, _ found: [CandidateGroup], _ index: PlacementIndex,
        _ exclusions: inout [PlacementExclusion]
    ) -> ([CandidateGroup], warnings: [String]) {
        let suspects = found.filter(\.isSuspect).compactMap { group -> (host: HostName, party: Party)? in
            guard case .one(let slot) = group.members, let host = index.entries[Int(slot)]?.name else { return nil }
            return suspect(request, slot, in: index).map { (host, $0) }
        }
        guard !suspects.isEmpty else { return (found, []) }
        let clean = found.filter { !$0.isSuspect }
        guard !clean.isEmpty else {
            let parties = Set(suspects.map(\.party)).sorted().map { "'\($0)'" }.joined(separator: ", ")
            return (found, ["every host that can take the container carries a suspected tenant: \(parties)"])
        }
        for (host, party) in suspects {
            exclusions.append(PlacementExclusion(host: host, reasons: [.suspectedTenant(party)]))
        }
        return (clean, [])
    }

    // MARK: The decision

    /// The law of the draw.
    var chances: PlacementLaw {
        var candidates: [PlacementCandidate] = []
        candidates.reserveCapacity(count)
        for (number, group) in groups.enumerated() {
            let terms = scoring.terms(of: group, in: index)
            for slot in slots(of: group) {
                guard let entry = index.entries[Int(slot)] else { continue }
                candidates.append(
                    PlacementCandidate(
                        host: entry.name, probability: law.probabilities[number], score: group.score, terms: terms))
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
        for slot in index.entries.indices where !singles.contains(Int32(slot)) {
            guard exclusions.count < limit else { return }
            guard let entry = index.entries[slot] else { continue }
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
            let place = min(Int((draw - sum) / law.probabilities[number]), Int(groups[number].count) - 1)
            return name(of: place, in: groups[number]).map { ($0, number) }
        }
        // Rounding has left nothing of the sum.
        return last.flatMap { number in
            name(of: Int(groups[number].count) - 1, in: groups[number]).map { ($0, number) }
        }
    }

    func name(of place: Int, in group: CandidateGroup) -> HostName? {
        switch group.members {
        case .one(let slot): return index.entries[Int(slot)]?.name
        case .bucket(let bucket):
            let slots = index.bucketSlots[Int(bucket)]
            if Int(group.count) == slots.count { return index.entries[Int(slots[place])]?.name }
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
            for place in 0..<min(Int(group.count), max(0, limit - listed.count)) {
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
            host: name, probability: law.probabilities[number], score: group.score,
            terms: scoring.terms(of: group, in: index))
    }

    /// The groups with the highest probabilities that hold at least so many hosts, and the one that was drawn from.
    private func likeliest(_ limit: Int, _ chosen: Int?) -> [Int] {
        let probabilities = law.probabilities
        var best: [Int] = []
        var hosts = 0
        // Of the last that is kept, once there are enough.
        var least = -Double.infinity
        for number in groups.indices where probabilities[number] > least {
            let probability = probabilities[number]
            best.insert(number, at: best.firstIndex { probabilities[$0] < probability } ?? best.count)
            hosts += Int(groups[number].count)
            while let last = best.last, hosts - Int(groups[last].count) >= limit {
                hosts -= Int(groups[last].count)
                best.removeLast()
            }
            if hosts >= limit, let last = best.last { least = probabilities[last] }
        }
        if let chosen, !best.contains(chosen) { best.append(chosen) }
        return best.sorted()
    }
}
