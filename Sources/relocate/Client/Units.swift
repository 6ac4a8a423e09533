import Glibc

/// Numbers with their units, as people read them.
enum Units {
    /// What stands where there is nothing.
    static let nothing = "-"

    /// A span of time in two units at most: `0s`, `45s`, `3m12s`, `2h05m`, `3d04h`. Negative spans are 0.
    static func span(seconds: Double) -> String {
        guard seconds.isFinite else { return nothing }
        let whole = Int(min(max(seconds, 0), 1e12))
        return switch whole {
        case ..<60: "\(whole)s"
        case ..<3600: "\(whole / 60)m\(twoDigits(whole % 60))s"
        case ..<86_400: "\(whole / 3600)h\(twoDigits(whole / 60 % 60))m"
        default: "\(whole / 86_400)d\(twoDigits(whole / 3600 % 24))h"
        }
    }

    /// A short time: `0.4 ms`, `21.4 ms`; from 10 seconds on in seconds, `12.3 s`.
    static func milliseconds(_ value: Double?) -> String {
        guard let value, value.isFinite else { return nothing }
        return abs(value) < 10_000 ? "\(fixed(value)) ms" : "\(fixed(value / 1000)) s"
    }

    /// A size: `512 B`, `34.5 MiB`, `2 GiB`.
    static func bytes(_ count: Int?) -> String {
        guard let count else { return nothing }
        var value = Double(count)
        var unit = "B"
        for larger in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1024 {
            value /= 1024
            unit = larger
        }
        return "\(short(value)) \(unit)"
    }

    /// A share of 1 in percent: `12.5 %`.
    static func percent(_ share: Double) -> String { "\(short(share * 100)) %" }

    /// One digit after the point.
    static func fixed(_ value: Double) -> String { fixed(value, digits: 1) }

    /// This many digits after the point, 1 to 3.
    static func fixed(_ value: Double, digits: Int) -> String {
        let unit = (0..<digits).reduce(1) { product, _ in product * 10 }
        let parts = Int((min(max(abs(value), 0), 1e15) * Double(unit)).rounded())
        let fraction = String(parts % unit)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(value < 0 && parts > 0 ? "-" : "")\(parts / unit).\(zeros)\(fraction)"
    }

    /// A number such as a share, with two digits after the point.
    static func hundredths(_ value: Double?) -> String {
        guard let value, value.isFinite else { return nothing }
        return fixed(value, digits: 2)
    }

    /// At most one digit after the point.
    static func short(_ value: Double) -> String {
        let text = fixed(value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// The number with all its digits, without `.0`.
    static func plain(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// The number with this many digits that count, without zeros at the end.
    static func significant(_ value: Double, digits: Int = 6) -> String {
        guard value.isFinite, value != 0 else { return plain(value) }
        let place = digits - 1 - Int(log10(abs(value)).rounded(.down))
        // Powers of ten above 1 are exact, so that the quotient is the number that is written the shortest.
        let unit = pow(10, Double(abs(place)))
        return plain(place >= 0 ? (value * unit).rounded() / unit : (value / unit).rounded() * unit)
    }

    /// A list in words: `a`, `a and b`, `a, b and c`.
    static func list(_ words: [String], _ link: String = "and") -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(link) " + last
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
