/// A span of time as people write it: `90s`, `15m`, `2h`, `7d`.
struct TimeSpan: Sendable, Hashable {
    /// How long it is.
    let seconds: Double

    /// Reads a span.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String) throws {
        guard let unit = text.last, let factor = ["s": 1.0, "m": 60, "h": 3600, "d": 86_400][String(unit)],
            let number = Double(text.dropLast()), number >= 0, number < 1e6
        else { throw ClientError.badInput("write how long, such as 90s, 15m, 2h, 7d") }
        seconds = number * factor
    }
}
