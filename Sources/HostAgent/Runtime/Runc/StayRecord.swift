import FleetModel

/// What is written down about a stay, so that the next agent can go on where this one ended.
struct StayRecord: Codable, Sendable, Hashable {
    let stay: Stay
    let spec: ContainerSpec
    let namespace: NetworkNamespace
    /// How far the stay is. Written before the act that it announces.
    var phase: StayPhase
    /// The inode of the pipe that is the container's output.
    var outputPipe: UInt64
    /// The mark of who writes the output down; `nil` in what earlier versions have written.
    var outputWriter: String?
    /// Who the container's users are on this host; `nil` for the host's own.
    var ids: IDRange?
    /// The host's /dev/null that the container has as its standard input, as CRIU names it; `nil` when it is the container's own,
    /// as it is from the first move on.
    var foreignInput: String?
}

/// How far a stay is.
enum StayPhase: Codable, Sendable, Hashable {
    /// runc was asked to start the container.
    case starting
    /// Made ready for a restore. If one was held already and lost, how.
    case prepared(lost: HoldLoss?)
    /// Restored, and not yet let go.
    case held(ProcessIdentity, RestoreOrigin)
    /// Restored, and about to be let go.
    case releasing(ProcessIdentity, RestoreOrigin)
    /// It runs, or it has ended by itself.
    case running(ProcessIdentity)
    /// CRIU was asked to dump it and end it.
    case dumping(ProcessIdentity, RelocationID)
    /// The dump is whole and the processes are gone.
    case dumped(RelocationID)
}

/// From where a container was restored.
enum RestoreOrigin: Codable, Sendable, Hashable {
    /// It came from another host.
    case arrival
    /// It was dumped here, for a relocation that failed.
    case revival(RelocationID)
}

extension StayPhase {
    /// The truth about a stay after the agent was ended, once no worker of the old agent is at work any more.
    ///
    /// - Parameters:
    ///   - isAlive: whether a process still runs.
    ///   - dumpIsWhole: whether a relocation's dump has its manifest.
    /// - Returns: the phase to go on from; `nil` when the stay never came to anything and is to be removed.
    func settled(isAlive: (ProcessIdentity) -> Bool, dumpIsWhole: (RelocationID) -> Bool) -> StayPhase? {
        switch self {
        case .starting:
            return nil
        case .prepared, .running, .dumped:
            return self
        case .held(let process, let origin), .releasing(let process, let origin):
            // Packets are delivered only after a release has been recorded as done. So a container that is gone
            // here has never been heard by anyone, whether or not it ran for a moment.
            if case .releasing = self, isAlive(process) { return .running(process) }
            switch origin {
            case .arrival: return .prepared(lost: .interrupted)
            case .revival(let relocation): return .dumped(relocation)
            }
        case .dumping(let process, let relocation):
            if isAlive(process) { return .running(process) }
            return dumpIsWhole(relocation) ? .dumped(relocation) : .running(process)
        }
    }
}
