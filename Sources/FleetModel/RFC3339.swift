/// Reads a date and time (RFC 3339, section 5.6): `2026-01-31T12:00:00.250Z`, or an offset such as `+01:30` for `Z`.
struct RFC3339 {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    let milliseconds: Int64

    /// Reads a text, `nil` when it is of another form or names a day or an hour that there is not.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard let year = Self.number(4, &rest), Self.mark("-", &rest), let month = Self.number(2, &rest),
            Self.mark("-", &rest), let day = Self.number(2, &rest), Self.mark("T", &rest) || Self.mark("t", &rest),
            let hour = Self.number(2, &rest), hour < 24, Self.mark(":", &rest), let minute = Self.number(2, &rest),
            minute < 60, Self.mark(":", &rest), let second = Self.number(2, &rest), second < 60,
            let fraction = Self.fraction(&rest), let offset = Self.offset(&rest), rest.isEmpty
        else { return nil }
        let date = CalendarDate(year: year, month: month, day: day)
        guard CalendarDate(daysSince1970: date.daysSince1970) == date else { return nil }
        milliseconds = (((date.daysSince1970 * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + fraction
    }

    private static func mark(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ digits: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.count >= digits else { return nil }
        var sum: Int64 = 0
        for byte in rest.prefix(digits) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            sum = sum * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        rest.removeFirst(digits)
        return sum
    }

    /// Milliseconds; 0 when there is no fraction, `nil` when there is a point without digits.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard mark(".", &rest) else { return 0 }
        var sum: Int64 = 0
        var digits = 0
        while let digit = number(1, &rest) {
            if digits < 3 { sum = sum * 10 + digit }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 3)..<3 { sum *= 10 }
        return sum
    }

    /// Minutes that the local time is ahead of UTC.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if mark("Z", &rest) || mark("z", &rest) { return 0 }
        let isAhead = mark("+", &rest)
        guard isAhead || mark("-", &rest), let hours = number(2, &rest), hours < 24, mark(":", &rest),
            let minutes = number(2, &rest), minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isAhead ? 1 : -1)
    }
}
