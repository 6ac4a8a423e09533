import FleetModel

extension FleetState {
    /// Whether the clock has to move a container now.
    package func isDue(_ name: ContainerName, at now: Timestamp) -> Bool {
        guard !isPaused, let due = due(of: name) else { return false }
        return due <= now
    }

    /// When the clock has to move a container if nothing changes and it is not stopped; `nil` for never.
    package func due(of name: ContainerName) -> Timestamp? {
        guard let container = containers[name], let deadline = container.deadlineAt, container.state == .running,
            container.mobility == .movable, !container.isPaused, tenants[container.spec.tenant]?.isPaused != true,
            openRelocation(of: name) == nil
        else { return nil }
        return container.pin.map { max($0.until, deadline) } ?? deadline
    }
}
