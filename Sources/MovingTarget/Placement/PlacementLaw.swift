import FleetModel

/// The chances of every host that can take a container, however large the fleet: a `PlacementDecision` before the draw,
/// without what stands against the other hosts.
///
/// Whoever draws again and again with nothing else changed, as a simulator does, needs to work this out only once.
public struct PlacementLaw: Sendable, Hashable {
    /// The hosts in the order in which the draw counts them: the one is taken in whose part of the summed-up probabilities
    /// the number lies that is drawn.
    public var candidates: [PlacementCandidate]
    /// The entropy of the draw in nats, at most ln(count of candidates).
    public var entropy: Double
    /// Whether the hosts' scores had a part in their chances. Where they had none, the chances do not depend on where the
    /// container was before, nor beside whom.
    public var usesScores: Bool

    /// Chances.
    public init(candidates: [PlacementCandidate], entropy: Double, usesScores: Bool) {
        self.candidates = candidates
        self.entropy = entropy
        self.usesScores = usesScores
    }
}
