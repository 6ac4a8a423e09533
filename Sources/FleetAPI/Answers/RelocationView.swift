import FleetModel

/// A relocation with the decision that it follows.
public struct RelocationView: Codable, Sendable, Equatable {
    /// The relocation.
    public var relocation: Relocation
    /// What led to its destination; `nil` while there is none.
    public var decision: PlacementDecision?

    private enum CodingKeys: CodingKey { case decision }

    /// A relocation.
    public init(relocation: Relocation, decision: PlacementDecision?) {
        self.relocation = relocation
        self.decision = decision
    }

    /// Decodes both from one object.
    public init(from decoder: any Decoder) throws {
        relocation = try Relocation(from: decoder)
        decision = try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent(PlacementDecision.self, forKey: .decision)
    }

    /// Encodes both into one object.
    public func encode(to encoder: any Encoder) throws {
        try relocation.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(decision, forKey: .decision)
    }
}
