import FleetModel

/// A time as people write it: RFC 3339, or how long ago it was: `90s`, `15m`, `2h`, `7d`.
enum PointInTime: Sendable, Hashable {
    /// This instant.
    case instant(Timestamp)
    /// This many seconds before the present.
    case ago(seconds: Double)

    /// Reads a time.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String) throws {
        if let span = try? TimeSpan(text) {
            self = .ago(seconds: span.seconds)
        } else if let instant = try? Timestamp(text) {
            self = .instant(instant)
        } else {
            throw ClientError.badInput(
                "write a time such as 2026-01-31T12:00:00Z, or how long ago, such as 90s, 15m, 2h, 7d")
        }
    }

    /// The instant, seen from another one.
    func resolved(at now: Timestamp) -> Timestamp {
        switch self {
        case .instant(let instant): instant
        case .ago(let seconds): now.advanced(bySeconds: -seconds)
        }
    }
}
