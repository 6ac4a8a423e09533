import Glibc

extension Double {
    /// This number with so many significant digits.
    package func rounded(_ rule: FloatingPointRoundingRule, digits: Int) -> Double {
        guard isFinite, self != 0 else { return self }
        let places = digits - 1 - Int(log10(magnitude).rounded(.down))
        // Dividing by a power of ten gives the nearest number to a decimal fraction; multiplying by 0.1 would not.
        guard places > 0 else {
            let scale = pow(10, Double(-places))
            return (self / scale).rounded(rule) * scale
        }
        let scale = pow(10, Double(places))
        return scale.isFinite ? (self * scale).rounded(rule) / scale : self
    }

    /// This number to read, without more digits than it takes.
    package var figure: String {
        let text = "\(self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// So many seconds in words.
    var secondsInWords: String {
        let units: [(seconds: Double, name: String)] = [(86400, "d"), (3600, "h"), (60, "min")]
        // Up to two of a unit are easier to read in the next smaller one.
        let unit = units.first { self >= 2 * $0.seconds || self == $0.seconds } ?? (1, "s")
        return "\((self / unit.seconds).rounded(.toNearestOrEven, digits: 3).figure) \(unit.name)"
    }

    /// A probability or share in words.
    var percentInWords: String {
        if self > 0, self < 0.0001 { return "less than 0.01 %" }
        if self > 0.9999, self < 1 { return "more than 99.99 %" }
        // 0.01 % steps near both ends, since 99.99 % and 100 % are not the same.
        return "\(((self * 10000).rounded() / 100).rounded(.toNearestOrEven, digits: 4).figure) %"
    }
}
