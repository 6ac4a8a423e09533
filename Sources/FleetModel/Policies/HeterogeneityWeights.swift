/// How much each group of facts counts in the distance of two hosts (equation 3.3): Δ = w_C·d_C + w_N·d_N + w_S·d_S.
///
/// The defaults are a choice and not a finding: attacks between neighbours live in kernel, processor and runtime.
public struct HeterogeneityWeights: Codable, Sendable, Hashable {
    /// w_C, 0 to 1.
    public var configuration: Double
    /// w_N, 0 to 1.
    public var network: Double
    /// w_S, 0 to 1.
    public var services: Double

    /// Weights, which must add up to 1.
    public init(configuration: Double = 0.5, network: Double = 0.2, services: Double = 0.3) {
        self.configuration = configuration
        self.network = network
        self.services = services
    }

    /// The weight of a group.
    public subscript(group: AttributeGroup) -> Double {
        switch group {
        case .configuration: configuration
        case .network: network
        case .services: services
        }
    }

    /// Checks the ranges and the sum.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        for group in AttributeGroup.allCases {
            try Policy.check(self[group], in: 0...1, "weights.\(group.rawValue)")
        }
        let sum = configuration + network + services
        guard abs(sum - 1) < 1e-6 else {
            let words = AttributeGroup.allCases.map { "\($0.rawValue) \(self[$0] / sum)" }.joined(separator: ", ")
            throw ModelError.outOfRange(
                field: "weights",
                detail: "must add up to 1, add up to \(sum)"
                    + (sum > 0 ? "; the same in proportion would be \(words)" : ""))
        }
    }
}

extension HeterogeneityWeights {
    private enum CodingKeys: String, CodingKey, CaseIterable { case configuration, network, services }

    /// Decodes weights; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = HeterogeneityWeights()
        configuration = try fields.value(.configuration, or: defaults.configuration)
        network = try fields.value(.network, or: defaults.network)
        services = try fields.value(.services, or: defaults.services)
    }
}
