/// What an attack that takes a certain time could do in one stay, if its attacker is on the host for all of it.
public struct AttackForecast: Codable, Sendable, Hashable {
    /// How likely the attack succeeds, and how likely it is ended by the move.
    public struct Outcome: Codable, Sendable, Hashable {
        /// The probability of success in one stay.
        public let perStay: Double
        /// 1 − `perStay`.
        public let resisted: Double

        init(perStay: Double) {
            self.perStay = perStay
            resisted = 1 - perStay
        }
    }

    /// A in seconds.
    public let attackSeconds: Double
    /// Whether this is the attack time that the policy assumes.
    public let isAssumed: Bool
    /// For an attack that always takes A and begins with the stay: P(D ≥ A).
    public let fixed: Outcome
    /// For an attack whose duration is exponential with mean A and that begins with the stay: E[1 − e^(−D/A)].
    public let exponential: Outcome
    /// For an attack that always takes A and begins at a random instant of a stay: (1/μ)·∫ P(D > u) du from A on.
    public let fixedFromRandomInstant: Outcome

    /// Published attacks on neighbours take from 20 s to 6 h (section 3.3 of the model).
    static let usualSeconds: [Double] = [20, 60, 300, 3600, 21600]

    init(against clock: RelocationClock, seconds: Double, isAssumed: Bool) {
        attackSeconds = seconds
        self.isAssumed = isAssumed
        fixed = Outcome(perStay: clock.perStaySuccess(fixedAttack: seconds))
        exponential = Outcome(perStay: clock.perStaySuccess(meanExponentialAttack: seconds))
        fixedFromRandomInstant = Outcome(perStay: clock.perStaySuccess(fixedAttackFromRandomInstant: seconds))
    }

    /// The usual attack times and the assumed one, the shortest first.
    static func all(against clock: RelocationClock, assumed: Double) -> [AttackForecast] {
        Set(usualSeconds + [assumed]).sorted()
            .map { AttackForecast(against: clock, seconds: $0, isAssumed: $0 == assumed) }
    }
}
