import FleetModel
import Synchronization

/// Which stays of a host have which ranges of ids. No two have the same at once.
final class IDRanges: Sendable {
    private let taken = Mutex<[Stay: IDRange]>([:])

    /// Gives a stay a range that no other has. Which one is left to chance: a container could tell a host by it otherwise.
    /// - Throws: `resourceExhausted` when all are taken.
    func take(for stay: Stay) throws(StepFailure) -> IDRange {
        let range = taken.withLock { taken -> IDRange? in
            let used = Set(taken.values.map(\.base))
            guard let base = IDRange.bases.filter({ !used.contains($0) }).randomElement() else { return nil }
            let range = IDRange(base: base)
            taken[stay] = range
            return range
        }
        guard let range else {
            throw StepFailure(
                code: .resourceExhausted,
                message: "all \(IDRange.bases.count) ranges of user ids of this host are taken by containers")
        }
        return range
    }

    /// Remembers the range that a stay has had since an earlier agent.
    func note(_ range: IDRange, of stay: Stay) { taken.withLock { $0[stay] = range } }

    /// A stay that is over has none.
    func giveBack(of stay: Stay) { taken.withLock { $0[stay] = nil } }
}
