/// Asks a silent peer for a sign of life. Any byte is one.
struct HTTP2KeepAlive: Sendable {
    enum Verdict {
        case alive
        /// Nothing has come for the interval.
        case ask
        /// Nothing has come since it was asked.
        case dead
    }

    private let interval: UInt64
    private let timeout: UInt64
    private var deadlineAfterSilence: MonotonicTime
    private var deadlineAfterPing: MonotonicTime?

    init(_ limits: HTTP2Limits, now: MonotonicTime) {
        interval = limits.pingInterval.clampedNanoseconds
        timeout = limits.pingTimeout.clampedNanoseconds
        deadlineAfterSilence = now.advanced(byNanoseconds: interval)
    }

    /// When `check` should be called.
    var deadline: MonotonicTime { deadlineAfterPing ?? deadlineAfterSilence }

    mutating func heard(_ now: MonotonicTime) {
        deadlineAfterSilence = now.advanced(byNanoseconds: interval)
        deadlineAfterPing = nil
    }

    mutating func check(_ now: MonotonicTime) -> Verdict {
        guard deadline <= now else { return .alive }
        guard deadlineAfterPing == nil else { return .dead }
        deadlineAfterPing = now.advanced(byNanoseconds: timeout)
        return .ask
    }
}
