import Glibc

/// Dates as HTTP writes them (RFC 9110 section 5.6.7), in seconds since 1970.
enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The date in the form that is sent, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func format(_ seconds: Int) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date =
            "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        return "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    /// Reads the form that is sent and the two that are obsolete, `Sunday, 06-Nov-94 08:49:37 GMT` and
    /// `Sun Nov  6 08:49:37 1994`, which every recipient must still accept. Nil if the text is none of them.
    ///
    /// - Parameter now: the present, in seconds since 1970: a year of two digits is at most 50 years ahead of it.
    static func parse(_ text: String, now: Int) -> Int? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch words.count {
        case 6 where words[0].last == "," && days.contains(String(words[0].dropLast())) && words[5] == "GMT":
            return seconds(day: words[1], month: words[2], year: number(words[3], digits: 4), time: words[4])
        case 4 where words[0].last == "," && longDays.contains(String(words[0].dropLast())) && words[3] == "GMT":
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false)
            guard date.count == 3, let short = number(date[2], digits: 2) else { return nil }
            return seconds(day: date[0], month: date[1], year: century(of: short, now: now), time: words[2])
        case 5 where days.contains(String(words[0])):
            return seconds(day: words[2], month: words[1], year: number(words[4], digits: 4), time: words[3])
        case 6 where days.contains(String(words[0])) && words[2].isEmpty && words[3].utf8.count == 1:
            return seconds(day: "0" + words[3], month: words[1], year: number(words[5], digits: 4), time: words[4])
        default:
            return nil
        }
    }

    private static func century(of year: Int, now: Int) -> Int {
        let latest = 1970 + now / 31_556_952 + 50
        return latest - (latest - year) % 100
    }

    private static func seconds(day: Substring, month: Substring, year: Int?, time: Substring) -> Int? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2) }
        guard let day = number(day, digits: 2), let month = months.firstIndex(of: String(month)), let year,
            clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month)
        parts.tm_mday = Int32(day)
        let midnight = timegm(&parts)
        // The library has made another day of one that does not exist.
        guard parts.tm_mday == Int32(day) else { return nil }
        return Int(midnight) + hour * 3600 + minute * 60 + second
    }

    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy(Characters.isDigit) else { return nil }
        return Int(text)
    }

    private static func two(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
