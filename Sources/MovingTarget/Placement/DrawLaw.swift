import FleetModel
import Glibc

/// Turns scores into probabilities.
///
/// All work is done on groups of equal hosts: a group of n hosts with probability p each counts n·p. The figures stand in
/// arrays of their own, because this is where a decision spends its time.
struct DrawLaw {
    /// The probability of each host of each group.
    private(set) var probabilities: [Double]
    /// τ, for rules with one.
    private(set) var temperature: Double?
    /// Whether scores had a part in the probabilities.
    private(set) var usesScores = false
    /// What an operator should know.
    private(set) var warnings: [String] = []

    private let counts: [Double]
    private let total: Double

    /// The law that a rule makes of groups.
    init(
        _ rules: PlacementRules, of groups: [CandidateGroup], _ scoring: Scoring, source: Int?, table: DistanceTable,
        weights: HeterogeneityWeights
    ) {
        counts = groups.map { Double($0.count) }
        total = counts.reduce(0, +)
        probabilities = Array(repeating: 0, count: groups.count)
        guard total > 0 else { return }
        switch rules.rule {
        case .softmax: softmax(rules, groups.map(\.score))
        case .roulette:
            weigh(groups.map { scoring.difference(of: $0.profile) })
            mix(floor: rules.entropyFloor)
        case .balanced:
            if let law = BalancedLaw(
                groups, source: source, table: table, weights: weights, temperature: rules.temperature)
            {
                weigh(groups.map { law.weight(of: Int($0.profile)) })
                mix(floor: rules.entropyFloor)
                temperature = rules.temperature
            } else {
                warnings.append("visits could not be balanced over these hosts; drawn by softmax instead")
                softmax(rules, groups.map(\.score))
            }
        case .mostDifferent: extreme(groups.map { scoring.difference(of: $0.profile) })
        case .leastDifferent: extreme(groups.map { -scoring.difference(of: $0.profile) })
        case .uniform: weigh(Array(repeating: 1, count: groups.count))
        }
        if rules.rule != .mostDifferent, rules.rule != .leastDifferent {
            cap(at: max(rules.maxShareFactor, 1) / total)
        }
    }

    /// −Σ p·ln p in nats.
    var entropy: Double {
        var sum = 0.0
        for number in probabilities.indices where probabilities[number] > 0 {
            sum -= counts[number] * probabilities[number] * log(probabilities[number])
        }
        return sum
    }

    /// P ∝ e^(U/τ). Where the entropy is below the floor, τ is raised until it is not: entropy only grows with τ.
    private mutating func softmax(_ rules: PlacementRules, _ scores: [Double]) {
        usesScores = true
        let best = scores.max() ?? 0
        let floor = rules.entropyFloor * log(total) - 1e-12
        temperature = rules.temperature
        let first = draw(scores, best, rules.temperature)
        guard first.entropy < floor else { return }
        // Newton's steps from below, kept within what is known to be too low and high enough.
        var low = log(rules.temperature)
        var high = low + 60
        var at = (place: low, entropy: first.entropy, slope: first.slope)
        for _ in 0..<60 where high - low > Self.precision {
            // The step goes a little too far, so that it ends on the side that is high enough.
            let step = (floor - at.entropy) / at.slope + Self.precision / 2
            let next = at.place + step
            let place = next > low && next < high ? next : (low + min(high, low + 2)) / 2
            let found = draw(scores, best, exp(place))
            at = (place, found.entropy, found.slope)
            if found.entropy < floor { low = place } else { high = place }
            if found.entropy >= floor, found.entropy - floor <= Self.precision * max(1, found.slope) { break }
        }
        if at.place != high { _ = draw(scores, best, exp(high)) }
        temperature = exp(high)
    }

    /// How near to the lowest temperature that will do one is that is taken, and its entropy to the floor.
    private static let precision = 1e-9

    /// Sets P ∝ e^((U − best)/τ).
    /// - Returns: the entropy, ln Z − Σ p·x with x = (U − best)/τ, and how it grows with ln τ, which is the variance of x.
    private mutating func draw(
        _ scores: [Double], _ best: Double, _ temperature: Double
    ) -> (entropy: Double, slope: Double) {
        var (sum, mean, square) = (0.0, 0.0, 0.0)
        for number in scores.indices {
            let exponent = (scores[number] - best) / temperature
            let weight = exp(exponent)
            probabilities[number] = weight
            let share = counts[number] * weight
            sum += share
            mean += share * exponent
            square += share * exponent * exponent
        }
        let factor = 1 / sum
        for number in probabilities.indices { probabilities[number] *= factor }
        mean *= factor
        return (log(sum) - mean, square * factor - mean * mean)
    }

    /// P ∝ weight; all alike when no weight is above 0.
    private mutating func weigh(_ weights: [Double]) {
        var sum = 0.0
        for number in weights.indices { sum += counts[number] * weights[number] }
        for number in weights.indices { probabilities[number] = sum > 0 ? weights[number] / sum : 1 / total }
    }

    /// P ← (1 − ε)·P + ε/n with the smallest ε that brings the entropy up to the floor.
    private mutating func mix(floor share: Double) {
        let floor = share * log(total)
        guard entropy < floor else { return }
        let law = probabilities
        var (low, high) = (0.0, 1.0)
        func mixed(_ epsilon: Double) -> [Double] { law.map { (1 - epsilon) * $0 + epsilon / total } }
        for _ in 0..<40 {
            let middle = (low + high) / 2
            probabilities = mixed(middle)
            if entropy < floor { low = middle } else { high = middle }
        }
        probabilities = mixed(high)
    }

    /// All groups with the greatest value share the draw.
    private mutating func extreme(_ values: [Double]) {
        let best = values.max() ?? 0
        weigh(values.map { $0 >= best - 1e-12 ? 1 : 0 })
    }

    /// No host gets more than the cap; what is cut off goes to the others in proportion.
    private mutating func cap(at cap: Double) {
        while probabilities.contains(where: { $0 > cap * (1 + 1e-12) }) {
            var (cut, rest, idle) = (0.0, 0.0, 0.0)
            for number in probabilities.indices {
                if probabilities[number] >= cap {
                    cut += counts[number] * cap
                } else {
                    rest += counts[number] * probabilities[number]
                    if probabilities[number] == 0 { idle += counts[number] }
                }
            }
            guard rest > 0 || idle > 0 else { return }
            for number in probabilities.indices {
                if probabilities[number] >= cap {
                    probabilities[number] = cap
                } else if rest > 0 {
                    probabilities[number] *= (1 - cut) / rest
                } else {
                    // All that are left have no weight: they share what was cut off.
                    probabilities[number] = (1 - cut) / idle
                }
            }
        }
    }
}
