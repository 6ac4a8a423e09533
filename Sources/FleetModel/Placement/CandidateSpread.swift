/// How the chances and the scores of all candidates of a decision are spread, where not all of them are named.
public struct CandidateSpread: Codable, Sendable, Hashable {
    /// Of their probabilities.
    public var probability: Quantiles
    /// Of their scores.
    public var score: Quantiles

    /// A spread.
    public init(probability: Quantiles, score: Quantiles) {
        self.probability = probability
        self.score = score
    }
}

/// Where figures lie: a quarter of them is not above `lowerQuarter`, half of them not above `median`, and so on.
public struct Quantiles: Codable, Sendable, Hashable {
    /// The least of them.
    public var least: Double
    /// The end of the first quarter.
    public var lowerQuarter: Double
    /// The middle.
    public var median: Double
    /// The end of the third quarter.
    public var upperQuarter: Double
    /// The greatest of them.
    public var greatest: Double

    /// Where figures lie.
    public init(least: Double, lowerQuarter: Double, median: Double, upperQuarter: Double, greatest: Double) {
        self.least = least
        self.lowerQuarter = lowerQuarter
        self.median = median
        self.upperQuarter = upperQuarter
        self.greatest = greatest
    }
}
