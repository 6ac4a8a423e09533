import MovingTarget

/// How a panel's values are written for people.
enum ValueFormat {
    /// A share in percent.
    case percent
    /// A share less another one, in points.
    case points
    /// A share or number over another one, less 1, in percent.
    case gain
    /// A number.
    case number

    init(_ panel: Panel) {
        self =
            switch panel.baseline?.shows {
            case .gain: .gain
            case .difference: panel.y.measure.isShare ? .points : .number
            case nil: panel.y.measure.isShare ? .percent : .number
            }
    }

    /// A value.
    func text(_ value: Double) -> String {
        switch self {
        case .percent: "\((100 * value).fixed(1)) %"
        case .points: "\(value > 0 ? "+" : "")\((100 * value).fixed(1))"
        case .gain: "\(value > 0 ? "+" : "")\((100 * value).fixed(1)) %"
        case .number: value.short
        }
    }

    /// A value with its interval.
    func text(_ estimate: Estimate) -> String {
        // An interval that cannot be told from its value says nothing.
        guard Set([estimate.low, estimate.value, estimate.high].map { text($0) }).count > 1 else {
            return text(estimate.value)
        }
        return "\(text(estimate.value)) (\(interval(estimate)))"
    }

    /// An interval.
    func interval(_ estimate: Estimate) -> String {
        switch self {
        case .percent, .points, .gain: "\((100 * estimate.low).fixed(1)) to \((100 * estimate.high).fixed(1))"
        case .number: "\(estimate.low.short) to \(estimate.high.short)"
        }
    }

    /// What stands at a tick of an axis.
    func tick(_ value: Double) -> String {
        switch self {
        case .percent, .gain: "\((100 * value).rounded(.toNearestOrEven, digits: 6).figure) %"
        case .points: (100 * value).rounded(.toNearestOrEven, digits: 6).figure
        case .number: value.figure
        }
    }

    /// What the panel's y axis says.
    func label(of panel: Panel) -> String {
        if case .points = self { "\(panel.y.label), in points" } else { panel.y.label }
    }
}

extension Double {
    /// This number with so many digits after the point.
    func fixed(_ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (self * scale).rounded()
        // Beyond this all digits before the point are used up, and none after it means anything.
        guard scaled.magnitude < 1e15 else { return "\(self)" }
        let number = Int64(scaled)
        guard digits > 0 else { return "\(number)" }
        let text = "\(number.magnitude)"
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return (number < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    /// This number with three digits that count, or all that stand before the point.
    var short: String {
        magnitude >= 1000 ? fixed(0) : rounded(.toNearestOrEven, digits: 3).figure
    }
}
