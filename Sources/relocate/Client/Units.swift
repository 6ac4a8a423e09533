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
    static func fixed(_ value: Double) -> String {
        let tenths = Int((min(max(abs(value), 0), 1e15) * 10).rounded())
        return "\(value < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
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

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
