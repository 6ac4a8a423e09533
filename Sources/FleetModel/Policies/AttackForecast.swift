/// What an attack that takes a certain time could do in one stay, if its attacker is on the host for all of it.
public struct AttackForecast: Codable, Sendable, Hashable {
    /// How likely the attack succeeds, and how likely it is ended by the move.
    public struct Outcome: Codable, Sendable, Hashable {
        /// The probability of success in one stay.
        public let perStay: Double
        /// 1 − `perStay`.
        public let resisted: Double

        /// How likely the attack succeeds.
        public init(perStay: Double) {
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

    /// How an attack fares.
    public init(
        attackSeconds: Double, isAssumed: Bool, fixed: Outcome, exponential: Outcome, fixedFromRandomInstant: Outcome
    ) {
        self.attackSeconds = attackSeconds
        self.isAssumed = isAssumed
        self.fixed = fixed
        self.exponential = exponential
        self.fixedFromRandomInstant = fixedFromRandomInstant
    }
}
