import FleetModel
import Glibc

// When a stay ends
// ================
//
// A clock is a law of the length D of stays (`StayLaw`) between two bounds: a stay lasts D' = min(max(D, least), most).
// Every answer is worked out from that one law, so what is shown to operators, what moves containers and what is simulated
// cannot drift apart.
//
//     clock               D                                       mean of D
//     deadline            t* = −ln(1 − T)·A                       t*
//     jittered            exponential, given D ≤ t*               A − t*·(1 − T)/T
//     exponential         exponential                             A
//     cappedExponential   min(exponential, t*)                    T·A
//     poissonTick count   the first k with P(X = k) > T, ticks    the same
//     poissonTick draw    geometric, in ticks                     1/q, q = Σ of all P(X = k) > T
//     periodic            even from (1 − δ)·p to p                (1 − δ/2)·p
//     static              never ends                              none
//
// Raising T lengthens the stays of all but `poissonTick`, where it delays the move of `count` tick by tick and then, from
// the largest P(X = k) on, disables both readings; and where T < e^(−m), `count` moves at once and only the shortest stay
// holds it. `PolicyCheck` is there for that.

/// The clock of a policy: how long containers stay on their hosts, and when a given one has stayed long enough.
public struct RelocationClock: Sendable, Hashable {
    /// The clock's own law; `nil` when it never fires.
    let law: StayLaw?
    /// Whether the clock ever ends a stay.
    public let fires: Bool
    /// The shortest stay in seconds, at most the longest.
    let least: Double
    /// The longest stay in seconds, which may be infinite.
    let most: Double
    /// λ: how many attacks finish in a second of co-residence.
    public let attacksPerSecond: Double

    /// The clock of a policy, which must be valid.
    /// - Parameter defaultMinSeconds: The shortest stay if the policy names none, in seconds. It gives way to the policy's
    ///   longest stay.
    public init(_ policy: Policy, defaultMinSeconds: Double = 1) {
        law = StayLaw(policy)
        fires = law != nil
        most = policy.dwell.maxSeconds ?? .infinity
        least = min(policy.dwell.minSeconds ?? defaultMinSeconds, most)
        attacksPerSecond = policy.attacksPerSecond
    }

    /// P(D' > t): the probability that a stay is longer than this many seconds.
    public func survival(_ seconds: Double) -> Double {
        guard let law, seconds >= least else { return 1 }
        return seconds < most ? law.survival(seconds) : 0
    }

    /// P(D' ≥ t): the probability that a stay is at least this many seconds long.
    public func reach(_ seconds: Double) -> Double {
        guard let law, seconds > least else { return 1 }
        return seconds <= most ? law.reach(seconds) : 0
    }

    /// The shortest time in seconds within which this share of all stays, 0 to 1, has ended. Infinite for all stays of a
    /// clock without a bound; `nil` when the clock never fires.
    public func quantile(_ share: Double) -> Double? {
        law.map { bounded($0.time(survivedBy: 1 - min(max(share, 0), 1))) }
    }

    /// E[D'] in seconds; `nil` when the clock never fires.
    public var meanSeconds: Double? { law.map { least + ($0.mean(upTo: most) - $0.mean(upTo: least)) } }

    /// No stay is shorter than this many seconds. Infinite when the clock never fires.
    public var minimumSeconds: Double { law.map { bounded($0.lower) } ?? .infinity }

    /// No stay is longer than this many seconds; `nil` when stays have no bound.
    public var maximumSeconds: Double? {
        guard let longest = law.map({ bounded($0.upper) }), longest.isFinite else { return nil }
        return longest
    }

    /// Whether all stays are equally long, or without end: then whoever has seen two moves knows when the later ones are.
    public var isPredictable: Bool { law == nil || minimumSeconds == maximumSeconds }

    /// The entropy in nats of the clock's law before it is bounded, with time in seconds (section 1.3 of the model): how
    /// little an attacker knows of a stay's end. `nil` where it has none: when stays are equally long, come in whole
    /// ticks, or often have exactly the longest length.
    ///
    /// The exponential law has the most for its mean μ, 1 + ln μ.
    public var entropy: Double? { isPredictable ? nil : law?.entropy }

    func bounded(_ seconds: Double) -> Double { min(max(seconds, least), most) }
}
