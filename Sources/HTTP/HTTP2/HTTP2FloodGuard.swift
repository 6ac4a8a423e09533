/// A bucket of frames that oblige the receiver to work and the sender to nothing. It fills up with time.
struct HTTP2FloodGuard: Sendable {
    private let capacity: UInt64
    private let nanosecondsPerFrame: UInt64
    private var left: UInt64
    private var filledAt: MonotonicTime

    /// A full bucket of `burst` frames.
    init(burst: Int, perSecond: Int, now: MonotonicTime) {
        nanosecondsPerFrame = 1_000_000_000 / UInt64(max(1, perSecond))
        capacity = UInt64(max(1, burst)) * nanosecondsPerFrame
        left = capacity
        filledAt = now
    }

    mutating func refill(_ now: MonotonicTime) {
        left = min(capacity, left + min(capacity, now.nanoseconds(since: filledAt)))
        filledAt = now
    }

    /// Takes a frame out. Returns whether there was one.
    mutating func take() -> Bool {
        guard left >= nanosecondsPerFrame else { return false }
        left -= nanosecondsPerFrame
        return true
    }
}
