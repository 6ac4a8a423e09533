import FleetModel
import Synchronization

/// The dumps of simulated hosts that share a storage: nothing but their numbers, and who made them.
public final class SimulatedDumps: Sendable {
    struct Dump {
        /// The runtime that made it.
        var maker: ObjectIdentifier
        /// Whether a container was ended for it.
        var isWhole: Bool
    }

    private let dumps = Mutex<[RelocationID: Dump]>([:])

    /// A storage without dumps.
    public init() {}

    /// The relocations of which there are dumps.
    public var all: Set<RelocationID> { dumps.withLock { Set($0.keys) } }

    func put(_ dump: Dump, of relocation: RelocationID) { dumps.withLock { $0[relocation] = dump } }

    func remove(_ relocation: RelocationID) { dumps.withLock { $0[relocation] = nil } }

    /// Removes those of a maker that are not whole and not armed for.
    func removeForsaken(by maker: ObjectIdentifier, except armed: Set<RelocationID>) {
        dumps.withLock { dumps in
            dumps = dumps.filter { $0.value.maker != maker || $0.value.isWhole || armed.contains($0.key) }
        }
    }
}
