import FleetModel

extension Container {
    /// Names the orders of its present life: a container that is started anew gets others.
    package var operation: String {
        "container-\(name)-\(address.map { String($0.number, radix: 16) } ?? "0")-\(createdAt.milliseconds)"
    }
}

extension ContainerState {
    /// The state in one word.
    package var word: String {
        switch self {
        case .starting: "starting"
        case .running: "running"
        case .relocating: "relocating"
        case .stopped: "stopped"
        case .stranded: "stranded"
        case .failed: "failed"
        case .removing: "removing"
        }
    }

    /// Whether nothing of the container runs, and nothing is under way.
    package var mayStartAnew: Bool {
        switch self {
        case .stopped, .failed, .stranded: true
        case .starting, .running, .relocating, .removing: false
        }
    }

    /// Whether it will be another one soon, by itself.
    package var isPassing: Bool {
        switch self {
        case .starting, .removing, .relocating: true
        case .running, .stopped, .stranded, .failed: false
        }
    }
}

extension FleetDraft {
    /// Chooses host and address for a container that is to be started, and records it as starting.
    package mutating func place(
        _ container: inout Container, on wanted: HostName?, in network: IPv4Network
    ) throws(FleetError) {
        if let wanted { _ = try host(wanted) }
        guard state.gateway != nil else { throw .conflict("no gateway has enrolled, so no client could reach it") }
        let decision = state.decision(starting: container, requested: wanted, at: now).decision
        guard let host = decision.chosen else { throw .conflict(decision.words) }
        let address = try state.freeAddress(of: network, at: now)
        container.state = .starting
        container.host = host
        container.address = address
        container.arrivedAt = nil
        container.deadlineAt = nil
        record(.container(container))
    }
}
