import FleetModel
import Glibc

/// What co-residences that are over add up to.
struct ExposureFigures: Sendable {
    /// How many there were.
    var count = 0
    /// How many of them were shorter than the container's assumed attack time.
    var countBeforeAttack = 0
    /// The longest of them. It stands apart, so that whoever copies figures copies no names.
    private var longestOfAll: [CoResidence] = []

    /// The longest of them.
    var longest: CoResidence? { longestOfAll.first }

    /// Counts one that has just ended.
    mutating func add(_ ended: CoResidence, lasted milliseconds: Int64, attackMilliseconds: Int64, at now: Timestamp) {
        count += 1
        if milliseconds < attackMilliseconds { countBeforeAttack += 1 }
        if ended.isLonger(than: longest, at: now) { longestOfAll = [ended] }
    }

    /// Counts all of others.
    mutating func add(_ others: ExposureFigures, at now: Timestamp) {
        count += others.count
        countBeforeAttack += others.countBeforeAttack
        if let other = others.longest, other.isLonger(than: longest, at: now) { longestOfAll = [other] }
    }
}

/// The same for one tenant beside another, with the time in all and the time that is remembered.
struct PairFigures: Sendable {
    var ended = ExposureFigures()
    var milliseconds: Int64 = 0
    var remembered = FadingSum()
    /// What goes on.
    var ongoing = OngoingSum()

    /// Whether there is nothing to tell.
    var isEmpty: Bool { ended.count == 0 && ongoing.count == 0 }

    /// Adds one that has just ended.
    mutating func add(
        _ co: CoResidence, lasted length: Int64, attackMilliseconds: Int64, at time: Timestamp, memory: Double
    ) {
        ended.add(co, lasted: length, attackMilliseconds: attackMilliseconds, at: time)
        milliseconds += length
        remembered.add(milliseconds: length, endingAt: time, memory: memory)
    }

    /// Adds what is over of another pair.
    mutating func add(ended other: PairFigures, at time: Timestamp, memory: Double) {
        ended.add(other.ended, at: time)
        milliseconds += other.milliseconds
        remembered.add(other.remembered, at: time, memory: memory)
    }

    /// Without what goes on; `nil` when nothing is over.
    var endedOnly: PairFigures? {
        guard ended.count > 0 else { return nil }
        var only = self
        only.ongoing = OngoingSum()
        return only
    }

    /// Without what is over; `nil` when nothing goes on.
    var ongoingOnly: PairFigures? {
        guard ongoing.count > 0 else { return nil }
        var only = PairFigures()
        only.ongoing = ongoing
        return only
    }
}

/// What times that go on count together, each second e^(−age/memory).
///
/// One that began at s counts m·(1 − e^(−(now − s)/m)) now. So it is enough to know how many there are and the sum of all
/// e^((s − r)/m), with any instant r: a beginning and an end change both, and nobody has to look at the others.
struct OngoingSum: Sendable {
    private(set) var count = 0
    private var weight = 0.0
    private var reference = Timestamp(milliseconds: 0)

    /// One begins.
    mutating func begin(at start: Timestamp, memory: Double) {
        if count == 0 {
            (weight, reference) = (0, start)
        } else if start.seconds(since: reference) > memory {
            // The numbers stay small.
            weight *= exp(-start.seconds(since: reference) / memory)
            reference = start
        }
        count += 1
        weight += exp(start.seconds(since: reference) / memory)
    }

    /// One that began then is over.
    mutating func end(begunAt start: Timestamp, memory: Double) {
        guard count > 0 else { return }
        count -= 1
        weight -= exp(start.seconds(since: reference) / memory)
    }

    /// The sum as of an instant.
    func value(at now: Timestamp, memory: Double) -> Double {
        guard count > 0 else { return 0 }
        let value = memory * (Double(count) - weight * exp(-now.seconds(since: reference) / memory))
        // The clock may have been put back to before they began.
        return value.isFinite ? max(0, value) : 0
    }
}

/// A sum of time that is forgotten exponentially: each second counts e^(−age/memory).
///
/// The sum over a time that has passed fades as a whole, S(t + d) = S(t)·e^(−d/m), so that one number is enough; a time
/// of length l that ends now adds ∫₀ˡ e^(−a/m) da = m·(1 − e^(−l/m)).
struct FadingSum: Sendable {
    private var seconds: Double = 0
    private var at = Timestamp(milliseconds: .min / 2)

    /// Adds a time that ends now.
    mutating func add(milliseconds: Int64, endingAt now: Timestamp, memory: Double) {
        seconds = value(at: now, memory: memory) + Self.contribution(of: milliseconds, memory: memory)
        at = max(at, now)
    }

    /// Adds another sum.
    /// - Parameter bound: what both together cannot be more than.
    mutating func add(_ other: FadingSum, at now: Timestamp, memory: Double, atMost bound: FadingSum? = nil) {
        let sum = value(at: now, memory: memory) + other.value(at: now, memory: memory)
        seconds = min(sum, bound?.value(at: now, memory: memory) ?? sum)
        at = max(at, now)
    }

    /// The sum as of an instant.
    func value(at now: Timestamp, memory: Double) -> Double {
        guard seconds > 0 else { return 0 }
        return seconds * exp(-at.milliseconds(to: now).inSeconds / memory)
    }

    /// What a time that ends now counts.
    static func contribution(of milliseconds: Int64, memory: Double) -> Double {
        -memory * expm1(-milliseconds.inSeconds / memory)
    }
}
