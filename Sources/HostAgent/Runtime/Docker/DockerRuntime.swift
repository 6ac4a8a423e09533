import DockerEngine
import FleetModel
import Synchronization

/// Containers that a Docker daemon carries, and CRIU moves.
///
/// **Network.** A daemon puts a container only into a namespace that it knows. So each stay has a *sandbox*: a container
/// without a network that does nothing, whose namespace the host's network wires up; the tenant's container runs in it.
///
/// **A move.** The daemon's containerd ends the container with a dump in the shared storage (see `Containerd` for why it is
/// not Docker that is asked); at the destination the same container was created before, gets the writable layer and the log,
/// and is started from the checkpoint. A daemon lets what it restores run at once. It is stopped again (`docker pause`) until
/// `release`; what it does in between is heard by nobody, since the network holds packets in both directions.
///
/// **The agent's death.** What is about to be done is written down before it is done. A container that was held is ended
/// by the next agent, which reports it as `interrupted`; the daemon's own record says of all others how they stand.
public final class DockerRuntime: AdoptingRuntime {
    /// `RuntimeKind.docker`.
    public let kind = RuntimeKind.docker

    private let tools: DockerTools
    private let keepers: StayKeepers<DockerStayKeeper>
    private let census = Mutex(DockerCensus())

    /// A runtime over what an earlier agent may have left. Every function first waits until that has been looked at.
    /// - Throws: `StepFailure` when the state directory cannot be used.
    public init(_ configuration: Configuration, images: any ImageShelf) throws(StepFailure) {
        let tools = try DockerTools(configuration, images: images)
        self.tools = tools
        let directory = DockerTools.allStays(in: configuration.stateDirectory)
        try FileTree.make(directory)
        let records = FileTree.names(in: directory).filter { $0.hasSuffix(".json") }
        keepers = StayKeepers(
            tools, left: records.compactMap { Stay(parsing: String($0.dropLast(".json".count))) })
    }

    /// See `ContainerRuntime.openNamespace`: that of the stay's sandbox.
    public func openNamespace(
        for stay: Stay, _ spec: ContainerSpec
    ) async throws(StepFailure) -> NamespaceOrigin {
        .runtime(try await keepers[stay].openNamespace(for: spec))
    }

    /// See `ContainerRuntime.start`.
    public func start(_ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace) async throws(StepFailure) {
        try await keepers[stay].start(spec)
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
        var latest: (stay: Stay, container: String)?
        for keeper in keepers.all where keeper.stay.container == container {
            guard let record = await keeper.state, record.phase.hasOutput, let identifier = record.container else {
                continue
            }
            // It may have come back before what it left here was removed.
            if let latest, (latest.stay.arrival?.number ?? 0) > (record.stay.arrival?.number ?? 0) { continue }
            latest = (record.stay, identifier)
        }
        guard let latest else {
            throw StepFailure(code: .notHere, message: "container '\(container)' does not run on this host")
        }
        let output = try await docker("read the log of '\(container)'") { () async throws(DockerError) in
            try await tools.engine.logs(latest.container, tail: 10_000)
        }
        return OutputTail.text(of: output.written, last: tailBytes)
    }

    /// See `ContainerRuntime.prepare`.
    public func prepare(_ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace) async throws(StepFailure) {
        try await keepers[stay].prepare(spec)
    }

    /// See `ContainerRuntime.arm`: containerd starts CRIU when it is asked for a dump, and no earlier, so this only waits for
    /// what stands beside the container's first process.
    public func arm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure) {
        try await keepers[stay].arm()
    }

    /// See `ContainerRuntime.disarm`.
    public func disarm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure) {
        try await keepers[stay].disarm(for: relocation)
    }

    /// See `ContainerRuntime.checkpoint`. Timings: `dump`, `layer` (writable layer and log).
    public func checkpoint(
        _ stay: Stay, for relocation: RelocationID, within limit: TimeLimit?, whenStill: @escaping StillCheck
    ) async throws(StepFailure) -> DumpMeasurement {
        // Docker ends the container with the dump, so that there is only one moment at which it can still be given up.
        try await keepers[stay].checkpoint(for: relocation) { family throws(StepFailure) in
            try limit?.check()
            try whenStill(family)
        }
    }

    /// See `ContainerRuntime.restore`. Timings: `root` (writable layer and log), `restore`, `hold`.
    public func restore(
        _ stay: Stay, through doorway: Doorway, lease: Duration
    ) async throws(StepFailure) -> StepTimings {
        try await keepers[stay].restore(lease: lease)
    }

    /// See `ContainerRuntime.release`. Timings: `resume`.
    public func release(_ stay: Stay) async throws(StepFailure) -> StepTimings {
        try await keepers[stay].release()
    }

    /// See `ContainerRuntime.revive`.
    public func revive(
        _ stay: Stay, from relocation: RelocationID, through doorway: Doorway
    ) async throws(StepFailure) {
        try await keepers[stay].revive(from: relocation)
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

    /// See `AdoptingRuntime.adoptable`.
    public func adoptable() async -> [AdoptableContainer] { await tools.adoption.candidates() }

    /// See `AdoptingRuntime.examine`.
    public func examine(_ container: String) async throws(StepFailure) -> AdoptionRecord {
        try await tools.adoption.examine(container)
    }

    /// See `AdoptingRuntime.adopt`.
    public func adopt(
        _ container: String, as spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace
    ) async throws(StepFailure) {
        try await keepers[stay].adopt(container, as: spec)
    }

    /// See `ContainerRuntime.presence`.
    public func presence() async -> [StayPresence] {
        await keepers.awaitRecovery()
        let before = await standings()
        // When the daemon does not answer, what it said last still counts.
        let list = try? await tools.engine.list(all: true, labels: [DockerContainerBody.stayLabel])
        if let list {
            let states = Dictionary(list.map { ($0.id, $0.state) }, uniquingKeysWith: { first, _ in first })
            census.withLock { $0.take(states, askedAfter: before) }
            await explainEnds()
        }
        let now = await standings()
        return census.withLock { census in now.compactMap { census.presence(of: $0) } }
    }

    private func explainEnds() async {
        for container in census.withLock({ $0.unexplained }) {
            // One that is removed by now has taken it along.
            guard let state = try? await tools.engine.inspect(container).state, !state.isRunning else { continue }
            census.withLock { $0.note(.code(state.exitCode), of: container) }
        }
    }

    private func standings() async -> [DockerStanding] {
        var found: [DockerStanding] = []
        for keeper in keepers.all {
            if let standing = await keeper.standing { found.append(standing) }
        }
        return found
    }
}
