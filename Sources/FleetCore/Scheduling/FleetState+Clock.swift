import FleetModel

extension FleetState {
    /// Whether the clock has to move a container now.
    package func isDue(_ name: ContainerName, at now: Timestamp) -> Bool {
        guard let container = containers[name], let deadline = container.deadlineAt, deadline <= now else {
            return false
        }
        return container.state == .running && container.mobility == .movable && container.pin(at: now) == nil
            && !isPaused && !container.isPaused && tenants[container.spec.tenant]?.isPaused != true
            && openRelocation(of: name) == nil
    }
}
