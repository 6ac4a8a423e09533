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
    /// With what they have ended, by the containers' ids.
    private var statuses: [String: ProcessExit] = [:]

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
        let containers = Set(ended.compactMap(\.record.container))
        statuses = statuses.filter { containers.contains($0.key) }
    }

    /// The ids of those that have ended with what is not known yet.
    var unexplained: [String] { ended.compactMap(\.record.container).filter { statuses[$0] == nil } }

    /// Takes in what the daemon says of one that has ended.
    mutating func note(_ status: ProcessExit, of container: String) { statuses[container] = status }

    /// What there is of a stay, as it stands now; `nil` where nothing is to be told of it.
    func presence(of standing: DockerStanding) -> StayPresence? {
        let stay = standing.record.stay
        let state: PresenceState? =
            switch standing.record.phase {
            case .opened, .starting, .adopting: nil
            case .prepared: stay.arrival.map { .prepared($0) }
            case .held: stay.arrival.map { .held($0) }
            case .dumping: .running
            case .running:
                ended.contains(standing) ? .exited(standing.record.container.flatMap { statuses[$0] }) : .running
            case .dumped(let relocation): .dumped(relocation)
            }
        return state.map { StayPresence(stay: stay, state: $0) }
    }
}
