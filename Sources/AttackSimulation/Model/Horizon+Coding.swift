import FleetModel

extension Horizon: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case seconds, stays }

    /// Decodes `{"seconds":3600}` or `{"stays":1}`.
    /// - Throws: `DecodingError` when it is neither.
    public init(from decoder: any Decoder) throws {
        let examples = #"{"seconds":3600}, {"stays":1}"#
        switch try decoder.alternative(of: CodingKeys.self, words: [], examples: examples) {
        case .field(.stays, let fields): self = .stays(try fields.decode(Int.self, forKey: .stays))
        case .field(_, let fields): self = .seconds(try fields.decode(Double.self, forKey: .seconds))
        case .word: preconditionFailure("no horizon is a word")
        }
    }

    /// Encodes an object with the field that it is.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .seconds(let seconds): try fields.encode(seconds, forKey: .seconds)
        case .stays(let stays): try fields.encode(stays, forKey: .stays)
        }
    }
}
