import FleetModel
import Glibc

/// What co-residences that are over add up to.
struct ExposureFigures: Sendable {
    /// How many there were.
    var count = 0
    /// How many of them were shorter than the container's assumed attack time.
    var countBeforeAttack = 0
    /// The longest of them.
    var longest: CoResidence?

    /// Counts one that has just ended.
    mutating func add(_ ended: CoResidence, lasted milliseconds: Int64, attackMilliseconds: Int64, at now: Timestamp) {
        count += 1
        if milliseconds < attackMilliseconds { countBeforeAttack += 1 }
        if ended.isLonger(than: longest, at: now) { longest = ended }
    }
}

/// The same for one tenant beside another, with the time in all and the time that is remembered.
struct PairFigures: Sendable {
    var ended = ExposureFigures()
    var milliseconds: Int64 = 0
    var remembered = FadingSum()
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
