import FleetModel

/// A relocation as its page shows it: with the decision that it follows.
struct RelocationOnWire: Decodable, Sendable {
    /// The relocation.
    let relocation: Relocation
    /// What led to its destination; `nil` while there is none.
    let decision: PlacementDecision?

    private enum Keys: CodingKey { case decision }

    /// Decodes both from one object.
    init(from decoder: any Decoder) throws {
        relocation = try Relocation(from: decoder)
        decision = try decoder.container(keyedBy: Keys.self).decodeIfPresent(PlacementDecision.self, forKey: .decision)
    }
}
