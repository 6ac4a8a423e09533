import FleetModel

extension AttackDuration: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case law, seconds, shape, mean, from, to, median, deviation
    }

    private enum Law: String, Codable, CaseIterable {
        case fixed, gamma, logUniform, lognormal, never

        var keys: [CodingKeys] {
            switch self {
            case .fixed: [.law, .seconds]
            case .gamma: [.law, .shape, .mean]
            case .logUniform: [.law, .from, .to]
            case .lognormal: [.law, .median, .deviation]
            case .never: [.law]
            }
        }
    }

    /// Decodes a law with its figures, such as `{"law":"gamma","shape":4,"mean":120}`; without `law` it is `fixed`.
    /// - Throws: `DecodingError` for a law that there is not, and for figures that are missing.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let law = try fields.value(.law, or: Law.fixed)
        try fields.refuseOthers(than: law.keys, of: "an attack '\(law.rawValue)'")
        func figure(_ key: CodingKeys) throws -> Double { try fields.decode(Double.self, forKey: key) }
        switch law {
        case .fixed: self = .fixed(seconds: try figure(.seconds))
        case .gamma: self = .gamma(shape: try figure(.shape), mean: try figure(.mean))
        case .logUniform: self = .logUniform(from: try figure(.from), to: try figure(.to))
        case .lognormal: self = .lognormal(median: try figure(.median), deviation: try figure(.deviation))
        case .never: self = .never
        }
    }

    /// Encodes the law with its figures.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        func encode(_ law: Law, _ figures: [CodingKeys: Double]) throws {
            try fields.encode(law, forKey: .law)
            for (key, figure) in figures { try fields.encode(figure, forKey: key) }
        }
        switch self {
        case .fixed(let seconds): try encode(.fixed, [.seconds: seconds])
        case .gamma(let shape, let mean): try encode(.gamma, [.shape: shape, .mean: mean])
        case .logUniform(let from, let to): try encode(.logUniform, [.from: from, .to: to])
        case .lognormal(let median, let deviation): try encode(.lognormal, [.median: median, .deviation: deviation])
        case .never: try encode(.never, [:])
        }
    }
}
