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

    /// When a container is tried again.
    private struct Wait {
        var next: Timestamp
        var pauseSeconds: Double
    }

    /// Looks at the fleet until cancelled.
    func run() async {
        var waits: [ContainerName: Wait] = [:]
        while !Task.isCancelled {
            let state = fleet.snapshot
            waits = waits.filter { state.index.stuckContainers.contains($0.key) }
            for container in state.stuckContainers {
                let now = Timestamp.now
                guard var wait = waits[container.name] else {
                    waits[container.name] = Wait(
                        next: now.advanced(bySeconds: firstPauseSeconds), pauseSeconds: firstPauseSeconds)
                    continue
                }
                guard wait.next <= now, fleet.snapshot.openRelocation(of: container.name) == nil,
                    container.host.map(containers.agents.isConnected) == true
                else { continue }
                await containers.tryOutAgain(container)
                wait.pauseSeconds = min(wait.pauseSeconds * 2, Self.longestPauseSeconds)
                wait.next = Timestamp.now.advanced(bySeconds: wait.pauseSeconds)
                waits[container.name] = wait
            }
            // Cancelled is noticed above.
            try? await Task.sleep(for: .seconds(min(1, firstPauseSeconds)))
        }
    }
}
