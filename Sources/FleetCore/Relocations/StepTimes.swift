import FleetModel

/// How long the control plane waits for the answers of agents.
public struct StepTimes: Sendable {
    /// How long an agent may be away, its link broken, before its steps count as lost, in seconds.
    public var absenceSeconds = 5.0
    /// How long it may take to bring a container back where it was, in seconds. How long it may take to prepare, to write down and
    /// to restore it where it goes, policies say.
    public var reviveSeconds = 60.0
    /// How long any other step may take, in seconds, and to say that one was given up.
    public var stepSeconds = 15.0
    /// How long a destination holds what it restored, in seconds.
    public var leaseSeconds = 30.0
    /// The pause before a step is repeated the first time, in seconds; it doubles up to `longestPauseSeconds`.
    public var firstPauseSeconds = 0.1
    /// The longest pause before a step is repeated, in seconds.
    public var longestPauseSeconds = 5.0
    /// How often leftovers are tried again, in seconds.
    public var sweepSeconds = 5.0
    /// When a container that could not be moved is tried again, in seconds; after each trial the pause is twice as long.
    public var secondTrialSeconds = 5.0

    /// Times that suit a fleet in one data centre.
    public init() {}

    /// How long an answer to a step may take.
    package func limit(of kind: StepKind, _ limits: RelocationLimits, _ rules: ConnectionRules) -> Duration {
        switch kind.rule.limit {
        case .preparation: .seconds(limits.prepareSeconds)
        case .checkpoint: .seconds(limits.checkpointSeconds + stepSeconds)
        case .restoration: .seconds(limits.restoreSeconds)
        case .revival: .seconds(reviveSeconds)
        case .step: .seconds(stepSeconds)
        case .acceptance: .seconds(stepSeconds + rules.acceptSeconds)
        }
    }

    /// The pause before an attempt.
    package func pause(before attempt: Int) -> Duration {
        attempt <= 1 ? .zero : .seconds(min(firstPauseSeconds * Double(1 << min(attempt - 2, 16)), longestPauseSeconds))
    }
}
