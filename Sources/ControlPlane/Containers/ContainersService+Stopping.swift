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

    private func end(_ name: ContainerName, thenStart: Bool, by actor: String) async throws -> Container {
        let container = try await fleet.change(by: actor) { draft in
            try draft.beginStopping(name, thenStart: thenStart, by: actor)
        }
        if container.state == .stopping { finishStopping(container, by: actor) }
        return container
    }

    /// Has a container's host end its process, again and again until it has.
    func finishStopping(_ container: Container, by actor: String) {
        supervisor.run {
            for attempt in 1... {
                do {
                    try await halt(container)
                    try await fleet.changeWhenPossible(by: actor) { try $0.stopped(container.name, by: actor) }
                    return
                } catch {
                    guard !Task.isCancelled else { return }
                    await noticeStopping(container, attempt: attempt, error)
                    // Cancelled is noticed above.
                    try? await Task.sleep(for: .seconds(min(5, 0.2 * Double(attempt))))
                }
                // Its host may have been lost meanwhile, or it is to be removed.
                guard fleet.snapshot.containers[container.name]?.state == .stopping else { return }
            }
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

    private func noticeStopping(_ container: Container, attempt: Int, _ error: any Error) async {
        guard attempt == 3 else { return }
        do {
            try await fleet.change(by: "control-plane") { draft in
                draft.raise(
                    .stepPending, about: container.name.text,
                    "stopping container '\(container.name)' is being repeated: \(error)")
            }
        } catch {
            logger.error("cannot raise an alarm", metadata: ["container": "\(container.name)", "error": "\(error)"])
        }
    }
}
