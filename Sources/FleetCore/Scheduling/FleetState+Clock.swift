import FleetModel

extension FleetState {
    /// When the clock has to move a container if nothing changes and it is not stopped; `nil` for never.
    package func due(of name: ContainerName) -> Timestamp? { containers[name].flatMap { due(of: $0) } }

    func due(of container: Container) -> Timestamp? {
        guard let deadline = container.deadlineAt, container.state == .running, container.mobility == .movable,
            !container.isPaused, tenants[container.spec.tenant]?.isPaused != true,
            openRelocation(of: container.name) == nil
        else { return nil }
        return container.pin.map { max($0.until, deadline) } ?? deadline
    }
}
