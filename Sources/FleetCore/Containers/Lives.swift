import FleetModel

extension Container {
    /// Names the orders of its present life: a container that is started anew gets others.
    package var operation: String {
        "container-\(name)-\(address.map { String($0.number, radix: 16) } ?? "0")-\(createdAt.milliseconds)"
    }
}

extension ContainerState {
    /// Whether nothing of the container runs, and nothing is under way.
    package var mayStartAnew: Bool {
        switch self {
        case .stopped, .failed, .stranded, .lost: true
        case .starting, .running, .relocating, .stopping, .removing: false
        }
    }

    /// Whether it went down with its host.
    package var isLost: Bool { if case .lost = self { true } else { false } }

    /// Whether it will be another one soon, by itself.
    package var isPassing: Bool {
        switch self {
        case .starting, .stopping, .removing, .relocating: true
        case .running, .stopped, .stranded, .failed, .lost: false
        }
    }
}

extension Container {
    /// Whether it will be in another state soon, by itself.
    package func isPassing(at now: Timestamp) -> Bool {
        state.isPassing || restarts.nextAt.map { $0 <= now } ?? false
    }
}

extension FleetDraft {
    /// Chooses host and address for a container that does not run, and records it as starting: its memory is gone, and its
    /// earlier addresses rest.
    /// - Throws: `FleetError` when it may run, or may not run yet.
    package mutating func startAnew(_ name: ContainerName, in network: IPv4Network) throws(FleetError) -> Container {
        var container = try container(name)
        guard container.state.mayStartAnew else {
            throw .conflict("container '\(name)' is \(container.state.word) already")
        }
        if case .lost(let host) = container.state, !state.isCutOff(host) {
            throw .conflict(
                "the gateway has not cut host '\(host)' off yet, so what clients have of container '\(name)' may still run"
            )
        }
        for address in container.addresses { release(address) }
        container.retainedAddresses = []
        container.mobility = .unknown
        container.restarts.nextAt = nil
        forgetRefusals(of: &container)
        // What it has left where it was is cleared, and takes up no room: it may go there again, however full the fleet is. Only
        // one that could not be moved from there is to be elsewhere, if it can.
        let leaving = container.restarts.leaving
        container.restarts.leaving = nil
        let elsewhere = leaving.flatMap {
            state.decision(starting: container, requested: nil, leaving: $0, at: now).decision.chosen
        }
        container.host = nil
        state.apply(.container(container))
        try place(&container, on: elsewhere, in: network)
        for kind in [AlarmKind.stranded, .exited, .lost, .noFeasibleHost] { clear(kind, about: name.text) }
        return container
    }

    /// Chooses host and address for a container that is to be started, and records it as starting.
    package mutating func place(
        _ container: inout Container, on wanted: HostName?, in network: IPv4Network
    ) throws(FleetError) {
        if let wanted { _ = try host(wanted) }
        try state.requireGateway()
        let decision = state.decision(starting: container, requested: wanted, at: now).decision
        guard let host = decision.chosen else { throw .conflict(decision.words) }
        let address = try state.freeAddress(of: network, at: now)
        container.state = .starting
        container.host = host
        container.address = address
        container.arrivedAt = nil
        container.deadlineAt = nil
        // Where the image is a daemon's nobody can be given files of his own.
        container.spec.imageSharing =
            container.spec.runtime == .docker ? .fleet : state.policy(of: container).images.sharing
        record(.container(container))
    }
}
