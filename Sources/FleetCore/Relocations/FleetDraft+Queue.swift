import FleetModel
import MovingTarget

extension FleetState {
    /// A relocation as the queue knows it.
    package func waiting(_ relocation: Relocation) -> StartQueue.Waiting {
        StartQueue.Waiting(
            id: relocation.id, trigger: relocation.trigger, tenant: relocation.tenant, source: relocation.source,
            destination: relocation.destination,
            deadline: containers[relocation.container].flatMap { lastDeadline(of: $0) })
    }

    /// When a container should have left its host at the latest: at the end of the longest stay of its clock, t* for most, or
    /// when the clock asks for it where that is later; `nil` where stays have no end.
    private func lastDeadline(of container: Container) -> Timestamp? {
        guard let arrivedAt = container.arrivedAt, let longest = clock(of: container).maximumSeconds else { return nil }
        let end = arrivedAt.advanced(bySeconds: longest)
        return container.deadlineAt.map { max($0, end) } ?? end
    }

    /// Whether anybody but a tenant has containers on a host, or in the fleet where no host is named.
    package func hasOthers(than tenant: TenantName, on host: HostName?) -> Bool {
        if let host { return placement.hasOthers(than: party(of: tenant), on: host) }
        return index.containersByTenant.count > (index.containersByTenant[tenant] == nil ? 0 : 1)
    }
}

extension FleetDraft {
    /// Puts a relocation into the queue. One of the same container that waits there and is less urgent makes way for it.
    /// - Returns: the relocation, and the one that has made way.
    /// - Throws: `FleetError` when the container cannot be moved, or not there.
    package mutating func enqueue(
        _ wanted: RelocationRequest, exposure: ExposureLog
    ) throws -> (Relocation, replaced: RelocationID?) {
        let replaced = makeWay(for: wanted)
        let (container, source) = try state.movable(wanted, at: now, exposure: exposure)
        guard let address = container.address else {
            throw FleetError.conflict("container '\(container.name)' has no address yet")
        }
        var relocation = Relocation(
            id: RelocationID(state.nextRelocation), container: container.name, tenant: container.spec.tenant,
            source: source, destination: wanted.to, trigger: wanted.trigger, actor: wanted.actor,
            reason: wanted.reason, oldAddress: address, createdAt: now)
        if !wanted.avoidTenants.isEmpty { relocation.avoidTenants = wanted.avoidTenants }
        record(.relocation(relocation))
        return (relocation, replaced)
    }

    /// Ends a relocation before its first step.
    package mutating func giveUp(_ relocation: Relocation, _ code: FailureCode, _ message: String) {
        var relocation = relocation
        relocation.state = .failed
        relocation.failure = StepFailure(code: code, message: message)
        relocation.endedAt = now
        record(.relocation(relocation))
        clear(.heldUp, about: relocation.container.text)
        guard var container = state.containers[relocation.container], container.state == .running,
            container.deadlineAt != nil
        else { return }
        // It has not refused, and what it lacks, a host that takes it, rarely comes at the next moment.
        container.deadlineAt = retry(of: container, after: 0.5)
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

    /// A relocation that waits is called off.
    package mutating func callOff(_ relocation: inout Relocation) {
        relocation.state = .cancelled
        relocation.endedAt = now
        clear(.heldUp, about: relocation.container.text)
    }
}
