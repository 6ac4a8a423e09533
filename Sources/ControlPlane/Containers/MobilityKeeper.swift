import FleetCore
import FleetModel
import Logging

/// Tries containers again that could not be moved, since what stood in the way may be over: a command that somebody ran in
/// one, a file that was open. Each trial stops a container for a moment, so the pauses between them grow. Of those that were
/// to be moved by now it says so, and does what their policy wants then.
struct MobilityKeeper: Sendable {
    let fleet: Fleet
    let containers: ContainersService
    let relocator: Relocator
    let logger: Logger
    /// How long the first pause is.
    let firstPauseSeconds: Double

    /// The longest pause, in seconds.
    static let longestPauseSeconds = 900.0

    /// When the containers are tried again that cannot be moved.
    struct Calendar {
        fileprivate struct Wait {
            var next: Timestamp
            var pauseSeconds: Double
        }

        fileprivate var waits: [ContainerName: Wait] = [:]

        /// Nobody waits yet.
        init() {}
    }

    /// Looks at the fleet until cancelled.
    func run() async {
        var calendar = Calendar()
        while !Task.isCancelled {
            await look(at: .now, &calendar)
            await deal(at: .now)
            // Cancelled is noticed above.
            try? await Task.sleep(for: .seconds(min(1, firstPauseSeconds)))
        }
    }

    /// Sees to those that were to be moved by now.
    func deal(at now: Timestamp) async {
        for container in fleet.snapshot.overdueStuckContainers(at: now) {
            do {
                try await fleet.change(by: Self.actor) { draft in
                    if let container = draft.state.containers[container.name] { draft.noticeOverdue(container) }
                }
                try await follow(container, at: now)
            } catch {
                // It is looked at again.
                logger.info("not done yet", metadata: ["container": "\(container.name)", "reason": "\(error)"])
            }
        }
    }

    private func follow(_ container: Container, at now: Timestamp) async throws {
        let state = fleet.snapshot
        switch state.policy(of: container).whenImmovable {
        case .alarm: break
        case .restart: try await containers.startElsewhere(container.name, .elsewhere, by: Self.actor)
        case .isolate: try await containers.startElsewhere(container.name, .alone, by: Self.actor)
        case .evacuate:
            for victim in state.victims(beside: container, at: now) {
                let (name, tenant) = (container.name, container.spec.tenant)
                _ = try await relocator.request(
                    RelocationRequest(
                        container: victim, trigger: .alert, actor: Self.actor,
                        reason: "container '\(name)' of tenant '\(tenant)' beside it cannot be moved",
                        avoidTenants: [tenant]))
            }
        }
    }

    /// Who does it, for the record.
    private static let actor = "clock"

    /// Tries those again whose pause is over and whose agent is there. One that is seen for the first time has its pause
    /// before it; of one that can be moved again, or is gone, nothing is remembered.
    func look(at now: Timestamp, _ calendar: inout Calendar) async {
        let state = fleet.snapshot
        calendar.waits = calendar.waits.filter { state.index.stuckContainers.contains($0.key) }
        for container in state.stuckContainers {
            guard var wait = calendar.waits[container.name] else {
                calendar.waits[container.name] = Calendar.Wait(
                    next: now.advanced(bySeconds: firstPauseSeconds), pauseSeconds: firstPauseSeconds)
                continue
            }
            guard wait.next <= now, fleet.snapshot.openRelocation(of: container.name) == nil,
                container.host.map(containers.agents.isConnected) == true
            else { continue }
            await containers.tryOutAgain(container)
            guard fleet.snapshot.index.stuckContainers.contains(container.name) else {
                calendar.waits[container.name] = nil
                continue
            }
            wait.pauseSeconds = min(wait.pauseSeconds * 2, Self.longestPauseSeconds)
            wait.next = now.advanced(bySeconds: wait.pauseSeconds)
            calendar.waits[container.name] = wait
        }
    }
}
