import Glibc

/// The Poisson probabilities P(X = k) = m^k·e^(−m)/k! that the paper's printed clock compares with its threshold
/// (equation 3.1).
///
/// They are worked out as logarithms: with a mean of 10,000, m^k and k! are far beyond what a `Double` holds.
struct PoissonDistribution: Sendable, Hashable {
    /// m, above 0.
    let mean: Double

    /// The k with the largest probability. Probabilities only rise before it and only fall after it.
    var mode: Int { Int(mean) }

    /// The largest probability. It falls when the mean grows, about as 1/√(2πm).
    var largestProbability: Double { exp(logProbability(of: mode)) }

    /// ln P(X = k).
    func logProbability(of count: Int) -> Double {
        Double(count) * log(mean) - mean - lgamma(Double(count) + 1).0
    }

    /// All k with P(X = k) > T; `nil` when there is none, so that a clock that waits for one never fires.
    func counts(above threshold: Double) -> ClosedRange<Int>? {
        let level = log(threshold)
        guard logProbability(of: mode) > level else { return nil }
        let first = Self.first(in: 0...mode) { logProbability(of: $0) > level }
        var width = 1
        while logProbability(of: mode + width) > level { width *= 2 }
        let end = Self.first(in: mode...(mode + width)) { logProbability(of: $0) <= level }
        return first...(end - 1)
    }

    /// P(X ∈ counts), for counts around the mode.
    func probability(of counts: ClosedRange<Int>) -> Double {
        var sum = largestProbability
        var term = sum
        for count in stride(from: mode, to: counts.lowerBound, by: -1) {
            term *= Double(count) / mean
            sum += term
        }
        term = largestProbability
        for count in stride(from: mode + 1, through: counts.upperBound, by: 1) {
            term *= mean / Double(count)
            sum += term
        }
        return min(1, sum)
    }

    /// The first number that fulfils a condition which all later ones fulfil too, as the last one does.
    private static func first(in numbers: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int {
        var (lower, upper) = (numbers.lowerBound, numbers.upperBound)
        while lower < upper {
            let middle = (lower + upper) / 2
            if holds(middle) { upper = middle } else { lower = middle + 1 }
        }
        return upper
    }
}
