import FleetModel

/// How a stay on a daemon stands, and how often that has been written down.
struct DockerStanding: Sendable, Hashable {
    let record: DockerStayRecord
    let changes: Int
}

/// Which of the containers that should run have ended by themselves: that only the daemon knows.
///
/// Its list and the stays' records are not read at one moment, and a container may be dumped, or revived, in between. So it counts
/// as ended only if nothing was written down about it since before the list was asked for. When the daemon does not answer, what
/// is written down counts: containers outlive their daemon's silence, and often the daemon.
struct DockerCensus: Sendable {
    private var ended: Set<DockerStanding> = []

    /// Takes in the daemon's list.
    /// - Parameters:
    ///   - states: how each container is, by its id.
    ///   - before: how the stays stood before the list was asked for.
    mutating func take(_ states: [String: String], askedAfter before: [DockerStanding]) {
        ended = Set(
            before.filter { standing in
                let state = states[standing.record.container ?? ""] ?? ""
                return standing.record.phase == .running && !["running", "paused"].contains(state)
            })
    }

    /// What there is of a stay, as it stands now; `nil` where nothing is to be told of it.
    func presence(of standing: DockerStanding) -> StayPresence? {
        let stay = standing.record.stay
        let state: PresenceState? =
            switch standing.record.phase {
            case .opened, .starting, .adopting: nil
            case .prepared: stay.arrival.map { .prepared($0) }
            case .held: stay.arrival.map { .held($0) }
            case .dumping: .running
            case .running: ended.contains(standing) ? .exited : .running
            case .dumped(let relocation): .dumped(relocation)
            }
        return state.map { StayPresence(stay: stay, state: $0) }
    }
}
