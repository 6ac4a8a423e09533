import FleetCore
import FleetModel
import Logging

/// Starts containers anew that are to be, when it is time.
struct RestartKeeper: Sendable {
    /// Who does it, for the record.
    static let actor = "restart"

    let fleet: Fleet
    let containers: ContainersService
    let logger: Logger

    /// Looks at the fleet until cancelled.
    func run() async {
        while !Task.isCancelled {
            await look(at: .now)
            // Cancelled is noticed above.
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Starts what is due, the longest overdue first. Costs what is due.
    func look(at now: Timestamp) async {
        for due in fleet.snapshot.restartsDue {
            guard due.at <= now else { break }
            await start(due.container)
        }
    }

    private func start(_ name: ContainerName) async {
        do {
            _ = try await containers.start(name, by: Self.actor)
        } catch {
            logger.info("not started anew", metadata: ["container": "\(name)", "reason": "\(error)"])
            do {
                try await fleet.change(by: Self.actor) { try $0.postponeRestart(of: name, "\(error)") }
            } catch {
                // It is looked at again.
                logger.error("cannot put a restart off", metadata: ["container": "\(name)", "error": "\(error)"])
            }
        }
    }
}
