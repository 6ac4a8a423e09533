import FoundationEssentials

/// An instant with millisecond precision, RFC 3339 in UTC in JSON.
public struct Timestamp: Sendable, Hashable, Comparable, StringCodable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// The instant this many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Parses RFC 3339 with or without fractions of a second.
    /// - Throws: `ModelError.invalidTimestamp`.
    public init(_ text: String) throws {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? style.parse(text) else { throw ModelError.invalidTimestamp(text) }
        self.init(date)
    }

    /// The instant of a date, rounded to the nearest millisecond.
    public init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    /// The present, by the system's clock.
    public static var now: Timestamp { Timestamp(Date()) }

    /// RFC 3339 in UTC with milliseconds.
    public var description: String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The instant some seconds later; what is too far away to be counted becomes the last instant that can be.
    public func advanced(bySeconds seconds: Double) -> Timestamp {
        let change = Int64(exactly: (seconds * 1000).rounded()) ?? (seconds < 0 ? .min : .max)
        let (sum, isOverflow) = milliseconds.addingReportingOverflow(change)
        return Timestamp(milliseconds: isOverflow ? (change < 0 ? .min : .max) : sum)
    }

    /// Seconds from another instant to this one; negative when this one is earlier.
    public func seconds(since earlier: Timestamp) -> Double { Double(milliseconds - earlier.milliseconds) / 1000 }

    /// By time.
    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
