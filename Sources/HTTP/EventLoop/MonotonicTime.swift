import Glibc

/// A point on the clock that never goes back, in nanoseconds. It counts from an arbitrary start.
struct MonotonicTime: Comparable, Sendable {
    var nanoseconds: UInt64

    static let never = MonotonicTime(nanoseconds: .max)

    static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates instead of overflowing, so that a limit of "forever" stays forever.
    static func + (time: Self, duration: Duration) -> Self {
        time.advanced(byNanoseconds: duration.clampedNanoseconds)
    }

    func advanced(byNanoseconds count: UInt64) -> Self {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(count)
        return overflow ? .never : Self(nanoseconds: sum)
    }

    /// The nanoseconds since an earlier point; 0 if it was not earlier.
    func nanoseconds(since earlier: Self) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }
}

extension Duration {
    /// The duration in whole nanoseconds, between 0 and `UInt64.max / 2`.
    var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 9_000_000_000 else { return UInt64.max / 2 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
    }
}
