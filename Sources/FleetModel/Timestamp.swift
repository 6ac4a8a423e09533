import FoundationEssentials

/// An instant with millisecond precision, RFC 3339 in UTC in JSON.
///
/// Calendar dates are worked out in whole numbers: a `Date` counts in floating point, whose seconds since 2001 do not
/// hold every millisecond exactly, and formatting one would now and then lose a millisecond.
public struct Timestamp: Sendable, Hashable, Comparable, StringCodable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// The instant this many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Parses RFC 3339 with or without fractions of a second; what is finer than a millisecond is cut off.
    /// - Throws: `ModelError.invalidTimestamp`.
    public init(_ text: String) throws {
        guard let time = RFC3339(text) else { throw ModelError.invalidTimestamp(text) }
        milliseconds = time.milliseconds
    }

    /// The instant of a date, rounded to the nearest millisecond.
    public init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    /// The present, by the system's clock.
    public static var now: Timestamp { Timestamp(Date()) }

    /// RFC 3339 in UTC with milliseconds.
    public var description: String {
        let (days, time) = milliseconds.flooredDivision(by: Self.day)
        let date = CalendarDate(daysSince1970: days)
        let fields = [(date.year, 4), (date.month, 2), (date.day, 2)].map(Self.padded)
        let clock = [(time / 3_600_000, 2), (time / 60_000 % 60, 2), (time / 1000 % 60, 2)].map(Self.padded)
        return fields.joined(separator: "-") + "T" + clock.joined(separator: ":") + "." + Self.padded(time % 1000, 3)
            + "Z"
    }

    /// The instant some seconds later, at most the last one that RFC 3339 can write, and at least the first.
    public func advanced(bySeconds seconds: Double) -> Timestamp {
        let sum = Double(milliseconds) + seconds * 1000
        guard sum < Double(Self.last) else { return Timestamp(milliseconds: Self.last) }
        guard sum > Double(Self.first) else { return Timestamp(milliseconds: Self.first) }
        return Timestamp(milliseconds: milliseconds + Int64((seconds * 1000).rounded()))
    }

    /// Seconds from another instant to this one; negative when this one is earlier.
    public func seconds(since earlier: Timestamp) -> Double { Double(milliseconds - earlier.milliseconds) / 1000 }

    /// By time.
    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    private static let day: Int64 = 86_400_000
    /// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
    private static let (first, last): (Int64, Int64) = (-62_167_219_200_000, 253_402_300_799_999)

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
