import FleetModel

/// What is written down about a stay on a daemon, so that the next agent can go on where this one ended.
struct DockerStayRecord: Codable, Sendable, Hashable {
    let stay: Stay
    /// The daemon's name for the sandbox container, whose network namespace the stay has.
    let sandbox: String
    /// The daemon's name for the container; `nil` before it was created.
    var container: String?
    /// The daemon's own folder, asked for before the pause in which it is needed; `nil` before the container was created.
    var root: String?
    /// What the container is; `nil` before it was created.
    var spec: ContainerSpec?
    /// How far the stay is. Written before the act that it announces.
    var phase: DockerPhase
}

/// How far a stay on a daemon is.
enum DockerPhase: Codable, Sendable, Hashable {
    /// Only the sandbox is there.
    case opened
    /// The daemon was asked to start the container.
    case starting
    /// A container that people started, of this name, is being taken over.
    case adopting(String)
    /// Created for a restore. If one was held already and lost, how.
    case prepared(lost: HoldLoss?)
    /// Asked to be restored, and then stopped before packets come.
    case held
    /// It runs, or it has ended by itself.
    case running
    /// containerd was asked to dump it and end it.
    case dumping(RelocationID)
    /// The dump is whole and the processes are gone.
    case dumped(RelocationID)

    /// Whether the daemon has all that the container has written so far, until it is known to run elsewhere.
    var hasOutput: Bool {
        switch self {
        case .running, .dumping, .dumped: true
        case .opened, .starting, .adopting, .prepared, .held: false
        }
    }
}
