import DockerEngine
import FleetModel
import Synchronization

/// What was found adoptable, for as long as the daemon carries the same containers in the same states: a look at all of
/// them costs a request each.
final class AdoptionMemory: Sendable {
    /// What a list of containers says that matters.
    struct Fleet: Sendable, Hashable {
        private var states: [String: [String]]

        init(_ list: [ContainerSummary]) {
            states = Dictionary(list.map { ($0.id, [$0.name, $0.state]) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private let last = Mutex<(fleet: Fleet, found: [AdoptableContainer])?>(nil)

    /// What was found when the containers were these; `nil` when they were others.
    func found(in fleet: Fleet) -> [AdoptableContainer]? {
        last.withLock { last in last.flatMap { $0.fleet == fleet ? $0.found : nil } }
    }

    /// Keeps what was found.
    func keep(_ found: [AdoptableContainer], in fleet: Fleet) { last.withLock { $0 = (fleet, found) } }
}
