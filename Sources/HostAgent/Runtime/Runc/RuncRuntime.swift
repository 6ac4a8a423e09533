import FleetModel

/// Containers that runc starts and CRIU moves.
///
/// runc creates a container once, at its first start; from then on it is CRIU that makes its processes anew on host
/// after host, and runc's record of it is no longer needed. What stands around the processes (root, control group,
/// output) the agent makes itself, so that most of it stands before the pause begins.
///
/// **Concurrency.** Every stay has a `StayKeeper`, an actor on a queue of its own whose functions block and never
/// suspend. So one thing at a time happens to a stay, different stays do not wait for each other, and nothing waits
/// for a thread of the cooperative pool while a container stands still.
///
/// **The agent's death.** What is about to be done to a stay is written down before it is done. Workers of CRIU notice
/// the death by their socket: a dump that was not decided lets the container go on, a held container is killed. They
/// hold a lock as long as they live, so the next agent can wait for their end, and then look: a process that is known
/// by number and start time either runs or does not, a dump either has its manifest or has not. From that `StayPhase`
/// says how the stay stands.
public final class RuncRuntime: ContainerRuntime {
    /// `RuntimeKind.runc`.
    public let kind = RuntimeKind.runc

    private let tools: RuncTools
    private let keepers: StayKeepers<StayKeeper>

    /// A runtime over what an earlier agent may have left in the state directory. Every function first waits until
    /// that has been looked at.
    /// - Throws: `StepFailure` when the state directory cannot be used.
    public init(_ configuration: Configuration, images: any RootFileSystems) throws(StepFailure) {
        let tools = RuncTools(configuration: configuration, images: images)
        self.tools = tools
        let directory = StayFiles.all(in: configuration.stateDirectory)
        try FileTree.make(directory)
        try FileTree.makePassable(configuration.rootsDirectory)
        keepers = StayKeepers(tools, left: FileTree.names(in: directory).compactMap(Stay.init(parsing:)))
    }

    /// See `ContainerRuntime.openNamespace`. A container with users of its own starts in a namespace that is theirs, and what is
    /// restored gets one.
    public func openNamespace(for stay: Stay, _ spec: ContainerSpec) async throws(StepFailure) -> NamespaceOrigin {
        guard stay.arrival == nil else { return .restore }
        return try await keepers[stay].openNamespace(for: spec)
    }

    /// See `ContainerRuntime.start`.
    public func start(
        _ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace
    ) async throws(StepFailure) {
        try await keepers[stay].start(spec, in: namespace)
    }

    /// See `ContainerRuntime.stop`. The container's output goes too.
    public func stop(_ stay: Stay, gracePeriod: Duration) async throws(StepFailure) {
        try await keepers[stay].stop(gracePeriod: gracePeriod)
        keepers.forget(stay)
    }

    /// See `ContainerRuntime.halt`.
    public func halt(_ stay: Stay, gracePeriod: Duration) async throws(StepFailure) {
        try await keepers[stay].halt(gracePeriod: gracePeriod)
    }

    /// See `ContainerRuntime.trial`.
    public func trial(_ stay: Stay) async throws(StepFailure) -> Mobility {
        try await keepers[stay].trial()
    }

    /// See `ContainerRuntime.logs`.
    public func logs(_ container: ContainerName, tailBytes: Int) async throws(StepFailure) -> String {
        try await tools.log(of: container).tail(tailBytes)
    }

    /// See `ContainerRuntime.prepare`.
    public func prepare(
        _ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace
    ) async throws(StepFailure) {
        try await keepers[stay].prepare(spec, in: namespace)
    }

    /// See `ContainerRuntime.arm`. A worker that waits in vain ends after two minutes.
    public func arm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure) {
        try await keepers[stay].arm(for: relocation)
    }

    /// See `ContainerRuntime.disarm`.
    public func disarm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure) {
        await keepers[stay].disarm(for: relocation)
    }

    /// See `ContainerRuntime.checkpoint`. Timings: `frozen`, `dump`, `layer` (writable layer), `end`.
    public func checkpoint(
        _ stay: Stay, for relocation: RelocationID, within limit: TimeLimit?, whenStill: @escaping StillCheck
    ) async throws(StepFailure) -> DumpMeasurement {
        try await keepers[stay].checkpoint(for: relocation, within: limit, whenStill: whenStill)
    }

    /// See `ContainerRuntime.restore`. Timings: `root` (writable layer and mount), `restore`, and `worker` when
    /// none was waiting.
    public func restore(
        _ stay: Stay, through doorway: Doorway, lease: Duration
    ) async throws(StepFailure) -> StepTimings {
        try await keepers[stay].restore(through: doorway, lease: lease)
    }

    /// See `ContainerRuntime.release`. Timings: `resume`.
    public func release(_ stay: Stay) async throws(StepFailure) -> StepTimings {
        try await keepers[stay].release()
    }

    /// See `ContainerRuntime.revive`.
    public func revive(
        _ stay: Stay, from relocation: RelocationID, through doorway: Doorway
    ) async throws(StepFailure) {
        try await keepers[stay].revive(from: relocation, through: doorway)
    }

    /// See `ContainerRuntime.remove`.
    public func remove(_ stay: Stay) async throws(StepFailure) {
        try await keepers.remove(stay)
    }

    /// See `ContainerRuntime.brokenConnections`.
    public func brokenConnections(in relocation: RelocationID) async throws(StepFailure) -> [BrokenConnection] {
        try keepers.brokenConnections(in: relocation)
    }

    /// See `ContainerRuntime.removeDump`.
    public func removeDump(of relocation: RelocationID) async throws(StepFailure) {
        try keepers.removeDump(of: relocation)
    }

    /// See `ContainerRuntime.removeForsakenDumps`.
    public func removeForsakenDumps() async throws(StepFailure) {
        try await keepers.removeForsakenDumps()
    }

    /// See `ContainerRuntime.presence`.
    public func presence() async -> [StayPresence] {
        await keepers.awaitRecovery()
        return tools.board.presence
    }
}
