/// How long the server waits for a slow peer.
///
/// It is a bucket of time: waiting empties it, every byte that moves fills it a little (at the least rate allowed), and it
/// never holds more than it began with. A peer that is silent is dropped after that time, and so is one that sends or
/// takes a byte now and then to keep a timer from firing.
struct StallBudget: Sendable {
    private let capacity: UInt64
    private let nanosecondsPerByte: UInt64
    private var left: UInt64
    private var waitingSince: MonotonicTime?

    /// A full bucket.
    init(_ timeout: Duration, minBytesPerSecond: Int) {
        capacity = timeout.clampedNanoseconds
        nanosecondsPerByte = 1_000_000_000 / UInt64(max(1, minBytesPerSecond))
        left = capacity
    }

    /// When the wait that is going on must end.
    var deadline: MonotonicTime {
        guard let waitingSince else { return .never }
        return waitingSince.advanced(byNanoseconds: left)
    }

    mutating func beginWaiting(_ now: MonotonicTime) {
        if waitingSince == nil { waitingSince = now }
    }

    mutating func moved(_ bytes: Int, _ now: MonotonicTime) {
        guard bytes > 0 else { return }
        settle(now)
        let gain = UInt64(bytes).multipliedReportingOverflow(by: nanosecondsPerByte)
        left = gain.overflow ? capacity : min(capacity, left + min(gain.partialValue, capacity))
    }

    /// Fills the bucket for something new, for which nobody waits yet.
    mutating func reset() {
        left = capacity
        waitingSince = nil
    }

    mutating func endWaiting(_ now: MonotonicTime) {
        settle(now)
        waitingSince = nil
    }

    private mutating func settle(_ now: MonotonicTime) {
        guard let since = waitingSince else { return }
        left -= min(left, now.nanoseconds(since: since))
        waitingSince = now
    }
}
