import Glibc
import Synchronization

/// The value of the Date field (RFC 9110 section 6.6.1), made once a second.
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
                cache.text = Array(HTTPDate.format(second).utf8)
            }
            bytes += cache.text
        }
    }
}
