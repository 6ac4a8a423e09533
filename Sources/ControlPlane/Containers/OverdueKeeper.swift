import FleetCore
import FleetModel
import Logging

/// Sees to containers that were to be moved by now and cannot be: says so, and does what their policy wants then.
struct OverdueKeeper: Sendable {
    /// Who does it, for the record.
    private static let actor = "clock"
    /// How long a container for which something was asked is left alone, in seconds, if nothing came of it.
    private static let secondsToNextAttempt = 30.0

    let fleet: Fleet
    let containers: ContainersService
    let relocator: Relocator
    let logger: Logger

    /// Looks at the fleet until cancelled.
    func run() async {
        var asked: [ContainerName: Timestamp] = [:]
        while !Task.isCancelled {
            await look(at: .now, sparing: &asked)
            // Cancelled is noticed above.
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Does what is to be done now. Costs what cannot be moved.
    /// - Parameter asked: for which containers something was asked, and when.
    func look(at now: Timestamp, sparing asked: inout [ContainerName: Timestamp]) async {
        asked = asked.filter { now.seconds(since: $0.value) < Self.secondsToNextAttempt }
        for container in fleet.snapshot.overdueStuckContainers(at: now) {
            await notice(container)
            await follow(container, at: now, sparing: &asked)
        }
    }

    private func notice(_ container: Container) async {
        do {
            try await fleet.change(by: Self.actor) { draft in
                if let container = draft.state.containers[container.name] { draft.noticeOverdue(container) }
            }
        } catch {
            // It is looked at again.
            logger.error("cannot raise an alarm", metadata: ["container": "\(container.name)", "error": "\(error)"])
        }
    }

    private func follow(
        _ container: Container, at now: Timestamp, sparing asked: inout [ContainerName: Timestamp]
    ) async {
        let state = fleet.snapshot
        let rule = state.policy(of: container).whenImmovable
        let concerned: [ContainerName] =
            switch rule {
            case .alarm: []
            case .restart, .isolate: [container.name]
            case .evacuate: state.victims(beside: container, at: now)
            }
        for name in concerned where asked[name] == nil {
            asked[name] = now
            do {
                switch rule {
                case .alarm: break
                case .restart: try await containers.startElsewhere(name, .elsewhere, by: Self.actor)
                case .isolate: try await containers.startElsewhere(name, .alone, by: Self.actor)
                case .evacuate: try await evacuate(name, beside: container)
                }
            } catch {
                logger.info("not done yet", metadata: ["container": "\(name)", "reason": "\(error)"])
            }
        }
    }

    private func evacuate(_ victim: ContainerName, beside container: Container) async throws {
        let (name, tenant) = (container.name, container.spec.tenant)
        _ = try await relocator.request(
            RelocationRequest(
                container: victim, trigger: .alert, actor: Self.actor,
                reason: "container '\(name)' of tenant '\(tenant)' beside it cannot be moved", avoidTenants: [tenant]))
    }
}
