import FleetModel

extension HeterogeneityWeights {
    /// Reads three numbers that add up to 1, such as `0.5,0.2,0.3`.
    /// - Throws: `ClientError.badInput`; `ModelError` for what is out of range.
    init(argument text: String) throws {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Double($0.trimmingPrefix(" ")) }
        guard parts.count == 3, numbers.count == 3 else {
            throw ClientError.badInput(
                "write the weights of configuration, network and services, which add up to 1, such as 0.5,0.2,0.3")
        }
        let sum = numbers.reduce(0, +)
        guard abs(sum - 1) < 1e-6 || !(sum > 0 && numbers.allSatisfy { $0 >= 0 }) else {
            let words = numbers.map { Units.plain($0 / sum) }.joined(separator: ",")
            throw ClientError.badInput(
                "the weights must add up to 1, add up to \(Units.plain(sum)); the same in proportion is \(words)")
        }
        self.init(configuration: numbers[0], network: numbers[1], services: numbers[2])
        try validate()
    }
}

/// `NAME=NUMBER`: how much a term of a host's score counts.
struct TermWeight: Sendable, Hashable {
    /// The terms.
    enum Term: String, Sendable, CaseIterable {
        case heterogeneity, knowledge, tenants, load, cost
    }

    /// The term.
    let term: Term
    /// How much it counts.
    let weight: Double

    /// Reads `NAME=NUMBER`, such as `knowledge=1`.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let term = Term(rawValue: String(parts[0])), let weight = Double(parts[1]),
            (0...10).contains(weight)
        else {
            throw ClientError.badInput(
                "write NAME=NUMBER with a number of 0 to 10, such as knowledge=1; the names are "
                    + Choice.words(Term.self))
        }
        self.term = term
        self.weight = weight
    }

    /// Makes the change.
    func apply(to weights: inout TermWeights) {
        switch term {
        case .heterogeneity: weights.heterogeneity = weight
        case .knowledge: weights.knowledge = weight
        case .tenants: weights.tenants = weight
        case .load: weights.load = weight
        case .cost: weights.cost = weight
        }
    }
}
