import FleetModel

extension SimulatedFleet: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case synthetic, hosts }

    /// Decodes `{"synthetic":{…}}` or `{"hosts":[…]}`.
    /// - Throws: `DecodingError` when it is neither.
    public init(from decoder: any Decoder) throws {
        let examples = #"{"synthetic":{"hosts":30}}, {"hosts":[…]}"#
        switch try decoder.alternative(of: CodingKeys.self, words: [], examples: examples) {
        case .field(.hosts, let fields): self = .hosts(try fields.decode([SimulatedHost].self, forKey: .hosts))
        case .field(_, let fields): self = .synthetic(try fields.decode(SyntheticFleet.self, forKey: .synthetic))
        case .word: preconditionFailure("no fleet is a word")
        }
    }

    /// Encodes an object with the field that it is.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .synthetic(let fleet): try fields.encode(fleet, forKey: .synthetic)
        case .hosts(let hosts): try fields.encode(hosts, forKey: .hosts)
        }
    }
}
