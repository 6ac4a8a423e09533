import Glibc

/// Puts values of an axis to places in a figure.
struct Scale {
    /// The values at its ends.
    let domain: ClosedRange<Double>
    private let start: Double
    private let end: Double
    private let isLogarithmic: Bool

    /// - Parameters:
    ///   - start: where the smallest value is.
    ///   - end: where the largest is; before `start` for an axis that goes up.
    init(_ domain: ClosedRange<Double>, from start: Double, to end: Double, isLogarithmic: Bool = false) {
        self.domain = domain
        self.start = start
        self.end = end
        self.isLogarithmic = isLogarithmic
    }

    /// Where a value is; values beyond an end are at the end.
    func place(of value: Double) -> Double {
        let value = min(max(value, domain.lowerBound), domain.upperBound)
        let (low, high) = (map(domain.lowerBound), map(domain.upperBound))
        return low < high ? start + (map(value) - low) / (high - low) * (end - start) : (start + end) / 2
    }

    private func map(_ value: Double) -> Double { isLogarithmic ? log(value) : value }

    /// Its ticks, about so many.
    func ticks(about count: Int) -> [Double] {
        isLogarithmic
            ? Ticks(logarithmicFrom: domain.lowerBound, to: domain.upperBound, about: count).values
            : Ticks(from: domain.lowerBound, to: domain.upperBound, about: count).values
    }

    /// A range for a panel's values that begins at 0, or below, and ends on ticks. Shares that come near 1 have all of 0
    /// to 1.
    static func domain(of panel: Panel, _ result: PanelResult) -> ClosedRange<Double> {
        let estimates = result.points.compactMap(\.y)
        let values = estimates.flatMap { [$0.value, $0.low, $0.high] } + panel.marks.map(\.value)
        let low = min(0, values.min() ?? 0)
        let high = max(0, values.max() ?? 1)
        if panel.baseline == nil, panel.y.measure.isShare, high > 0.5 { return 0...1 }
        guard high > low else { return 0...1 }
        let step = TickStep(atLeast: (high - low) / 5)
        return step.multiple((low / step.size).rounded(.down))...step.multiple((high / step.size).rounded(.up))
    }
}
