import FleetLedger
import FleetModel
import Logging

/// Removes from the record what is older than is to be kept, so that it does not grow for ever.
///
/// Events, moves that have ended with their decisions, and stays that have ended. What still counts is never removed, nor
/// are policies.
struct RecordPruner: Sendable {
    /// How many events are kept, however young.
    private static let mostEvents = 10_000_000

    let ledger: any Ledger
    /// How old what is kept may be, in seconds.
    let retentionSeconds: Double
    let logger: Logger

    /// Removes what is too old now, and every hour, until cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await prune(at: .now)
            } catch {
                logger.error("cannot remove old records", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(3600))
        }
    }

    /// Removes what is too old.
    func prune(at now: Timestamp) async throws {
        let limit = now.advanced(bySeconds: -retentionSeconds)
        let relocations = try await ledger.pruneRelocations(endedBefore: limit)
        let stays = try await ledger.pruneResidences(endedBefore: limit)
        let events = try await ledger.pruneEvents(before: limit, keepingAtMost: Self.mostEvents)
        guard relocations + stays + events > 0 else { return }
        logger.notice(
            "removed old records",
            metadata: ["events": "\(events)", "relocations": "\(relocations)", "stays": "\(stays)"])
    }
}
