import FleetCore
import FleetModel
import Logging
import MovingTarget

/// Raises an alarm for each container that has been beside somebody for longer than its policy's assumed attack time, or for
/// longer in sum than the policy accepts, and one for each policy under which containers have been beside strangers for longer
/// in sum; clears them when that is over.
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
        let state = fleet.snapshot
        let over = fleet.exposure.overLimits(of: state.exposureLimits, at: now)
        let overdue = fleet.exposure.read { $0.longestOverdue(at: now) }
        var reasons = over.groups.mapValues { Reason.sum(beside: $0) }
        for stay in overdue { reasons[stay.container] = .stay(stay) }
        let crowded = Dictionary(
            over.strangers.compactMap { limits in limits.policy.map { ($0.text, limits) } }, uniquingKeysWith: { $1 })
        let standing = (containers: state.alarms(of: .exposure), policies: state.alarms(of: .strangers))
        guard
            Set(standing.containers.map(\.subject)) != Set(reasons.keys.map(\.text))
                || Set(standing.policies.map(\.subject)) != Set(crowded.keys)
        else { return }
        try await fleet.change(by: "control-plane") { [reasons] draft in
            Self.raise(.exposure, standing.containers, reasons.keys.map(\.text), &draft) { subject, draft in
                guard let name = try? ContainerName(subject), let reason = reasons[name],
                    let container = draft.state.containers[name]
                else { return nil }
                return reason.words(for: container, in: draft.state)
            }
            Self.raise(.strangers, standing.policies, Array(crowded.keys), &draft) { subject, _ in
                crowded[subject]?.words(under: subject)
            }
        }
    }

    /// Raises alarms about those that have none yet, and clears those of all others.
    private static func raise(
        _ kind: AlarmKind, _ standing: [Alarm], _ subjects: [String], _ draft: inout FleetDraft,
        words: (String, FleetDraft) -> String?
    ) {
        let raised = Set(standing.map(\.subject))
        for subject in subjects where !raised.contains(subject) {
            if let words = words(subject, draft) { draft.raise(kind, about: subject, words) }
        }
        let wanted = Set(subjects)
        for alarm in standing where !wanted.contains(alarm.subject) { draft.clear(kind, about: alarm.subject) }
    }
}

/// Why there is an alarm about a container.
private enum Reason: Sendable {
    /// It has been beside somebody for too long without a break.
    case stay(CoResidence)
    /// It has been beside somebody for too long in sum.
    case sum(beside: Party)

    func words(for container: Container, in state: FleetState) -> String {
        switch self {
        case .stay(let stay): stay.words(for: container, in: state)
        case .sum(let party): state.exposureLimits(of: container).words(for: container, beside: party)
        }
    }
}

extension ExposureLimits {
    fileprivate func words(for container: Container, beside party: Party) -> String {
        "container '\(container.name)' has been beside \(party.words) for more than \((groupSeconds ?? 0).formatted) s in "
            + "sum, where time counts by 1/e after \(windowSeconds.formatted) s: an attack that goes on where it left off "
            + "may have finished"
    }

    fileprivate func words(under policy: String) -> String {
        "containers under policy '\(policy)' have been beside strangers, whoever they are, for more than "
            + "\((strangersSeconds ?? 0).formatted) s in sum, where time counts by 1/e after \(windowSeconds.formatted) s: "
            + "an attacker who is on all hosts under several names may have finished; 'relocate exposure' names those beside "
            + "them"
    }
}

extension CoResidence {
    fileprivate func words(for container: Container, in state: FleetState) -> String {
        let policy = state.policyName(of: container)
        let attack = state.policy(of: container).assumedAttackSeconds
        return
            "container '\(self.container)' has been beside \(stranger.words) on \(host) since \(since), longer than the "
            + "\(attack.formatted) s that policy '\(policy)' assumes an attack to take"
    }
}

extension Double {
    /// Without a fraction that says nothing.
    fileprivate var formatted: String { self == rounded() ? String(Int(self)) : String(self) }
}
