import FleetModel

/// The beginning of relocations whose turn has come, or their end where they cannot begin.
extension FleetDraft {
    /// What has become of a relocation whose turn had come.
    package enum Beginning: Sendable, Hashable {
        case begun
        case ended
        /// One of its hosts has fallen silent since the destination was chosen: it is chosen again.
        case silent
    }

    /// Gives a relocation its destination, its address out of a network, and its first steps.
    package mutating func begin(
        _ id: RelocationID, at destination: HostName, _ decision: PlacementDecision?, in network: IPv4Network
    ) -> Beginning {
        guard var relocation = state.relocations[id], relocation.state == .queued,
            var container = state.containers[relocation.container]
        else { return .ended }
        guard state.silentHost(from: relocation.source, to: destination) == nil else { return .silent }
        guard container.state == .running else {
            giveUp(relocation, .notHere, "container '\(container.name)' does not run any more")
            return .ended
        }
        do throws(FleetError) {
            relocation.destination = destination
            relocation.newAddress = try state.freeAddress(of: network, at: now)
            let orders = try RelocationOrders(relocation, in: state, leaseSeconds: 0)
            relocation.begin(RelocationCourse.first.map { orders.step($0, at: now) }, at: now)
        } catch {
            cannotBegin(id, decision, because: StepFailure(code: .noFeasibleHost, message: "\(error)"))
            return .ended
        }
        record(.relocation(relocation))
        clear(.heldUp, about: container.name.text)
        if let decision { note(.decision(id, decision)) }
        container.state = .relocating(id)
        record(.container(container))
        return .begun
    }

    /// Ends a relocation that waits and cannot begin.
    /// - Parameter reason: why; `nil` when the decision says it.
    package mutating func cannotBegin(
        _ id: RelocationID, _ decision: PlacementDecision?, because reason: StepFailure?
    ) {
        guard let relocation = state.relocations[id], relocation.state == .queued else { return }
        if let decision { note(.decision(id, decision)) }
        let words = reason?.message ?? decision?.words ?? "the container or its host is not in the fleet any more"
        let code = reason?.code ?? .noFeasibleHost
        giveUp(relocation, code, words)
        if code == .noFeasibleHost { raise(.noFeasibleHost, about: relocation.container.text, words) }
    }
}
