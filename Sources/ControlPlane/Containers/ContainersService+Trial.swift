import FleetCore
import FleetModel

extension ContainersService {
    /// Finds out by a trial dump whether the container can be moved, so that nobody learns it when it matters. A trial that
    /// says neither is repeated, after ever longer pauses.
    func tryOut(_ container: Container) async {
        for attempt in 0..<6 {
            await tryOutOnce(container, id: OrderID(operation: container.operation, step: "trial"))
            guard !Task.isCancelled else { return }
            guard let now = fleet.snapshot.containers[container.name], now.createdAt == container.createdAt,
                now.mobility == .unknown, now.state == .running
            else { return }
            // Cancelled is noticed above.
            try? await Task.sleep(for: .seconds(1 << attempt))
        }
    }

    /// Finds out once more whether a container can be moved that could not.
    func tryOutAgain(_ container: Container) async {
        await tryOutOnce(container, id: .fresh(container.operation, "trial"))
    }

    /// Finds out once more whether a container can be moved that could not, because somebody wants it moved now: what stood
    /// in the way may be over, and nobody should wait for the next look.
    func tryOutBeforeMove(_ name: ContainerName) async {
        let state = fleet.snapshot
        guard let container = state.containers[name], container.state == .running, container.mobility.isImmovable,
            container.pin(at: .now) == nil, state.openRelocation(of: name) == nil,
            container.host.map(agents.isConnected) == true
        else { return }
        await tryOutAgain(container)
    }

    private func tryOutOnce(_ container: Container, id: OrderID) async {
        guard let host = container.host else { return }
        do {
            guard
                case .mobility(let mobility) = try await agents.ask(
                    .trial(container.name), id: id, of: host, timeout: .seconds(60))
            else { return }
            try await fleet.change(by: "host:\(host)") { draft in
                let before = try draft.container(container.name)
                var container = before
                switch mobility {
                case .immovable(let reason, let log): draft.refuses(&container, because: reason, log: log)
                case .movable: draft.canMove(&container)
                case .unknown: container.mobility = .unknown
                }
                if container != before { draft.record(.container(container)) }
            }
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("trial dump failed", metadata: ["container": "\(container.name)", "error": "\(error)"])
        }
    }
}
