import FleetCore
import FleetModel
import Logging
import MovingTarget

/// Raises an alarm while the hosts are so alike that moving between them brings almost nothing.
struct LikenessWatch: Sendable {
    /// What the alarm is about.
    private static let subject = "fleet"

    let fleet: Fleet
    let logger: Logger

    /// Looks whenever a host or a policy changes, until cancelled.
    func run() async {
        while !Task.isCancelled {
            let events = fleet.feed.watch()
            await look()
            for await event in events {
                switch event.change {
                case .host, .hostForgotten, .policy: await look()
                default: break
                }
            }
        }
    }

    private func look() async {
        let state = fleet.snapshot
        let likeness = FleetHeterogeneity(of: state.workers, weights: state.defaultPolicy.weights)
        let isAlike = likeness.meanDifference.map { $0 < FleetHeterogeneity.leastMeanDifference } ?? false
        guard isAlike || state.alarms[AlarmKey(kind: .monoculture, subject: Self.subject)] != nil else { return }
        do {
            try await fleet.change(by: "control-plane") { draft in
                if isAlike, let words = likeness.warnings.first {
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
