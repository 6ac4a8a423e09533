import FleetModel
import Glibc

/// How much the hosts of a fleet have in common, said in a few figures. It costs as much as there are different profiles, not
/// as there are hosts.
public struct FleetLikeness: Sendable {
    /// An attribute that most hosts have in common.
    public struct Monoculture: Sendable, Hashable {
        /// The attribute's group.
        public var group: AttributeGroup
        /// The attribute.
        public var attribute: String
        /// What they have in common.
        public var value: String
        /// The share of the hosts that know the attribute.
        public var share: Double
    }

    /// An attribute with one value on at least this share of the hosts is a monoculture, from three hosts on.
    public static let monocultureShare = 0.8
    /// Below this mean difference moving brings almost nothing.
    public static let leastMeanDifference = 0.1

    /// How many hosts there are.
    public let count: Int
    /// The mean Δ of two different hosts; `nil` when none is known.
    public let meanDifference: Double?
    /// Rao's Q: the expected Δ of two hosts drawn at random, the same one twice included; `nil` when none is known.
    public let raoQ: Double?
    /// e^H with H the entropy of the classes: how many equally common configurations would be as diverse.
    public let effectiveConfigurations: Double
    /// The mean coverage of two different hosts.
    public let coverage: Double
    /// What most hosts have in common, the most common first.
    public let monocultures: [Monoculture]

    /// Looks at the profiles of a table.
    /// - Parameters:
    ///   - sizes: how many hosts have each profile.
    ///   - weights: what the groups count.
    public init(sizes: [Int], table: DistanceTable, weights: HeterogeneityWeights) {
        let shares = sizes.map(Double.init)
        count = sizes.reduce(0, +)
        let sums = Self.sums(shares, table, weights)
        meanDifference = sums.known > 0 ? sums.difference / sums.known : nil
        let count = Double(count)
        raoQ = meanDifference.map { _ in sums.difference / (count * count) }
        effectiveConfigurations =
            count > 0 ? exp(shares.reduce(0) { $1 > 0 ? $0 - $1 / count * log($1 / count) : $0 }) : 0
        coverage = sums.pairs > 0 ? sums.coverage / sums.pairs : 0
        monocultures = Self.monocultures(zip(table.profiles, sizes).filter { $0.1 > 0 })
    }

    /// Whether the hosts are so alike that moving between them brings almost nothing.
    public var isMonotonous: Bool { meanDifference.map { $0 < Self.leastMeanDifference } ?? false }

    /// What an operator should know, in words.
    public var warnings: [String] {
        guard count > 1 else { return ["there is no second host to move to"] }
        guard let meanDifference else {
            return ["too little is known of the hosts to say how different they are: labels can say more"]
        }
        var warnings: [String] = []
        if isMonotonous {
            warnings.append(
                "the hosts are nearly alike (mean difference \(meanDifference.inWords)): moving between them ends an "
                    + "attack's time, but what works on one host works on the next")
        }
        // A long value would bury the others; `monocultures` has it in full.
        let common = monocultures.map { $0.value.count > 24 ? $0.attribute : "\($0.attribute) \($0.value)" }
        if !common.isEmpty {
            let share = Int(Self.monocultureShare * 100)
            warnings.append("\(share) % of the hosts or more have in common: \(common.joined(separator: ", "))")
        }
        return warnings
    }

    private static func sums(
        _ sizes: [Double], _ table: DistanceTable, _ weights: HeterogeneityWeights
    ) -> (difference: Double, known: Double, coverage: Double, pairs: Double) {
        var sums = (difference: 0.0, known: 0.0, coverage: 0.0, pairs: 0.0)
        for left in sizes.indices where sizes[left] > 0 {
            for right in sizes.indices where sizes[right] > 0 {
                let pairs = sizes[left] * (sizes[right] - (left == right ? 1 : 0))
                let distance = table[left, right]
                sums.pairs += pairs
                sums.coverage += pairs * distance.coverage(weights)
                guard let difference = distance.difference(weights) else { continue }
                sums.known += pairs
                sums.difference += pairs * difference
            }
        }
        return sums
    }

    private static func monocultures(_ profiles: [(profile: HostProfile, size: Int)]) -> [Monoculture] {
        guard profiles.reduce(0, { $0 + $1.size }) >= 3 else { return [] }
        return AttributeGroup.allCases.flatMap { group in
            Set(profiles.flatMap { $0.profile[group].keys }).sorted().compactMap { name -> Monoculture? in
                var counts: [String: Int] = [:]
                for (profile, size) in profiles {
                    guard let value = profile[group][name]?.description else { continue }
                    counts[value, default: 0] += size
                }
                let known = counts.values.reduce(0, +)
                guard known >= 3, let (value, count) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })
                else {
                    return nil
                }
                let share = Double(count) / Double(known)
                guard share >= monocultureShare, !value.isEmpty else { return nil }
                return Monoculture(group: group, attribute: name, value: value, share: share)
            }
        }.sorted { ($1.share, $0.attribute) < ($0.share, $1.attribute) }
    }
}

extension Double {
    /// With two digits after the point.
    fileprivate var inWords: String { "\((self * 100).rounded() / 100)" }
}
