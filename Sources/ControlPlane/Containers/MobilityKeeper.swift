import FleetCore
import FleetModel

/// Tries containers again that could not be moved, since what stood in the way may be over: a command that somebody ran in
/// one, a file that was open. Each trial stops a container for a moment, so the pauses between them grow.
struct MobilityKeeper: Sendable {
    let fleet: Fleet
    let containers: ContainersService
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
            // Cancelled is noticed above.
            try? await Task.sleep(for: .seconds(min(1, firstPauseSeconds)))
        }
    }

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
