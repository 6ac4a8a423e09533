import FleetModel
import MovingTarget

/// Relocations that wait although their containers' deadlines have passed.
extension FleetDraft {
    /// How many of those who hold slots are named at most.
    private static let mostNamed = 8

    /// Says that a container waits beyond its deadline, and for whom. The alarm goes when the relocation starts or is called
    /// off.
    /// - Parameters:
    ///   - obstacle: what keeps it from starting; `nil` when it is not the limits on how many move at once.
    ///   - holders: the relocations that hold what it waits for.
    package mutating func noticeWait(
        _ waiting: StartQueue.Waiting, for obstacle: StartQueue.Obstacle?, heldBy holders: [RelocationID]
    ) {
        guard let relocation = state.relocations[waiting.id], relocation.state == .queued,
            let deadline = waiting.deadline
        else { return }
        raise(
            .heldUp, about: relocation.container.text,
            "container '\(relocation.container)' of tenant '\(relocation.tenant)' was to leave host "
                + "'\(relocation.source)' by \(deadline) and waits since \(relocation.createdAt): "
                + words(for: obstacle, relocation, holders))
    }

    private func words(
        for obstacle: StartQueue.Obstacle?, _ relocation: Relocation, _ holders: [RelocationID]
    ) -> String {
        switch obstacle {
        case .fleet: "the fleet's slots are held by " + words(for: holders)
        case .tenant: "its tenant's slots are held by " + words(for: holders)
        case .host(let host): "the slots of host '\(host)' are held by " + words(for: holders)
        case .share(let host): "its tenant's slots of host '\(host)' are held by " + words(for: holders)
        case nil: wordsWithoutSlots(relocation)
        }
    }

    private func words(for holders: [RelocationID]) -> String {
        let named = holders.prefix(Self.mostNamed).compactMap { state.relocations[$0] }.map { holder in
            let since = holder.startedAt.map { " since \($0)" } ?? ""
            return "container '\(holder.container)' of tenant '\(holder.tenant)'\(since) (relocation \(holder.id))"
        }
        let others = holders.count - named.count
        return (named + (others > 0 ? ["\(others) more"] : [])).joined(separator: ", ")
    }

    private func wordsWithoutSlots(_ relocation: Relocation) -> String {
        if let silent = state.silentHost(from: relocation.source, to: relocation.destination) { return "\(silent)" }
        return
            "there is a slot for it, but every host that may take it is busy, or an agent or the limits of the policy "
            + "keep it waiting"
    }
}
