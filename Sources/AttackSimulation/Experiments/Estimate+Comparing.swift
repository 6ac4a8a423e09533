extension Estimate {
    /// How this figure compares with another one that was estimated of other runs; `nil` for a gain over nothing.
    ///
    /// Both may come from the same fleets, which makes them rather alike: then the interval is wider than it has to be.
    ///
    /// Variances of independent estimates add up, and with them the squares of the intervals' halves; each side has a half
    /// of its own, so that an interval of a share near 0 or 1 stays lopsided (Newcombe).
    func compared(with other: Estimate, as comparison: Panel.Comparison) -> Estimate? {
        switch comparison {
        case .difference:
            let value = value - other.value
            return Estimate(
                value: value, low: value - Self.both(self.value - low, other.high - other.value),
                high: value + Self.both(high - self.value, other.value - other.low))
        case .gain:
            guard other.value > 0 else { return nil }
            // To the first order a share of the other figure's error goes over to the ratio.
            let ratio = value / other.value
            return Estimate(
                value: ratio - 1,
                low: ratio - 1 - Self.both(value - low, ratio * (other.high - other.value)) / other.value,
                high: ratio - 1 + Self.both(high - value, ratio * (other.value - other.low)) / other.value)
        }
    }

    private static func both(_ one: Double, _ other: Double) -> Double { (one * one + other * other).squareRoot() }
}
