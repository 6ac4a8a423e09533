import Glibc

/// Estimates with 95 % intervals from the sums of blocks of runs.
///
/// With r = Σx/Σy and the residuals e = x − r·y of runs, the variance of r is estimated in two ways, and the larger one is
/// taken:
///
/// - as of independent runs, by the delta method: n/(n − 1)·Σe²/(Σy)² over the n runs;
/// - as of independent blocks: b/(b − 1)·ΣE²/(Σy)² over the b blocks, where E is the sum of a block's e. This is the
///   cluster-robust variance: the runs of a block share a fleet, which makes them alike.
///
/// The second one is not used below ten blocks, since so few say little of how blocks differ.
///
/// The interval of a mean or a rate is the normal one, cut where no value can be. That of a proportion p = r of N trials is
/// Wilson's score interval ("Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American
/// Statistical Association 22, 1927), with the number of trials divided by Kish's design effect ("Survey Sampling", 1965): the
/// variance above over p·(1 − p)/N, at least 1.
struct Estimation {
    /// The normal quantile of 97.5 %.
    static let quantile = 1.959963984540054
    private static let leastBlocks = 10

    private let value: Double
    private let trials: Double
    private let variance: Double

    /// The estimate of Σx/Σy; `nil` when Σy is 0.
    init?(_ blocks: some Sequence<Ratio>) {
        var all = Ratio()
        for block in blocks { all.add(block) }
        guard all.y > 0 else { return nil }
        let ratio = all.x / all.y
        value = ratio
        trials = all.y
        let runs = all.runs > 1 ? all.runs / (all.runs - 1) * all.squaredResiduals(of: ratio) : 0
        var (count, sum) = (0.0, 0.0)
        for block in blocks where block.runs > 0 {
            let residual = block.x - ratio * block.y
            count += 1
            sum += residual * residual
        }
        let clusters = count >= Double(Self.leastBlocks) ? count / (count - 1) * sum : 0
        variance = max(runs, clusters) / (all.y * all.y)
    }

    /// With the normal interval, cut at a range's ends.
    func normal(in range: ClosedRange<Double> = 0...(.greatestFiniteMagnitude)) -> Estimate {
        let reach = Self.quantile * variance.squareRoot()
        return Estimate(
            value: value, low: max(range.lowerBound, value - reach), high: min(range.upperBound, value + reach))
    }

    /// With Wilson's interval, for a proportion of Σy trials.
    var proportion: Estimate {
        let expected = value * (1 - value) / trials
        let effective = trials / (expected > 0 ? max(1, variance / expected) : 1)
        let squared = Self.quantile * Self.quantile
        let middle = (value + squared / (2 * effective)) / (1 + squared / effective)
        let reach =
            Self.quantile / (1 + squared / effective)
            * (value * (1 - value) / effective + squared / (4 * effective * effective)).squareRoot()
        // Rounding must not put the estimate outside, as where it is 0 or 1.
        return Estimate(
            value: value, low: min(value, max(0, middle - reach)), high: max(value, min(1, middle + reach)))
    }

    /// The same in another unit.
    func scaled(by factor: Double) -> Estimation {
        Estimation(value: value * factor, trials: trials, variance: variance * factor * factor)
    }

    private init(value: Double, trials: Double, variance: Double) {
        self.value = value
        self.trials = trials
        self.variance = variance
    }
}
