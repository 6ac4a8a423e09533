import FleetCore
import FleetModel

/// Containers whose processes are ended because somebody wants it. That is in the ledger (`stopping`) before any agent hears
/// of it, and is gone on with after a restart of the control plane.
extension ContainersService {
    /// How long a process may take to end by itself when it is asked to, in seconds.
    private static let gracePeriodSeconds = 10.0

    /// Begins to end a container's process. What it wrote stays until it is started anew or removed.
    func stop(_ name: ContainerName, by actor: String) async throws -> Container {
        try await end(name, thenStart: false, by: actor)
    }

    /// Begins to end a container's process, and starts it anew when it has ended.
    func restart(_ name: ContainerName, by actor: String) async throws -> Container {
        try await end(name, thenStart: true, by: actor)
    }

    /// Begins to end a container's process, and to start it anew on another host.
    /// - Throws: `FleetError.conflict` when no other host may take it; it runs on, then.
    func startElsewhere(_ name: ContainerName, _ leaving: Leaving, by actor: String) async throws {
        let container = try await fleet.change(by: actor) { try $0.beginStarting(name, leaving, by: actor) }
        finishStopping(container, by: actor)
    }

    private func end(_ name: ContainerName, thenStart: Bool, by actor: String) async throws -> Container {
        let container = try await fleet.request(by: actor) { draft in
            try draft.beginStopping(name, thenStart: thenStart, by: actor)
        }
        if container.state == .stopping { finishStopping(container, by: actor) }
        return container
    }

    /// Has a container's host end its process, again and again until it has.
    func finishStopping(_ container: Container, by actor: String) {
        untilDone(container, .stopping, "stopping container '\(container.name)'") {
            try await halt(container)
            try await fleet.changeWhenPossible(by: actor) { try $0.stopped(container.name, by: actor) }
        }
    }

    private func halt(_ container: Container) async throws {
        guard let host = container.host else { return }
        let order = AgentOrder.halt(
            StopOrder(container: container.name, gracePeriodSeconds: Self.gracePeriodSeconds))
        _ = try await agents.ask(
            order, id: .fresh(container.operation, "halt"), of: host,
            timeout: .seconds(Self.gracePeriodSeconds + 20))
    }
}
