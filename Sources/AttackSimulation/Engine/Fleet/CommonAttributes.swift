import FleetModel
import MovingTarget

/// The attributes that an attack may be directed at: those that are known of every host.
///
/// An attack is directed at one of them. The group is drawn by the policy's weights, among the groups that have any, and
/// the attribute by what it counts in its group when the difference of hosts is worked out.
struct CommonAttributes: Sendable {
    /// The probabilities of the attributes, summed up; the last one is 1.
    let cumulated: [Double]
    /// For each attribute the number of each host's value; equal values have equal numbers, counted from 0.
    let values: [[Int32]]

    /// The attributes of hosts; `nil` when they have none in common whose group has a weight.
    init?(of profiles: [HostProfile], weights: HeterogeneityWeights) {
        var (chances, values): ([Double], [[Int32]]) = ([], [])
        for group in AttributeGroup.allCases where weights[group] > 0 {
            let names = (profiles.first?[group].keys.sorted() ?? []).filter { name in
                profiles.allSatisfy { $0[group][name] != nil }
            }
            let sum = names.reduce(0) { $0 + AttributeCatalogue.weight(of: $1, in: group) }
            for name in names {
                chances.append(weights[group] * AttributeCatalogue.weight(of: name, in: group) / sum)
                values.append(Self.numbers(of: profiles.map { $0[group][name] }))
            }
        }
        let sum = chances.reduce(0, +)
        guard sum > 0 else { return nil }
        var (share, cumulated): (Double, [Double]) = (0, [])
        for chance in chances {
            share += chance / sum
            cumulated.append(share)
        }
        cumulated[cumulated.count - 1] = 1
        self.cumulated = cumulated
        self.values = values
    }

    /// Draws an attribute.
    func draw(using generator: inout Xoshiro256) -> Int {
        let draw = generator.uniform()
        return cumulated.firstIndex { draw < $0 } ?? cumulated.count - 1
    }

    private static func numbers(of values: [AttributeValue?]) -> [Int32] {
        var numbers: [AttributeValue?: Int32] = [:]
        return values.map { value in
            let number = numbers[value] ?? Int32(numbers.count)
            numbers[value] = number
            return number
        }
    }
}
