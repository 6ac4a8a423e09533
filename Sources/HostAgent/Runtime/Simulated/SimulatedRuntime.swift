import FleetModel
import Synchronization

/// A runtime that runs nothing: it keeps the phases of every stay and acts as if. For machines without root, and for
/// tests of scale and of failures. Everything that shows its containers says that they are simulated.
public final class SimulatedRuntime: ContainerRuntime {
    /// What can be made to fail.
    public enum Phase: Sendable, Hashable, CaseIterable {
        /// The functions of `ContainerRuntime` of the same names.
        case start, trial, prepare, arm, disarm, checkpoint, restore, release, revive, remove
    }

    struct State {
        var stays: [Stay: PresenceState] = [:]
        var armed: Set<RelocationID> = []
    }

    /// `RuntimeKind.simulated`.
    public let kind = RuntimeKind.simulated
    /// Nothing ends by itself here before it is told to.
    public let firstMoment = Duration.zero
    let state = Mutex(State())
    let faults = SimulatedFaults()
    private let dumps: SimulatedDumps

    /// A runtime without containers.
    /// - Parameter dumps: the storage that it shares with others.
    public init(dumps: SimulatedDumps = SimulatedDumps()) { self.dumps = dumps }

    /// The relocations for which a worker stands ready.
    public var armed: Set<RelocationID> { state.withLock { $0.armed } }

    /// See `ContainerRuntime.start`.
    public func start(_ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace) async throws(StepFailure) {
        try step(.start) { $0[stay] = .running }
    }

    /// See `ContainerRuntime.stop`.
    public func stop(_ stay: Stay, gracePeriod: Duration) async throws(StepFailure) {
        try step(.remove) { $0[stay] = nil }
    }

    /// See `ContainerRuntime.halt`.
    public func halt(_ stay: Stay, gracePeriod: Duration) async throws(StepFailure) {
        try step(.remove) { if $0[stay] == .running { $0[stay] = .exited(.signal(15)) } }
    }

    /// See `ContainerRuntime.trial`.
    public func trial(_ stay: Stay) async throws(StepFailure) -> Mobility {
        do {
            try step(.trial) { _ in }
            return .movable
        } catch {
            guard error.code == .dumpRefused else { throw error }
            return .immovable(reason: error.message, log: error.toolMessage)
        }
    }

    /// See `ContainerRuntime.logs`.
    public func logs(_ container: ContainerName, tailBytes: Int) async throws(StepFailure) -> String {
        "This container is simulated: it runs nothing and writes nothing.\n"
    }

    /// See `ContainerRuntime.prepare`.
    public func prepare(_ spec: ContainerSpec, stay: Stay, namespace: NetworkNamespace) async throws(StepFailure) {
        guard let arrival = stay.arrival else { throw invalid("prepare needs a relocation") }
        try step(.prepare) { if $0[stay] == nil { $0[stay] = .prepared(arrival) } }
    }

    /// See `ContainerRuntime.arm`.
    public func arm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure) {
        try step(.arm) { _ in }
        state.withLock { _ = $0.armed.insert(relocation) }
        dumps.put(.init(maker: ObjectIdentifier(self), isWhole: false), of: relocation)
    }

    /// See `ContainerRuntime.disarm`.
    public func disarm(_ stay: Stay, for relocation: RelocationID) async throws(StepFailure) {
        try step(.disarm) { _ in }
        state.withLock { _ = $0.armed.remove(relocation) }
    }

    /// See `ContainerRuntime.checkpoint`.
    public func checkpoint(
        _ stay: Stay, for relocation: RelocationID, within limit: TimeLimit?, whenStill: @escaping StillCheck
    ) async throws(StepFailure) -> DumpMeasurement {
        try limit?.check()
        try whenStill([])
        state.withLock { _ = $0.armed.remove(relocation) }
        do {
            try step(.checkpoint) { $0[stay] = .dumped(relocation) }
        } catch {
            dumps.remove(relocation)
            throw error
        }
        dumps.put(.init(maker: ObjectIdentifier(self), isWhole: true), of: relocation)
        return DumpMeasurement(bytes: 0, timings: [:])
    }

    /// See `ContainerRuntime.restore`.
    public func restore(
        _ stay: Stay, through doorway: Doorway, lease: Duration
    ) async throws(StepFailure) -> StepTimings {
        guard let arrival = stay.arrival else { throw invalid("restore needs a relocation") }
        try step(.restore) { if $0[stay] != .running { $0[stay] = .held(arrival) } }
        return [:]
    }

    /// See `ContainerRuntime.release`.
    public func release(_ stay: Stay) async throws(StepFailure) -> StepTimings {
        let current = state.withLock { $0.stays[stay] }
        switch current {
        case .held, .running: try step(.release) { $0[stay] = .running }
        default: throw StepFailure(code: .interrupted, message: "nothing is held for \(stay)")
        }
        return [:]
    }

    /// See `ContainerRuntime.revive`.
    public func revive(
        _ stay: Stay, from relocation: RelocationID, through doorway: Doorway
    ) async throws(StepFailure) {
        try step(.revive) { $0[stay] = .running }
    }

    /// See `ContainerRuntime.remove`.
    public func remove(_ stay: Stay) async throws(StepFailure) {
        try step(.remove) { $0[stay] = nil }
    }

    /// See `ContainerRuntime.removeDump`.
    public func removeDump(of relocation: RelocationID) async throws(StepFailure) { dumps.remove(relocation) }

    /// See `ContainerRuntime.removeForsakenDumps`.
    public func removeForsakenDumps() async throws(StepFailure) {
        dumps.removeForsaken(by: ObjectIdentifier(self), except: armed)
    }

    /// See `ContainerRuntime.presence`.
    public func presence() async -> [StayPresence] {
        state.withLock { $0.stays.map { StayPresence(stay: $0.key, state: $0.value) } }
    }

    private func step(
        _ phase: Phase, _ change: (inout [Stay: PresenceState]) -> Void
    ) throws(StepFailure) {
        try faults.meet(phase)
        state.withLock { change(&$0.stays) }
    }

    private func invalid(_ message: String) -> StepFailure { StepFailure(code: .invalidOrder, message: message) }
}
