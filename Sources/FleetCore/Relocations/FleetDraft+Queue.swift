import FleetModel
import MovingTarget

extension Relocation {
    package var waiting: StartQueue.Waiting {
        StartQueue.Waiting(id: id, trigger: trigger, tenant: tenant, source: source, destination: destination)
    }
}

extension FleetDraft {
    /// Ends a relocation before its first step.
    package mutating func giveUp(_ relocation: Relocation, _ code: FailureCode, _ message: String) {
        var relocation = relocation
        relocation.state = .failed
        relocation.failure = StepFailure(code: code, message: message)
        relocation.endedAt = now
        record(.relocation(relocation))
        guard var container = state.containers[relocation.container], container.state == .running,
            container.deadlineAt != nil
        else { return }
        container.deadlineAt = state.deadline(of: container, arrivedAt: now, at: now)
        record(.container(container))
    }

    /// Ends a relocation of the wanted container that waits and is less urgent than what is wanted now.
    /// - Returns: its number.
    package mutating func makeWay(for wanted: RelocationRequest) -> RelocationID? {
        guard var waiting = state.openRelocation(of: wanted.container), waiting.state == .queued,
            let rank = StartQueue.ranks.firstIndex(of: waiting.trigger),
            let wantedRank = StartQueue.ranks.firstIndex(of: wanted.trigger), wantedRank < rank
        else { return nil }
        waiting.cancelledBy = wanted.actor
        waiting.state = .cancelled
        waiting.endedAt = now
        record(.relocation(waiting))
        return waiting.id
    }
}
