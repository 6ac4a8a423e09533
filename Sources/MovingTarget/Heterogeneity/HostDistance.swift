import FleetModel

/// How different two hosts are: for each group of attributes the weighted mean distance of those that both know (Gower's
/// coefficient), and how much of the group's weight that covers.
///
/// What is not known on either side does not count as different: it lowers the coverage. A group of which less than half is
/// covered counts as 0, and if less than half of everything is covered the difference is not known.
public struct HostDistance: Sendable, Hashable {
    /// A group's part.
    public struct Part: Sendable, Hashable {
        /// d, from 0 to 1, of what is known; 0 if nothing is.
        public var difference: Double
        /// The share of the group's weight that is known on both sides, from 0 to 1.
        public var coverage: Double

        /// Whether the difference counts.
        public var isKnown: Bool { coverage >= HostDistance.leastCoverage }
    }

    /// Below this coverage nothing is said of a difference.
    public static let leastCoverage = 0.5

    /// C.
    public var configuration: Part
    /// N.
    public var network: Part
    /// S.
    public var services: Part

    /// The distance of two profiles.
    public init(_ left: HostProfile, _ right: HostProfile) {
        configuration = Self.part(.configuration, left, right)
        network = Self.part(.network, left, right)
        services = Self.part(.services, left, right)
    }

    /// The part of a group.
    public subscript(group: AttributeGroup) -> Part {
        switch group {
        case .configuration: configuration
        case .network: network
        case .services: services
        }
    }

    /// How much is covered, with the weights of the groups.
    public func coverage(_ weights: HeterogeneityWeights) -> Double {
        weights.configuration * configuration.coverage + weights.network * network.coverage
            + weights.services * services.coverage
    }

    /// Δ = w_C·d_C + w_N·d_N + w_S·d_S (equation 3.3 as a distance); `nil` when too little is known.
    public func difference(_ weights: HeterogeneityWeights) -> Double? {
        guard coverage(weights) >= Self.leastCoverage else { return nil }
        return (configuration.isKnown ? weights.configuration * configuration.difference : 0)
            + (network.isKnown ? weights.network * network.difference : 0)
            + (services.isKnown ? weights.services * services.difference : 0)
    }

    private static func part(_ group: AttributeGroup, _ left: HostProfile, _ right: HostProfile) -> Part {
        let (lefts, rights) = (left[group], right[group])
        var (sum, known, all) = (0.0, 0.0, 0.0)
        // What operators added: how many of those each side has, both have, and both have with another value.
        var (onLeft, onRight, onBoth, different) = (lefts.count, rights.count, 0, 0)
        for entry in AttributeCatalogue.entries(of: group) {
            all += entry.weight
            let (first, second) = (lefts[entry.name], rights[entry.name])
            if first != nil { onLeft -= 1 }
            if second != nil { onRight -= 1 }
            guard let first, let second else { continue }
            known += entry.weight
            sum += entry.weight * entry.distance(first, second)
        }
        if onLeft > 0, onRight > 0 {
            for (name, first) in lefts where !AttributeCatalogue.knows(name, in: group) {
                guard let second = rights[name] else { continue }
                onBoth += 1
                if AttributeDistance.nominal(first, second) > 0 { different += 1 }
            }
        }
        all += Double(onLeft + onRight - onBoth)
        known += Double(onBoth)
        sum += Double(different)
        return Part(difference: known > 0 ? sum / known : 0, coverage: all > 0 ? known / all : 0)
    }
}
