/// What came of all runs of a scenario.
public struct Outcome: Codable, Sendable, Hashable {
    /// How many runs there were.
    public var runs: Int
    /// Of all attempts (each time beside an attacker is one) the share that ended without success; `nil` without attempts.
    /// Those that had begun by the run's end are followed to their own.
    public var resisted: Estimate?
    /// S(H): the share of runs without a success.
    public var survival: Estimate
    /// S(t) at 20 instants up to the horizon; empty for a horizon in stays.
    public var survivalCurve: [SurvivalPoint]
    /// The mean time until the first success in seconds, where runs without one count with their whole length; `nil` for a
    /// horizon in stays with a clock that never fires.
    public var secondsToSuccess: Estimate?
    /// Successes in an hour.
    public var successesPerHour: Estimate?
    /// For how many seconds of a run an attacker was beside the container.
    public var besideSeconds: Estimate
    /// The same as a share of the run's time.
    public var besideShare: Estimate?
    /// Moves in an hour; those that failed are none.
    public var movesPerHour: Estimate?
    /// Moves in a run.
    public var moves: Estimate
    /// The share of time in which clients waited for moves that succeeded.
    public var downtimeShare: Estimate?
    /// On how many different hosts a run's container was.
    public var distinctHosts: Estimate
    /// The share of a run's arrivals that its most visited host had; `nil` without moves.
    public var favouriteShare: Estimate?
    /// The mean entropy of the draws of a next host, as a share of that of an even draw among the hosts that could take the
    /// container; `nil` without draws that had a choice.
    public var entropyShare: Estimate?
    /// The mean Δ of the moves of which it is known; `nil` without any.
    public var moveDifference: Estimate?

    /// A point of the curve of survival.
    public struct SurvivalPoint: Codable, Sendable, Hashable {
        /// t.
        public var seconds: Double
        /// S(t).
        public var survival: Estimate
    }
}
