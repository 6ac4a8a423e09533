import FleetModel

extension FleetState {
    /// Whether a host has no business with a container, because that is settled on another host. One that is being
    /// moved, started or removed, or is stranded, is left to whoever does that; and one that the fleet does not know is
    /// left alone: the ledger may be an older one than the containers.
    package func isStray(_ name: ContainerName, on host: HostName) -> Bool {
        guard let container = containers[name], container.host != host, openRelocation(of: name) == nil else {
            return false
        }
        return container.state == .running && index.alarmsByKind[.leftover] == nil
    }
}
