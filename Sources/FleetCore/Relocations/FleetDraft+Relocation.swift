import FleetModel

/// What relocations do to containers, addresses and alarms.
extension FleetDraft {
    /// The container runs at its destination: new connections are to reach its new address, open ones keep theirs.
    package mutating func arrive(_ relocation: Relocation) throws(FleetError) {
        guard let destination = relocation.destination, let newAddress = relocation.newAddress else { return }
        let now = now
        let deadline = state.deadline(of: try container(relocation.container), arrivedAt: now, at: now)
        try update(relocation.container) { container in
            if !container.retainedAddresses.contains(relocation.oldAddress) {
                container.retainedAddresses.append(relocation.oldAddress)
            }
            container.host = destination
            container.address = newAddress
            container.arrivedAt = now
            container.deadlineAt = deadline
        }
        liftFence(of: relocation)
    }

    /// What the end of a relocation means for its container.
    package mutating func settle(_ relocation: Relocation) throws(FleetError) {
        clear(.stepPending, about: relocation.subject)
        switch relocation.state {
        case .completed:
            var container = try container(relocation.container)
            container.state = .running
            forgetRefusals(of: &container)
            record(.container(container))
            clear(.noFeasibleHost, about: relocation.container.text)
            noticeLeftover(of: relocation)
            finishDraining(relocation.source)
            liftFence(of: relocation)
        case .failed, .rolledBack, .cancelled:
            var container = try container(relocation.container)
            container.state = .running
            if relocation.state == .cancelled {
                container.deadlineAt = state.deadline(of: container, arrivedAt: now, at: now)
            } else {
                moveFailed(&container, relocation.failure)
            }
            record(.container(container))
            release(relocation.newAddress)
            noticeLeftover(of: relocation)
            liftFence(of: relocation)
        case .lost:
            clear(.noFeasibleHost, about: relocation.container.text)
            let losses = state.losses(of: relocation)
            let ran = RelocationCourse.mayRunAtDestination(relocation.steps, mayBeBehind: false)
            let host = (ran ? losses.destination : losses.source) ?? losses.source ?? losses.destination
            try lose(relocation.container, with: host ?? relocation.source, and: relocation.newAddress)
            release(relocation.newAddress)
            noticeLeftover(of: relocation)
        case .stranded:
            try update(relocation.container) { container in
                container.state = .stranded(relocation.id)
                container.deadlineAt = nil
            }
            raise(
                .stranded, about: relocation.container.text,
                "relocation \(relocation.id) failed on both hosts; nothing of the container runs. Its dump is kept. "
                    + "Start it anew with POST /v1/containers/\(relocation.container)/start")
        case .queued, .running, .rollingBack: break
        }
    }

    /// Says that a step is being repeated, once it has failed often enough not to be a hiccup.
    package mutating func noticeRepetition(of relocation: Relocation, attempt: Int) {
        guard attempt > 3, let step = relocation.steps.last else { return }
        let reason = step.failure.map(\.description) ?? "no answer"
        raise(
            .stepPending, about: relocation.subject,
            "'\(step.kind.rawValue)' on \(step.host) for container '\(relocation.container)' is being repeated: \(reason)"
        )
    }

    /// Puts an address to rest before anybody gets it again.
    package mutating func release(_ address: IPv4Address?) {
        guard let address else { return }
        note(.quarantine(address, until: now.advanced(bySeconds: AddressQuarantine.seconds)))
    }

    private mutating func noticeLeftover(of relocation: Relocation) {
        let unfinished = relocation.unfinishedRemovals
        guard !unfinished.isEmpty else { return }
        let hosts = unfinished.map { step in "\(step.host) (\(step.failure.map(\.description) ?? "no answer"))" }
        raise(
            .leftover, about: relocation.subject,
            "something of container '\(relocation.container)' is still held by \(hosts.joined(separator: " and "))")
    }

    /// A host that was drained keeps its containers out from now on.
    package mutating func finishDraining(_ name: HostName) {
        guard var host = state.hosts[name], host.state == .draining, state.containerCount(on: name) == 0 else { return }
        host.state = .cordoned
        host.drain?.endedAt = now
        record(.host(host))
    }
}

extension Relocation {
    /// How alarms name it.
    package var subject: String { "relocation-\(id)" }

    /// The steps that were to remove something at the end, and have not.
    package var unfinishedRemovals: [Step] {
        StepKind.allCases.filter { $0.rule.onFailure == .leftover }
            .compactMap { kind in steps.last { $0.kind == kind } }.filter { $0.state != .succeeded }
    }
}
