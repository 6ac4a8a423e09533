import Glibc

/// The numbers at an axis: 1, 2 or 5 times a power of ten, and multiples of that.
struct Ticks {
    /// The ticks, in ascending order.
    let values: [Double]

    /// Ticks on a linear axis: all multiples of a step between two values, about so many.
    init(from low: Double, to high: Double, about count: Int) {
        let step = TickStep(atLeast: (high - low) / Double(max(count, 1)))
        // What is off by rounding alone belongs to the axis.
        let first = (low / step.size - 1e-9).rounded(.up)
        let last = (high / step.size + 1e-9).rounded(.down)
        values = first <= last ? stride(from: first, through: last, by: 1).map { step.multiple($0) } : []
    }

    /// Ticks on a logarithmic axis: 1, 2 and 5 in each power of ten between two values above 0, powers alone where those
    /// would be too many, or as on a linear axis where there would be hardly any.
    init(logarithmicFrom low: Double, to high: Double, about count: Int) {
        let all = Self.ticks([1, 2, 5], from: low, to: high)
        guard all.count >= 3 else {
            self.init(from: low, to: high, about: count)
            return
        }
        self.init(values: all.count > 2 * count ? Self.ticks([1], from: low, to: high) : all)
    }

    private init(values: [Double]) { self.values = values }

    private static func ticks(_ digits: [Int], from low: Double, to high: Double) -> [Double] {
        let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
        let ticks = powers.flatMap { power in digits.map { TickStep(digit: $0, power: power).size } }
        let range = low * (1 - 1e-9)...high * (1 + 1e-9)
        return ticks.filter { range.contains($0) }
    }
}

/// A digit times a power of ten, kept apart so that multiples are the numbers that they are written as.
struct TickStep {
    private let digit: Int
    private let power: Int

    init(digit: Int, power: Int) {
        self.digit = digit
        self.power = power
    }

    /// The smallest step of 1, 2 or 5 times a power of ten that is at least this much.
    init(atLeast size: Double) {
        guard size > 0, size.isFinite else {
            self.init(digit: 1, power: 0)
            return
        }
        let power = Int(log10(size).rounded(.down))
        let digit = [1, 2, 5].first { TickStep(digit: $0, power: power).size >= size * (1 - 1e-9) }
        self.init(digit: digit ?? 1, power: digit == nil ? power + 1 : power)
    }

    var size: Double { multiple(1) }

    func multiple(_ count: Double) -> Double {
        // Dividing by a power of ten gives the nearest number to a decimal fraction; multiplying by 0.1 would not.
        // Adding 0 makes −0 a 0.
        (power < 0 ? count * Double(digit) / pow(10, Double(-power)) : count * Double(digit) * pow(10, Double(power)))
            + 0
    }
}
