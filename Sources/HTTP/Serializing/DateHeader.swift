import Glibc
import Synchronization

/// The value of the Date field (RFC 9110 section 5.6.7), made once a second.
enum DateHeader {
    private struct Cache {
        var second = -1
        var text: [UInt8] = []
    }

    private static let cache = Mutex(Cache())

    /// Appends the present date, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func append(to bytes: inout [UInt8]) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        let second = now.tv_sec
        cache.withLock { cache in
            if cache.second != second {
                cache.second = second
                cache.text = Array(format(second).utf8)
            }
            bytes += cache.text
        }
    }

    /// A time in seconds since 1970 in the form of HTTP.
    static func format(_ seconds: Int) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date =
            "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        return "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    private static func two(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
