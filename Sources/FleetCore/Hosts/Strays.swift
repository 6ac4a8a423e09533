import FleetModel

extension FleetState {
    /// Whether a host has no business with a container, because that is settled on another host. One that is being
    /// moved, started or removed, or is stranded, is left to whoever does that; and one that the fleet does not know is
    /// left alone: the ledger may be an older one than the containers. What a move has left and nobody runs is left to
    /// whoever sweeps up after moves, as long as there is anything to sweep.
    package func isStray(_ presence: ContainerPresence, on host: HostName) -> Bool {
        guard let container = containers[presence.name], container.host != host,
            openRelocation(of: presence.name) == nil, container.state == .running
        else { return false }
        return !presence.state.isOfAMove || index.alarmsByKind[.leftover] == nil
    }
}

extension PresenceState {
    /// Whether it is what a move has made of a container, and not a life of its own.
    fileprivate var isOfAMove: Bool {
        switch self {
        case .dumped, .prepared, .held: true
        case .running, .exited: false
        }
    }
}
