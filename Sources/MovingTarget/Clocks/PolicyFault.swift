import FleetModel

/// The first thing that is wrong with a policy, and changes that may help. Whether they do is for `PolicyCheck` to try.
struct PolicyFault {
    let field: String
    let reason: String
    let changes: () -> [PolicyChange]

    private init(_ field: String, _ reason: String, changes: @escaping () -> [PolicyChange] = { [] }) {
        self.field = field
        self.reason = reason
        self.changes = changes
    }

    /// Looks for it; `nil` when nothing is wrong.
    init?(in policy: Policy, moveSeconds: Double?) {
        let required = PolicyCheck.movesPerStay * (moveSeconds ?? 0)
        guard
            let fault = Self.crossedBounds(policy) ?? Self.outOfRange(policy) ?? Self.unheededBound(policy)
                ?? Self.neverFires(policy) ?? Self.shortStay(policy, required: required, moveSeconds: moveSeconds ?? 0)
                ?? Self.shortBound(policy, required: required, moveSeconds: moveSeconds ?? 0)
                ?? Self.longBound(policy)
        else { return nil }
        self = fault
    }

    private static func crossedBounds(_ policy: Policy) -> PolicyFault? {
        guard let least = policy.dwell.minSeconds, let most = policy.dwell.maxSeconds, least > most else { return nil }
        return PolicyFault("dwell.minSeconds", "is \(least.figure), and dwell.maxSeconds only \(most.figure)") {
            [.minSeconds(most), .maxSeconds(least), .minSeconds(nil), .maxSeconds(nil)]
        }
    }

    private static func outOfRange(_ policy: Policy) -> PolicyFault? {
        do {
            try policy.validate()
            return nil
        } catch ModelError.outOfRange(let field, let detail) {
            return PolicyFault(field, detail)
        } catch {
            return PolicyFault("policy", "\(error)")
        }
    }

    private static func unheededBound(_ policy: Policy) -> PolicyFault? {
        guard policy.clock == .static, let most = policy.dwell.maxSeconds else { return nil }
        return PolicyFault(
            "dwell.maxSeconds",
            "is \(most.figure), but a static clock never moves a container; another clock would heed it"
        ) { [.maxSeconds(nil)] }
    }

    private static func neverFires(_ policy: Policy) -> PolicyFault? {
        guard case .poissonTick(let tick) = policy.clock, StayLaw(policy) == nil else { return nil }
        let largest = PoissonDistribution(mean: tick.mean).largestProbability
        return PolicyFault(
            "clock.threshold",
            "is \(tick.threshold.figure), and no Poisson probability of mean \(tick.mean.figure) is above "
                + "\(largest.rounded(.up, digits: 4).figure), so the clock would never fire"
        ) {
            [
                .threshold(largest.rounded(.down, digits: 4)),
                .mean(CorrectionSearch.mean(firingAbove: tick.threshold, below: tick.mean)),
            ]
        }
    }

    /// Stays that are too short for the moves between them. The shortest stay that follows from the moves themselves does
    /// not count: a clock that only it holds back would not be the clock that the policy names.
    private static func shortStay(_ policy: Policy, required: Double, moveSeconds: Double) -> PolicyFault? {
        let clock = RelocationClock(policy, defaultMinSeconds: 0)
        guard let mean = clock.meanSeconds else { return nil }
        let isNothing = mean == 0 && policy.dwell.minSeconds != nil
        guard mean < required || isNothing else { return nil }
        let seconds = "\(mean.rounded(.down, digits: 4).figure) s"
        let stay = clock.isPredictable ? "stays of \(seconds)" : "a mean stay of \(seconds)"
        let reason =
            isNothing && required == 0
            ? "makes stays of no time at all"
            : "makes \(stay); \(need(required, moveSeconds))"
        return PolicyFault(field(behindStaysOf: policy, required: required), reason) {
            CorrectionSearch(policy: policy, required: required > 0 ? required : 1).longerStays
        }
    }

    private static func need(_ required: Double, _ moveSeconds: Double) -> String {
        "at least \(required.rounded(.up, digits: 4).figure) s is needed, \(PolicyCheck.movesPerStay.figure) times the "
            + "\(moveSeconds.rounded(.toNearestOrEven, digits: 4).figure) s that a move takes"
    }

    /// The field that makes the stays so short.
    private static func field(behindStaysOf policy: Policy, required: Double) -> String {
        if policy.dwell.maxSeconds != nil {
            let mean = RelocationClock(policy.with(.maxSeconds(nil)), defaultMinSeconds: 0).meanSeconds
            if mean.map({ $0 >= required }) ?? false { return PolicyChange.maxSeconds(nil).field }
        }
        switch policy.clock {
        case .poissonTick(let tick):
            let atOnce = tick.reading == .count && StayLaw(policy)?.upper == 0
            return (atOnce ? PolicyChange.threshold(0) : .tickSeconds(0)).field
        case .periodic: return PolicyChange.seconds(0).field
        case .deadline, .jittered, .exponential, .cappedExponential, .static:
            return PolicyChange.assumedAttackSeconds(0).field
        }
    }

    private static func shortBound(_ policy: Policy, required: Double, moveSeconds: Double) -> PolicyFault? {
        guard policy.clock != .static, let least = policy.dwell.minSeconds, least < required else { return nil }
        return PolicyFault(
            "dwell.minSeconds",
            "is \(least.figure); \(need(required, moveSeconds))"
        ) { [.minSeconds(required.rounded(.up, digits: 4)), .minSeconds(nil)] }
    }

    /// A shortest stay above the longest of the clock, so that nothing of the clock is left. One that moves containers at
    /// once is meant to be held by its bound.
    private static func longBound(_ policy: Policy) -> PolicyFault? {
        guard let least = policy.dwell.minSeconds, let law = StayLaw(policy), law.upper > 0, law.upper < least else {
            return nil
        }
        return PolicyFault(
            "dwell.minSeconds",
            "is \(least.figure), but the clock ends each stay after \(law.upper.secondsInWords) at the latest, so it would "
                + "have no say"
        ) {
            // At its very end an unpredictable clock would be predictable.
            (law.lower == law.upper ? [.minSeconds(law.upper.rounded(.down, digits: 4))] : []) + [.minSeconds(nil)]
                + CorrectionSearch(policy: policy, required: least)
                .clockChanges { StayLaw($0).map { $0.upper >= least } ?? false }
        }
    }
}
