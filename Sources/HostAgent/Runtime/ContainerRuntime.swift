import FleetModel

/// Is called with a container's processes, as this host counts, when they stand still and nothing is written down yet. If it
/// throws, they go on, and that is the failure.
public typealias StillCheck = @Sendable (Set<Int32>) throws(StepFailure) -> Void

/// What can carry containers on a host and hand them to another host.
///
/// A stay goes through these phases; every function is idempotent, so that an agent that was ended in the middle can
/// begin it again:
///
///     start ─────────────────────────────┐
///     prepare → restore (held) → release ┴→ running → checkpoint → dumped → retire
///          └────────┴─ remove                              ↑           └→ revive → running
///                                              arm (only a hint; undone by disarm)
///
/// Dumps lie in the shared storage under the number of their relocation, readable by their owner only. All failures
/// are `StepFailure`s with the tool's own message.
public protocol ContainerRuntime: Sendable {
    /// Which runtime this is.
    var kind: RuntimeKind { get }

    /// Makes the network namespace of a stay, where the runtime has to, and says where it comes from. `remove` undoes it.
    func openNamespace(for stay: Stay, _ spec: ContainerSpec) async throws(StepFailure) -> NamespaceOrigin

    /// How long a process must live to count as started: one with a wrong command ends at once.
    var firstMoment: Duration { get }

    /// Creates and starts a container in a namespace that is already wired up. On failure nothing is left.
    func start(_ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace) async throws(StepFailure)

    /// Ends a container (SIGTERM to its first process, SIGKILL to all of them after the grace period) and removes
    /// everything of the stay. Succeeds when nothing is there.
    func stop(_ stay: Stay, gracePeriod: Duration) async throws(StepFailure)

    /// Ends a container's processes as `stop` does. The stay remains, as if they had ended by themselves.
    func halt(_ stay: Stay, gracePeriod: Duration) async throws(StepFailure)

    /// Dumps a running container, lets it go on, and throws the dump away. A refusal of CRIU is a result, not a failure.
    func trial(_ stay: Stay) async throws(StepFailure) -> Mobility

    /// The last output of the container, beginning with a whole line. It follows the container from host to host.
    func logs(_ container: ContainerName, tailBytes: Int) async throws(StepFailure) -> String

    /// Makes ready for a container that will be restored here: image, writable layer, control group with limits,
    /// output, and a CRIU worker that is already running. Nothing of the container runs.
    func prepare(_ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace) async throws(StepFailure)

    /// Starts a CRIU worker for the coming checkpoint of a running container, so that its start is not in the pause.
    func arm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure)

    /// Undoes `arm`. Fails as long as it is not known what has come of a dump for this relocation.
    func disarm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure)

    /// Freezes and dumps a running container into the relocation's dump and ends it. When it fails the container
    /// runs on.
    /// - Parameters:
    ///   - limit: how long that may take, after which it is given up with `tookTooLong`; `nil` for no limit.
    ///   - whenStill: is called when it stands still and nothing is written down yet.
    func checkpoint(
        _ stay: Stay, for relocation: RelocationID, within limit: TimeLimit?, whenStill: @escaping StillCheck
    ) async throws(StepFailure) -> DumpMeasurement

    /// Restores the dump of the relocation that began this stay and holds the processes before their first
    /// instruction. While they are held, the end of the agent is their end. On failure nothing of it runs.
    /// - Parameter doorway: takes in the network namespace, where it comes with the restore.
    func restore(
        _ stay: Stay, through doorway: Doorway, lease: Duration
    ) async throws(StepFailure) -> StepTimings

    /// Lets the held processes run. Fails with `leaseExpired` or `interrupted` when there is nothing held any more.
    func release(_ stay: Stay) async throws(StepFailure) -> StepTimings

    /// Restores a dumped container from the relocation's dump at the host it was dumped on, and lets it run.
    func revive(_ stay: Stay, from relocation: RelocationID, through doorway: Doorway) async throws(StepFailure)

    /// Removes all that a stay left on this host, ending its processes if there are any. Succeeds when nothing is there.
    func remove(_ stay: Stay) async throws(StepFailure)

    /// The connections of a relocation's dump that are restored as open although they are broken.
    func brokenConnections(in relocation: RelocationID) async throws(StepFailure) -> [BrokenConnection]

    /// Removes the dump of a relocation from the shared storage. Succeeds when there is none.
    func removeDump(of relocation: RelocationID) async throws(StepFailure)

    /// Removes the dumps that were begun on this host and came to nothing, because their agent was ended. One that is
    /// whole is never removed by this, nor one that a stay is armed for, writes to, or was dumped into.
    func removeForsakenDumps() async throws(StepFailure)

    /// All stays of which anything is here.
    func presence() async -> [StayPresence]
}

extension ContainerRuntime {
    /// See `firstMoment`.
    public var firstMoment: Duration { .milliseconds(300) }

    /// Freezes and dumps a running container at whatever moment. See `checkpoint(_:for:within:whenStill:)`.
    public func checkpoint(
        _ stay: Stay, for relocation: RelocationID, within limit: TimeLimit? = nil
    ) async throws(StepFailure) -> DumpMeasurement {
        try await checkpoint(stay, for: relocation, within: limit) { _ throws(StepFailure) in }
    }

    /// See `brokenConnections(in:)`: not every runtime has connections.
    public func brokenConnections(in relocation: RelocationID) async throws(StepFailure) -> [BrokenConnection] { [] }

    /// See `openNamespace(for:_:)`: most runtimes take any namespace.
    public func openNamespace(
        for stay: Stay, _ spec: ContainerSpec
    ) async throws(StepFailure) -> NamespaceOrigin { .network }
}

/// A runtime on which people start containers by themselves, which it can take over.
public protocol AdoptingRuntime: ContainerRuntime {
    /// The containers with a tenant's label that are not the fleet's.
    func adoptable() async -> [AdoptableContainer]

    /// Finds out what a container is, and puts its image into the repository. The container is not touched.
    func examine(_ container: String) async throws(StepFailure) -> AdoptionRecord

    /// Takes over a running container into a namespace that is wired up. Its processes go on; the container that people
    /// started is gone afterwards. On failure it runs on as it was.
    func adopt(
        _ container: String, as spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace
    ) async throws(StepFailure)
}

/// What was measured in a dump.
public struct DumpMeasurement: Sendable, Hashable {
    /// The size of the dump in bytes, the writable layer included.
    public var bytes: Int
    /// Parts in milliseconds: `frozen` is how long the processes were stopped until the dump was whole.
    public var timings: StepTimings

    /// What was measured in a dump.
    public init(bytes: Int, timings: StepTimings) {
        self.bytes = bytes
        self.timings = timings
    }
}

/// What a runtime has of a stay.
public struct StayPresence: Sendable, Hashable {
    /// The stay.
    public var stay: Stay
    /// What there is of it.
    public var state: PresenceState

    /// What a runtime has of a stay.
    public init(stay: Stay, state: PresenceState) {
        self.stay = stay
        self.state = state
    }
}

/// A network namespace that a file stands for.
public struct NetworkNamespace: Sendable, Hashable, Codable {
    /// The file (`/proc/…/ns/net` bound to a path, as `ip netns` does it).
    public var path: String

    /// The namespace of a file.
    public init(path: String) { self.path = path }
}
