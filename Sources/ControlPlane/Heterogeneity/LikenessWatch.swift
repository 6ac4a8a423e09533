import FleetCore
import FleetModel
import Logging
import MovingTarget
import Synchronization

/// Raises an alarm while the hosts are so alike that moving between them brings almost nothing.
///
/// What the hosts are made of is counted host by host as it changes; how alike they are is worked out once a second at most.
struct LikenessWatch: Sendable {
    /// What the alarm is about.
    private static let subject = "fleet"
    private static let pause = Duration.seconds(1)

    let fleet: Fleet
    let logger: Logger

    /// Looks whenever a host or a policy has changed, until cancelled.
    func run() async {
        let counted = Counted()
        await withTaskGroup { group in
            group.addTask { await follow(counted) }
            group.addTask {
                while !Task.isCancelled {
                    if let census = counted.changed() { await look(at: census) }
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }
    }

    private func follow(_ counted: Counted) async {
        while !Task.isCancelled {
            let events = fleet.feed.watch(.likeness)
            counted.begin(with: fleet.snapshot.workers)
            for await event in events {
                switch event.change {
                case .host(let host): counted.set(host.role == .worker ? host.profile : nil, of: host.name)
                case .hostForgotten(let name): counted.set(nil, of: name)
                case .policy(let record) where record.name == .default: counted.weigh()
                default: break
                }
            }
        }
    }

    private func look(at census: ProfileCensus) async {
        let state = fleet.snapshot
        let likeness = census.likeness(state.defaultPolicy.weights)
        let stands = state.alarms[AlarmKey(kind: .monoculture, subject: Self.subject)] != nil
        guard likeness.isMonotonous || stands else { return }
        do {
            try await fleet.change(by: "control-plane") { draft in
                if likeness.isMonotonous, let words = likeness.warnings.first {
                    draft.raise(.monoculture, about: Self.subject, words)
                } else {
                    draft.clear(.monoculture, about: Self.subject)
                }
            }
        } catch {
            logger.error("cannot record how alike the hosts are", metadata: ["error": "\(error)"])
        }
    }
}

/// What the hosts are made of, and whether that has changed since somebody looked.
private final class Counted: Sendable {
    private let state = Mutex((census: ProfileCensus(), isChanged: true))

    func begin(with hosts: [Host]) {
        state.withLock { state in
            state = (ProfileCensus(), true)
            for host in hosts { state.census.set(host.profile, of: host.name) }
        }
    }

    func set(_ profile: HostProfile?, of host: HostName) {
        state.withLock { state in
            if state.census.set(profile, of: host) { state.isChanged = true }
        }
    }

    func weigh() { state.withLock { $0.isChanged = true } }

    func changed() -> ProfileCensus? {
        state.withLock { state in
            defer { state.isChanged = false }
            return state.isChanged ? state.census : nil
        }
    }
}
