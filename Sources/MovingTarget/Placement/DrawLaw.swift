import FleetModel
import Glibc

/// Turns scores into probabilities.
///
/// All work is done on groups of equal hosts: a group of n hosts with probability p each counts n·p.
enum DrawLaw {
    /// Sets the probabilities of groups.
    /// - Returns: the temperature that was used, for rules with one, and what an operator should know.
    static func apply(
        _ rules: PlacementRules, to groups: inout [CandidateGroup], source: Int?, table: DistanceTable,
        weights: HeterogeneityWeights
    ) -> (temperature: Double?, warnings: [String]) {
        let count = groups.reduce(0) { $0 + $1.count }
        guard count > 0 else { return (nil, []) }
        var temperature: Double?
        var warnings: [String] = []
        switch rules.rule {
        case .softmax: temperature = softmax(rules, &groups, count)
        case .roulette:
            weigh(&groups) { $0.terms.heterogeneity ?? 0 }
            mix(&groups, count, floor: rules.entropyFloor)
        case .balanced:
            let law = BalancedLaw(
                groups, source: source, table: table, weights: weights, temperature: rules.temperature)
            if let law {
                weigh(&groups) { law.weight(of: $0.profile) }
                mix(&groups, count, floor: rules.entropyFloor)
                temperature = rules.temperature
            } else {
                warnings.append("visits could not be balanced over these hosts; drawn by softmax instead")
                temperature = softmax(rules, &groups, count)
            }
        case .mostDifferent: extreme(&groups) { $0.terms.heterogeneity ?? 0 }
        case .leastDifferent: extreme(&groups) { -($0.terms.heterogeneity ?? 0) }
        case .uniform: weigh(&groups) { _ in 1 }
        }
        if rules.rule != .mostDifferent, rules.rule != .leastDifferent {
            cap(&groups, at: max(rules.maxShareFactor, 1) / Double(count))
        }
        return (temperature, warnings)
    }

    /// −Σ p·ln p in nats.
    static func entropy(_ groups: [CandidateGroup]) -> Double {
        groups.reduce(0) { sum, group in
            group.probability > 0 ? sum - Double(group.count) * group.probability * log(group.probability) : sum
        }
    }

    /// P ∝ e^(U/τ). Where the entropy is below the floor, τ is raised until it is not: entropy only grows with τ.
    private static func softmax(_ rules: PlacementRules, _ groups: inout [CandidateGroup], _ count: Int) -> Double {
        let best = groups.reduce(-Double.infinity) { max($0, $1.score) }
        func draw(_ temperature: Double) { weigh(&groups) { exp(($0.score - best) / temperature) } }
        draw(rules.temperature)
        let floor = rules.entropyFloor * log(Double(count))
        guard entropy(groups) < floor - 1e-12 else { return rules.temperature }
        var low = log(rules.temperature)
        var high = low
        repeat {
            high += 1
            draw(exp(high))
        } while entropy(groups) < floor - 1e-12 && high < low + 60
        for _ in 0..<30 {
            let middle = (low + high) / 2
            draw(exp(middle))
            if entropy(groups) < floor - 1e-12 { low = middle } else { high = middle }
        }
        draw(exp(high))
        return exp(high)
    }

    /// P ∝ weight; all alike when no weight is above 0.
    private static func weigh(_ groups: inout [CandidateGroup], _ weight: (CandidateGroup) -> Double) {
        var sum = 0.0
        for number in groups.indices {
            groups[number].probability = weight(groups[number])
            sum += Double(groups[number].count) * groups[number].probability
        }
        guard sum > 0 else {
            let count = groups.reduce(0) { $0 + $1.count }
            for number in groups.indices { groups[number].probability = 1 / Double(count) }
            return
        }
        for number in groups.indices { groups[number].probability /= sum }
    }

    /// P ← (1 − ε)·P + ε/n with the smallest ε that brings the entropy up to the floor.
    private static func mix(_ groups: inout [CandidateGroup], _ count: Int, floor share: Double) {
        let floor = share * log(Double(count))
        guard entropy(groups) < floor else { return }
        let law = groups.map(\.probability)
        func mixed(_ epsilon: Double) -> Double {
            for number in groups.indices {
                groups[number].probability = (1 - epsilon) * law[number] + epsilon / Double(count)
            }
            return entropy(groups)
        }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if mixed(middle) < floor { low = middle } else { high = middle }
        }
        _ = mixed(high)
    }

    /// All groups with the greatest value share the draw.
    private static func extreme(_ groups: inout [CandidateGroup], _ value: (CandidateGroup) -> Double) {
        let best = groups.map(value).max() ?? 0
        weigh(&groups) { value($0) >= best - 1e-12 ? 1 : 0 }
    }

    /// No host gets more than the cap; what is cut off goes to the others in proportion.
    private static func cap(_ groups: inout [CandidateGroup], at cap: Double) {
        while groups.contains(where: { $0.probability > cap * (1 + 1e-12) }) {
            var (cut, rest) = (0.0, 0.0)
            for group in groups {
                if group.probability >= cap {
                    cut += Double(group.count) * cap
                } else {
                    rest += Double(group.count) * group.probability
                }
            }
            let factor = rest > 0 ? (1 - cut) / rest : 0
            for number in groups.indices {
                groups[number].probability =
                    groups[number].probability >= cap ? cap : groups[number].probability * factor
            }
            guard rest > 0 else {
                // All that are left have no weight: they share what was cut off.
                let empty = groups.filter { $0.probability == 0 }.reduce(0) { $0 + $1.count }
                guard empty > 0 else { return }
                for number in groups.indices where groups[number].probability == 0 {
                    groups[number].probability = (1 - cut) / Double(empty)
                }
                continue
            }
        }
    }
}
