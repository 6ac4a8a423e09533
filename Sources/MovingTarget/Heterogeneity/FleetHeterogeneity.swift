import FleetModel
import Glibc

/// How different the hosts of a fleet are, all together.
public struct FleetHeterogeneity: Sendable {
    /// An attribute that most hosts have in common.
    public struct Monoculture: Codable, Sendable, Hashable {
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

    /// The hosts, by name.
    public let hosts: [HostName]
    /// The number of each host's class: hosts with equal profiles share one.
    public let classes: [Int]
    /// The distances of the classes.
    public let table: DistanceTable
    /// What the groups count.
    public let weights: HeterogeneityWeights
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

    /// Looks at hosts.
    public init(of hosts: [Host], weights: HeterogeneityWeights) {
        let hosts = hosts.sorted { $0.name < $1.name }
        let profiles = hosts.map(\.profile)
        var table = DistanceTable()
        var numbers: [HostProfile: Int] = [:]
        var classes: [Int] = []
        for profile in profiles {
            let number = numbers[profile] ?? table.profiles.count
            if numbers.updateValue(number, forKey: profile) == nil { table = table.adding(profile) }
            classes.append(number)
        }
        self.hosts = hosts.map(\.name)
        self.classes = classes
        self.table = table
        self.weights = weights
        let sizes = classes.reduce(into: Array(repeating: 0.0, count: table.profiles.count)) { $0[$1] += 1 }
        let sums = Self.sums(sizes, table, weights)
        meanDifference = sums.known > 0 ? sums.difference / sums.known : nil
        let count = Double(hosts.count)
        raoQ = meanDifference.map { _ in sums.difference / (count * count) }
        effectiveConfigurations =
            count > 0 ? exp(sizes.reduce(0) { $0 - $1 / count * log($1 / count) }) : 0
        coverage = sums.pairs > 0 ? sums.coverage / sums.pairs : 0
        monocultures = Self.monocultures(profiles)
    }

    /// Δ of two hosts by their places in `hosts`.
    public func difference(_ left: Int, _ right: Int) -> Double? {
        table[classes[left], classes[right]].difference(weights)
    }

    /// What an operator should know, in words.
    public var warnings: [String] {
        guard hosts.count > 1 else { return ["there is no second host to move to"] }
        guard let meanDifference else {
            return ["too little is known of the hosts to say how different they are: labels can say more"]
        }
        var warnings: [String] = []
        if meanDifference < Self.leastMeanDifference {
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
        for left in sizes.indices {
            for right in sizes.indices {
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

    private static func monocultures(_ profiles: [HostProfile]) -> [Monoculture] {
        guard profiles.count >= 3 else { return [] }
        return AttributeGroup.allCases.flatMap { group in
            Set(profiles.flatMap { $0[group].keys }).sorted().compactMap { name -> Monoculture? in
                let values = profiles.compactMap { $0[group][name]?.description }
                let counts = values.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
                guard values.count >= 3,
                    let (value, count) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })
                else { return nil }
                let share = Double(count) / Double(values.count)
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
