/// Where a container is to go, with everything that led there.
public struct PlacementDecision: Codable, Sendable, Hashable {
    /// The rule that probabilities were made with.
    public var rule: DrawRule
    /// How many hosts could take the container.
    public var candidateCount: Int
    /// Those hosts, in the order in which the draw counts them. In a large fleet only the likeliest and the one drawn; of a
    /// decision that is kept, the likeliest, the least likely and the one drawn.
    public var candidates: [PlacementCandidate]
    /// How all of them are spread, where a decision was kept without some of them.
    public var spread: CandidateSpread?
    /// How many hosts could not take it.
    public var exclusionCount: Int
    /// Those hosts with all the reasons, by name. In a large fleet, and of a decision that is kept, only the first.
    public var exclusions: [PlacementExclusion]
    /// τ after the entropy floor was seen to; `nil` for rules without one.
    public var temperature: Double?
    /// The entropy of the draw in nats, at most ln(candidateCount).
    public var entropy: Double
    /// The number that was drawn, evenly from 0 to below 1: `chosen` is the host in whose part of the summed-up
    /// probabilities it lies. `nil` when there was nothing to draw.
    public var draw: Double?
    /// The host that was drawn; `nil` when there is no candidate.
    public var chosen: HostName?
    /// What an operator should know of this draw.
    public var warnings: [String]

    /// A decision.
    public init(
        rule: DrawRule, candidateCount: Int, candidates: [PlacementCandidate], spread: CandidateSpread? = nil,
        exclusionCount: Int, exclusions: [PlacementExclusion], temperature: Double? = nil, entropy: Double,
        draw: Double? = nil, chosen: HostName?, warnings: [String] = []
    ) {
        self.rule = rule
        self.candidateCount = candidateCount
        self.candidates = candidates
        self.spread = spread
        self.exclusionCount = exclusionCount
        self.exclusions = exclusions
        self.temperature = temperature
        self.entropy = entropy
        self.draw = draw
        self.chosen = chosen
        self.warnings = warnings
    }
}

/// A host that could take a container.
public struct PlacementCandidate: Codable, Sendable, Hashable {
    /// The host.
    public var host: HostName
    /// The probability with which it is drawn; those of all candidates add up to 1.
    public var probability: Double
    /// U, the score.
    public var score: Double
    /// What the score was made of.
    public var terms: PlacementTerms

    /// A host with its chance.
    public init(host: HostName, probability: Double, score: Double, terms: PlacementTerms) {
        self.host = host
        self.probability = probability
        self.score = score
        self.terms = terms
    }
}

/// What a host's score is made of, each from 0 to 1.
public struct PlacementTerms: Codable, Sendable, Hashable {
    /// Δ to the host that the container leaves; `nil` when too little is known, which counts as 0.
    public var heterogeneity: Double?
    /// κ: what an attacker met earlier may know of hosts like it.
    public var knowledge: Double
    /// ℓ: for how long the container's tenant was, or with this stay will have been, beside a tenant of the host; the longest
    /// of them, as a share of the longest of all, from 0 (nobody there but its own group) to 1. A tenant of which little is
    /// known counts as the longest of all.
    public var tenants: Double
    /// How full it is.
    public var load: Double
    /// How long moves to it took, as a share.
    public var cost: Double

    /// Terms.
    public init(
        heterogeneity: Double? = 0, knowledge: Double = 0, tenants: Double = 0, load: Double = 0, cost: Double = 0
    ) {
        self.heterogeneity = heterogeneity
        self.knowledge = knowledge
        self.tenants = tenants
        self.load = load
        self.cost = cost
    }

    /// U = α·Δ − β·κ − γ·ℓ − η·load − ζ·cost.
    public func score(_ weights: TermWeights) -> Double {
        weights.heterogeneity * (heterogeneity ?? 0) - weights.knowledge * knowledge - weights.tenants * tenants
            - weights.load * load - weights.cost * cost
    }
}

/// A host that cannot take a container.
public struct PlacementExclusion: Codable, Sendable, Hashable {
    /// The host.
    public var host: HostName
    /// Everything that stands against it, at least one reason.
    public var reasons: [ExclusionReason]

    /// A host with what stands against it.
    public init(host: HostName, reasons: [ExclusionReason]) {
        self.host = host
        self.reasons = reasons
    }

    /// Whether it could take the container as soon as other relocations have ended.
    public var isTemporary: Bool { reasons == [.relocating] }
}

/// Why a host cannot take a container.
public enum ExclusionReason: Codable, Sendable, Hashable, CustomStringConvertible {
    /// The container is there already.
    case sameHost
    /// An operator has named another host.
    case notRequested
    /// The host is not ready but in this state.
    case notReady(HostState)
    /// The host carries no containers.
    case wrongRole(HostRole)
    /// The host's agent has not this runtime.
    case runtimeMissing(RuntimeKind)
    /// The host cannot restore containers, nor dump them.
    case criuMissing
    /// The host's processors are of this other kind.
    case differentArchitecture(String)
    /// The host's processors lack these features, which the container may be using.
    case processorFeaturesMissing([String])
    /// The host carries as many containers as it may, which is this many.
    case containersFull(limit: Int)
    /// The host has only this much of its memory left for containers, in bytes.
    case memoryFull(freeBytes: Int)
    /// The host carries this tenant or group, beside which the container's tenant must never be, or the other way round.
    case neverBeside(Party)
    /// The host carries a container of this tenant or group that cannot be moved.
    case besideImmovable(Party)
    /// The host carries others' containers, and the container is to be alone.
    case notAlone
    /// The host carries this tenant or group, which is suspected, and there are hosts without it.
    case suspectedTenant(Party)
    /// As many relocations as may run at once come to the host or leave it.
    case relocating

    /// The reason in words.
    public var description: String {
        switch self {
        case .sameHost: "the container is there already"
        case .notRequested: "another host was asked for"
        case .notReady(let state): "it is \(state.rawValue)"
        case .wrongRole(let role): "it is a \(role.rawValue)"
        case .runtimeMissing(let runtime): "its agent cannot run \(runtime.rawValue)"
        case .criuMissing: "it has no CRIU that works"
        case .differentArchitecture(let architecture): "its processors are \(architecture)"
        case .processorFeaturesMissing(let features): "its processors lack \(features.joined(separator: ", "))"
        case .containersFull(let limit): "it carries \(limit) containers, as many as it may"
        case .memoryFull(let free): "it has \(free) bytes of memory left for containers"
        case .neverBeside(let party): "it carries \(party.words), which must not be beside this one"
        case .besideImmovable(let party): "it carries a container of \(party.words) that cannot be moved"
        case .notAlone: "it carries containers of others, and this one is to be alone"
        case .suspectedTenant(let party): "it carries \(party.words), which is suspected"
        case .relocating: "as many containers as may at once are coming to it or leaving it"
        }
    }
}
