/// How the next host is drawn.
///
/// Each host that may take the container gets the score U = α·Δ − β·κ − γ·ℓ − η·load − ζ·cost, every term from 0 to 1:
/// Δ its difference from the host the container leaves; κ what an attacker met earlier may know of hosts like it; ℓ how
/// long the container's tenant was beside the tenants there; how full it is; and how long moves to it took.
public struct PlacementRules: Codable, Sendable, Hashable {
    /// What makes probabilities of the scores.
    public var rule: DrawRule
    /// τ of `softmax` and `balanced`: the lower, the more the score decides. 0.001 to 100.
    public var temperature: Double
    /// The least entropy of a draw, as a share of that of an even draw, 0 to 1. 0 for none.
    public var entropyFloor: Double
    /// No host's probability may exceed this many times that of an even draw, at least 1.
    public var maxShareFactor: Double
    /// How much each term counts.
    public var terms: TermWeights
    /// How far back stays count, in seconds, 60 to a year.
    public var memorySeconds: Double
    /// ĉ: the assumed share of hosts that carry an attacker, 0 to 1. Scales κ.
    public var attackerShare: Double
    /// Whether the clock leaves a container where it is when no container of another tenant shared its host in this stay.
    public var skipIfAlone: Bool
    /// Whether a container may come to a host with another tenant's container that cannot be moved.
    public var besideImmovable: Bool

    /// Rules.
    public init(
        rule: DrawRule = .softmax, temperature: Double = 0.2, entropyFloor: Double = 0.85, maxShareFactor: Double = 2.5,
        terms: TermWeights = TermWeights(), memorySeconds: Double = 3600, attackerShare: Double = 0.1,
        skipIfAlone: Bool = false, besideImmovable: Bool = false
    ) {
        self.rule = rule
        self.temperature = temperature
        self.entropyFloor = entropyFloor
        self.maxShareFactor = maxShareFactor
        self.terms = terms
        self.memorySeconds = memorySeconds
        self.attackerShare = attackerShare
        self.skipIfAlone = skipIfAlone
        self.besideImmovable = besideImmovable
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        try Policy.check(temperature, in: 0.001...100, "placement.temperature")
        try Policy.check(entropyFloor, in: 0...1, "placement.entropyFloor")
        try Policy.check(maxShareFactor, in: 1...1_000_000, "placement.maxShareFactor")
        try Policy.check(memorySeconds, in: 60...DwellBounds.longestSeconds, "placement.memorySeconds")
        try Policy.check(attackerShare, in: 0...1, "placement.attackerShare")
        try terms.validate()
    }
}

/// What makes probabilities of scores.
public enum DrawRule: String, Codable, Sendable, CaseIterable {
    /// P ∝ e^(U/τ): of all draws with the same mean score the least predictable.
    case softmax
    /// P ∝ Δ: the paper's "the higher, the more likely".
    case roulette
    /// P ∝ e^(Δ/τ), scaled so that over time every host is visited equally often (Sinkhorn): an attacker gains nothing by
    /// waiting on popular hosts.
    case balanced
    /// Always a host with the greatest Δ. Predictable: for experiments.
    case mostDifferent
    /// Always a host with the smallest Δ. Predictable: for experiments.
    case leastDifferent
    /// All hosts alike.
    case uniform
}

/// How much each term of a host's score counts, 0 to 10.
public struct TermWeights: Codable, Sendable, Hashable {
    /// α, of the difference Δ.
    public var heterogeneity: Double
    /// β, of what attackers may know, κ.
    public var knowledge: Double
    /// γ, of time spent with the tenants there, ℓ.
    public var tenants: Double
    /// η, of how full the host is.
    public var load: Double
    /// ζ, of how long moves to the host took.
    public var cost: Double

    /// Weights; starting values, not tuned.
    public init(
        heterogeneity: Double = 1, knowledge: Double = 0.5, tenants: Double = 0.5, load: Double = 0.2,
        cost: Double = 0.1
    ) {
        self.heterogeneity = heterogeneity
        self.knowledge = knowledge
        self.tenants = tenants
        self.load = load
        self.cost = cost
    }

    func validate() throws {
        for (field, value) in [
            ("heterogeneity", heterogeneity), ("knowledge", knowledge), ("tenants", tenants), ("load", load),
            ("cost", cost),
        ] {
            try Policy.check(value, in: 0...10, "placement.terms.\(field)")
        }
    }
}

extension PlacementRules {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case rule, temperature, entropyFloor, maxShareFactor, terms, memorySeconds, attackerShare, skipIfAlone
        case besideImmovable
    }

    /// Decodes rules; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = PlacementRules()
        rule = try fields.value(.rule, or: defaults.rule)
        temperature = try fields.value(.temperature, or: defaults.temperature)
        entropyFloor = try fields.value(.entropyFloor, or: defaults.entropyFloor)
        maxShareFactor = try fields.value(.maxShareFactor, or: defaults.maxShareFactor)
        terms = try fields.value(.terms, or: defaults.terms)
        memorySeconds = try fields.value(.memorySeconds, or: defaults.memorySeconds)
        attackerShare = try fields.value(.attackerShare, or: defaults.attackerShare)
        skipIfAlone = try fields.value(.skipIfAlone, or: defaults.skipIfAlone)
        besideImmovable = try fields.value(.besideImmovable, or: defaults.besideImmovable)
    }
}

extension TermWeights {
    private enum CodingKeys: String, CodingKey, CaseIterable { case heterogeneity, knowledge, tenants, load, cost }

    /// Decodes weights; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = TermWeights()
        heterogeneity = try fields.value(.heterogeneity, or: defaults.heterogeneity)
        knowledge = try fields.value(.knowledge, or: defaults.knowledge)
        tenants = try fields.value(.tenants, or: defaults.tenants)
        load = try fields.value(.load, or: defaults.load)
        cost = try fields.value(.cost, or: defaults.cost)
    }
}
