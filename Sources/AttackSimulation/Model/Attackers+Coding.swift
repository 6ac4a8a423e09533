import FleetModel

extension Attackers.Positions: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case distinct, independent, mostVisited, tenants }

    /// Decodes `"distinct"`, `"independent"`, `{"mostVisited":{"observedMoves":1000}}` or `{"tenants":["a"]}`.
    /// - Throws: `DecodingError` when it is none of them.
    public init(from decoder: any Decoder) throws {
        let examples = #""distinct", "independent", {"mostVisited":{"observedMoves":1000}}, {"tenants":["a"]}"#
        switch try decoder.alternative(of: CodingKeys.self, words: [.distinct, .independent], examples: examples) {
        case .word(.independent): self = .independent
        case .word: self = .distinct
        case .field(.tenants, let fields): self = .tenants(try fields.decode([TenantName].self, forKey: .tenants))
        case .field(_, let fields):
            self = .mostVisited(observedMoves: try decoder.figure("observedMoves", of: .mostVisited, in: fields))
        }
    }

    /// Encodes a word, or an object with the field that it is.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .distinct: try CodingKeys.distinct.stringValue.encode(to: encoder)
        case .independent: try CodingKeys.independent.stringValue.encode(to: encoder)
        case .mostVisited(let observedMoves):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(["observedMoves": observedMoves], forKey: .mostVisited)
        case .tenants(let tenants):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(tenants, forKey: .tenants)
        }
    }
}

extension Attackers.Pursuit: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case sit, chase }

    /// Decodes `"sit"` or `{"chase":{"meanSeconds":60}}`.
    /// - Throws: `DecodingError` when it is neither.
    public init(from decoder: any Decoder) throws {
        let examples = #""sit", {"chase":{"meanSeconds":60}}"#
        switch try decoder.alternative(of: CodingKeys.self, words: [.sit], examples: examples) {
        case .word: self = .sit
        case .field(_, let fields):
            self = .chase(meanSeconds: try decoder.figure("meanSeconds", of: .chase, in: fields))
        }
    }

    /// Encodes a word, or an object with the field that it is.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .sit: try CodingKeys.sit.stringValue.encode(to: encoder)
        case .chase(let meanSeconds):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(["meanSeconds": meanSeconds], forKey: .chase)
        }
    }
}

extension ExploitReuse: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case never, attribute, power, exponential }

    /// Decodes `"never"`, `"attribute"`, `{"power":{"exponent":1}}` or `{"exponential":{"rate":3}}`.
    /// - Throws: `DecodingError` when it is none of them.
    public init(from decoder: any Decoder) throws {
        let examples = #""never", "attribute", {"power":{"exponent":1}}, {"exponential":{"rate":3}}"#
        switch try decoder.alternative(of: CodingKeys.self, words: [.never, .attribute], examples: examples) {
        case .word(.attribute): self = .attribute
        case .word: self = .never
        case .field(.power, let fields):
            self = .power(exponent: try decoder.figure("exponent", of: .power, in: fields))
        case .field(_, let fields):
            self = .exponential(rate: try decoder.figure("rate", of: .exponential, in: fields))
        }
    }

    /// Encodes a word, or an object with the field that it is.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .never: try CodingKeys.never.stringValue.encode(to: encoder)
        case .attribute: try CodingKeys.attribute.stringValue.encode(to: encoder)
        case .power(let exponent):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(["exponent": exponent], forKey: .power)
        case .exponential(let rate):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(["rate": rate], forKey: .exponential)
        }
    }
}
