import FleetModel

extension FleetState {
    /// Why a container cannot leave its host now, in words; `nil` when it can be asked to.
    package func obstacle(to container: Container, at now: Timestamp) -> String? {
        if let pin = container.pin(at: now) { return pin.words }
        switch container.state {
        case .running, .relocating: break
        case .starting: return "it is being started"
        case .stopping: return "it is being stopped"
        case .removing: return "it is being removed"
        case .stopped(let reason): return "it does not run (\(reason)): start it anew or remove it"
        case .failed(let reason): return "it could not be started (\(reason)): start it anew or remove it"
        case .lost(let host): return "it was lost with host '\(host)': start it anew or remove it"
        case .stranded(let id): return "relocation \(id) failed on both hosts: start it anew or remove it"
        }
        switch container.mobility {
        case .movable: return nil
        case .unknown: return "it has not been found out yet whether it can move"
        case .immovable(let reason, _): return "it cannot be moved: \(reason)"
        }
    }
}

extension Pin {
    /// The pin in words.
    package var words: String { "it is pinned until \(until) by \(setBy): \(reason)" }
}

extension Container {
    /// The pin that holds at an instant.
    package func pin(at now: Timestamp) -> Pin? { pin.flatMap { $0.until > now ? $0 : nil } }
}

extension Mobility {
    /// Whether a trial or a move has failed.
    package var isImmovable: Bool { if case .immovable = self { true } else { false } }
}
