import FleetModel

extension [Step] {
    /// Puts the outcome of a step in its place.
    /// - Returns: whether it has one.
    @discardableResult
    package mutating func take(_ step: Step) -> Bool {
        guard let index = lastIndex(where: { $0.kind == step.kind && $0.attempt == step.attempt }) else { return false }
        self[index] = step
        return true
    }
}

extension Relocation {
    /// Takes the outcome of a step.
    package mutating func take(
        _ step: Step, report: AgentReport?, pauseMilliseconds: Double?, at now: Timestamp
    ) {
        guard steps.take(step) else { return }
        if case .dumped(let bytes, let closing) = report { (self.bytes, self.closing) = (bytes, closing) }
        guard step.kind == .release, step.state == .succeeded else { return }
        let steered = steps.first { $0.kind == .steer }
        self.pauseMilliseconds = pauseMilliseconds ?? steered.map { now.seconds(since: $0.startedAt) * 1000 }
    }

    /// Records steps as sent.
    package mutating func begin(_ steps: [Step], at now: Timestamp) {
        self.steps += steps
        if startedAt == nil { startedAt = now }
        let isUndoing = steps.contains { $0.kind.rule.way == .back }
        state = isUndoing ? .rollingBack : .running
    }

    package mutating func end(_ state: RelocationState, failure: StepFailure?, at now: Timestamp) {
        self.state = state
        self.failure = failure
        endedAt = now
    }

    /// Decides that it does not go on, before anything stands still: what was done is undone.
    package mutating func giveUp(_ failure: StepFailure) {
        self.failure = failure
        state = .rollingBack
    }
}
