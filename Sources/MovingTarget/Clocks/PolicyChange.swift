import FleetModel

/// One field of a policy, and a value for it.
public enum PolicyChange: Sendable, Hashable, CustomStringConvertible {
    /// A in seconds.
    case assumedAttackSeconds(Double)
    /// T, of the clocks that have it.
    case threshold(Double)
    /// The mean of `poissonTick`.
    case mean(Double)
    /// The time between ticks of `poissonTick` in seconds.
    case tickSeconds(Double)
    /// The stay of `periodic` in seconds.
    case seconds(Double)
    /// The shortest stay in seconds; `nil` for the one that follows from what moves take.
    case minSeconds(Double?)
    /// The longest stay in seconds; `nil` for no bound.
    case maxSeconds(Double?)

    /// The path of the field in JSON.
    public var field: String {
        switch self {
        case .assumedAttackSeconds: "assumedAttackSeconds"
        case .threshold: "clock.threshold"
        case .mean: "clock.mean"
        case .tickSeconds: "clock.tickSeconds"
        case .seconds: "clock.seconds"
        case .minSeconds: "dwell.minSeconds"
        case .maxSeconds: "dwell.maxSeconds"
        }
    }

    /// The field and its value.
    public var description: String {
        switch self {
        case .assumedAttackSeconds(let value), .threshold(let value), .mean(let value), .tickSeconds(let value),
            .seconds(let value), .minSeconds(let value?), .maxSeconds(let value?):
            "\(field) \(value.figure)"
        case .minSeconds(nil), .maxSeconds(nil): "no \(field)"
        }
    }

    /// Makes the change in a policy. A field that its clock does not have is passed over.
    public func apply(to policy: inout Policy) {
        switch (self, policy.clock) {
        case (.assumedAttackSeconds(let value), _): policy.assumedAttackSeconds = value
        case (.minSeconds(let value), _): policy.dwell.minSeconds = value
        case (.maxSeconds(let value), _): policy.dwell.maxSeconds = value
        case (.threshold(let value), .deadline): policy.clock = .deadline(threshold: value)
        case (.threshold(let value), .jittered): policy.clock = .jittered(threshold: value)
        case (.threshold(let value), .cappedExponential): policy.clock = .cappedExponential(threshold: value)
        case (.seconds(let value), .periodic(_, let jitter)): policy.clock = .periodic(seconds: value, jitter: jitter)
        case (.threshold(let value), .poissonTick(var tick)):
            tick.threshold = value
            policy.clock = .poissonTick(tick)
        case (.mean(let value), .poissonTick(var tick)):
            tick.mean = value
            policy.clock = .poissonTick(tick)
        case (.tickSeconds(let value), .poissonTick(var tick)):
            tick.tickSeconds = value
            policy.clock = .poissonTick(tick)
        case (.threshold, _), (.seconds, _), (.mean, _), (.tickSeconds, _): break
        }
    }
}

extension Policy {
    /// This policy with a change made.
    func with(_ change: PolicyChange) -> Policy {
        var policy = self
        change.apply(to: &policy)
        return policy
    }
}
