import FleetCore
import FleetModel
import Logging
import MovingTarget

/// Raises an alarm for each container that has been beside somebody for longer than its policy's assumed attack time, and
/// clears it when that is over.
struct ExposureWatch: Sendable {
    let fleet: Fleet
    let logger: Logger

    /// Looks whenever something becomes overdue, and once in a second at what may be over, until cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await look(at: .now)
            } catch {
                logger.error("cannot record an exposure", metadata: ["error": "\(error)"])
            }
            let now = Timestamp.now
            let next = fleet.exposure.nextOverdue(after: now).map { $0.seconds(since: now) } ?? 1
            try? await Task.sleep(for: .seconds(min(max(next, 0.02), 1)))
        }
    }

    /// Raises and clears what is to be.
    func look(at now: Timestamp) async throws {
        let overdue = Dictionary(
            fleet.exposure.read { $0.longestOverdue(at: now) }.map { ($0.container.text, $0) }, uniquingKeysWith: { $1 }
        )
        let standing = fleet.snapshot.alarms(of: .exposure)
        let raised = Set(standing.map(\.subject))
        guard raised != Set(overdue.keys) else { return }
        try await fleet.change(by: "control-plane") { draft in
            for (subject, oldest) in overdue where !raised.contains(subject) {
                guard let container = draft.state.containers[oldest.container] else { continue }
                draft.raise(.exposure, about: subject, oldest.words(for: container, in: draft.state))
            }
            for alarm in standing where overdue[alarm.subject] == nil { draft.clear(.exposure, about: alarm.subject) }
        }
    }
}

extension CoResidence {
    fileprivate func words(for container: Container, in state: FleetState) -> String {
        let policy = state.policyName(of: container)
        let attack = state.policy(of: container).assumedAttackSeconds
        return
            "container '\(self.container)' has been beside tenant '\(stranger)' on \(host) since \(since), longer than the "
            + "\(attack.formatted) s that policy '\(policy)' assumes an attack to take"
    }
}

extension Double {
    /// Without a fraction that says nothing.
    fileprivate var formatted: String { self == rounded() ? String(Int(self)) : String(self) }
}
