import FleetModel
import Synchronization

/// The keepers of all stays of a runtime, and what runtimes do alike whose stays have keepers.
///
/// A keeper is made when its stay is first asked for, and at the start for each stay that an earlier agent may have left.
/// Nothing else happens until all of those know how they stand.
final class StayKeepers<Keeper: StayKeeping>: Sendable {
    private let tools: Keeper.Tools
    private let keepers: Mutex<[Stay: Keeper]>
    private let recovery: Task<Void, Never>

    /// - Parameter stays: those of which an earlier agent has left something.
    init(_ tools: Keeper.Tools, left stays: [Stay]) {
        self.tools = tools
        var found: [Stay: Keeper] = [:]
        for stay in stays { found[stay] = Keeper(of: stay, tools: tools) }
        keepers = Mutex(found)
        recovery = Task { [left = Array(found.values)] in
            await withTaskGroup { group in
                for keeper in left { group.addTask { await keeper.settle() } }
            }
        }
    }

    /// All there are now, whether or not they know how they stand.
    var all: [Keeper] { keepers.withLock { Array($0.values) } }

    /// Waits until all that an earlier agent left is known.
    func awaitRecovery() async { await recovery.value }

    /// The keeper of a stay.
    subscript(stay: Stay) -> Keeper {
        get async {
            await recovery.value
            return keepers.withLock { keepers in
                if let keeper = keepers[stay] { return keeper }
                let keeper = Keeper(of: stay, tools: tools)
                keepers[stay] = keeper
                return keeper
            }
        }
    }

    /// Forgets a stay of which nothing is left.
    func forget(_ stay: Stay) { keepers.withLock { $0[stay] = nil } }

    /// See `ContainerRuntime.remove`.
    func remove(_ stay: Stay) async throws(StepFailure) {
        try await self[stay].remove()
        forget(stay)
    }

    /// See `ContainerRuntime.brokenConnections`.
    func brokenConnections(in relocation: RelocationID) throws(StepFailure) -> [BrokenConnection] {
        try tools.dump(of: relocation).brokenConnections()
    }

    /// See `ContainerRuntime.removeDump`.
    func removeDump(of relocation: RelocationID) throws(StepFailure) { try tools.dump(of: relocation).remove() }

    /// See `ContainerRuntime.removeForsakenDumps`. Each stay looks at its own, so that none is removed that is just begun.
    func removeForsakenDumps() async throws(StepFailure) {
        for (dump, stay) in await tools.dumps.ownDumps() { try await self[stay].removeIfForsaken(dump) }
    }
}
