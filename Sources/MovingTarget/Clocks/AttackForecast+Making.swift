import FleetModel

extension AttackForecast {
    /// Published attacks on neighbours take from 20 s to 6 h (section 3.3 of the model).
    static let usualSeconds: [Double] = [20, 60, 300, 3600, 21600]

    init(against clock: RelocationClock, seconds: Double, isAssumed: Bool) {
        self.init(
            attackSeconds: seconds, isAssumed: isAssumed,
            fixed: Outcome(perStay: clock.perStaySuccess(fixedAttack: seconds)),
            exponential: Outcome(perStay: clock.perStaySuccess(meanExponentialAttack: seconds)),
            fixedFromRandomInstant: Outcome(perStay: clock.perStaySuccess(fixedAttackFromRandomInstant: seconds)))
    }

    /// The usual attack times and the assumed one, the shortest first.
    static func all(against clock: RelocationClock, assumed: Double) -> [AttackForecast] {
        Set(usualSeconds + [assumed]).sorted()
            .map { AttackForecast(against: clock, seconds: $0, isAssumed: $0 == assumed) }
    }
}
