import FleetModel
import Synchronization

/// What a host has of containers, and what orders make of it. Everything succeeds at once.
final class SimulatedMachine: Sendable {
    private struct State {
        var containers: [ContainerName: ContainerPresence] = [:]
        /// Those whose earlier addresses nobody uses any more.
        var idle: Set<ContainerName> = []
        /// Of which something has changed since the last report.
        var changed: Set<ContainerName> = []
    }

    private let state = Mutex(State())

    /// A host with what a plan says it has at first.
    init(_ number: Int, of plan: FleetPlan) throws {
        try state.withLock { state in
            for number in plan.containers(on: number) {
                let name = try plan.container(number)
                state.containers[name] = ContainerPresence(
                    name: name, state: .running, address: plan.address(of: number), retainedAddresses: [])
            }
        }
    }

    /// The containers of which there is anything.
    var names: [ContainerName] { state.withLock { $0.containers.keys.sorted() } }

    /// What is there.
    var inventory: HostInventory {
        let containers = state.withLock { Array($0.containers.values) }
        return HostInventory(containers: containers.sorted { $0.name < $1.name })
    }

    /// What is to be told first: all that is there.
    func firstReport() -> HostInventory {
        state.withLock { $0.changed = [] }
        return inventory
    }

    /// What has changed since the last report; `nil` when nothing has.
    func nextReport() -> InventoryNews? {
        state.withLock { state in
            guard !state.changed.isEmpty else { return nil }
            defer { state.changed = [] }
            return InventoryNews(
                changed: state.changed.compactMap { state.containers[$0] },
                gone: state.changed.filter { state.containers[$0] == nil })
        }
    }

    /// The connections to earlier addresses have ended since the last time.
    func dropIdleAddresses() {
        state.withLock { state in
            guard !state.idle.isEmpty else { return }
            for name in state.idle { state.containers[name]?.retainedAddresses = [] }
            state.changed.formUnion(state.idle)
            state.idle = []
        }
    }

    /// Containers that are not this host's any more.
    func end(_ names: [ContainerName]) { for name in names { set(name, nil) } }

    /// Carries out an order.
    func carryOut(_ order: AgentOrder) -> AgentReport {
        switch order {
        case .start(let order):
            set(order.spec.name, presence(order.spec.name, .running, order.address))
        case .stop(let order): set(order.container, nil)
        case .halt(let order): become(.exited(nil), order.container)
        case .trial: return .mobility(.movable)
        case .logs: return .logs("")
        case .inspect: return .inventory(inventory)
        case .prepare(let order):
            set(
                order.spec.name,
                presence(order.spec.name, .prepared(order.relocation), order.newAddress, order.oldAddresses))
        case .checkpoint(let order):
            become(.dumped(order.relocation), order.container)
            return .dumped(bytes: 1 << 20, closing: nil)
        case .restore(let order): become(.held(order.relocation), order.container)
        case .release(let order): become(.running, order.container)
        case .revive(let order): become(.running, order.container)
        case .seal(let order): state.withLock { _ = $0.idle.insert(order.container) }
        case .retire(let order), .abandon(let order): remove(order.container)
        case .examine, .adopt, .arm, .settle, .disarm, .route, .hush, .part, .announce, .remember, .withdraw, .unroute,
            .fence:
            break
        }
        return .done
    }

    private func presence(
        _ name: ContainerName, _ state: PresenceState, _ address: IPv4Address, _ retained: [IPv4Address] = []
    ) -> ContainerPresence {
        ContainerPresence(name: name, state: state, address: address, retainedAddresses: retained)
    }

    private func set(_ name: ContainerName, _ presence: ContainerPresence?) {
        state.withLock { state in
            state.containers[name] = presence
            state.changed.insert(name)
        }
    }

    private func become(_ now: PresenceState, _ name: ContainerName) {
        state.withLock { state in
            state.containers[name]?.state = now
            state.changed.insert(name)
        }
    }

    /// What runs is not removed by the end of a move.
    private func remove(_ name: ContainerName) {
        state.withLock { state in
            guard state.containers[name]?.state != .running else { return }
            state.containers[name] = nil
            state.changed.insert(name)
        }
    }
}
