import FleetCore
import FleetLedger
import FleetModel
import MovingTarget

/// What a control plane knows when it starts: the fleet's state, who was beside whom, and how moves went lately.
struct FleetMemory: Sendable {
    /// How far back the book of exposure goes.
    private static let exposureSeconds = 7.0 * 86400
    /// How many moves say how long a move takes.
    private static let moves = 64

    /// The fleet.
    let state: FleetState
    /// Who was beside whom.
    let exposure: ExposureBook
    /// The pauses of relocations that ended in the last hour.
    let lastHour: [Pause]

    /// Reads what a ledger remembers.
    /// - Throws: `LedgerError`.
    init(of ledger: any Ledger, _ record: FleetRecord, at now: Timestamp, randomness: Randomness) async throws {
        var state = FleetState(record, randomness: randomness)
        let last = try await ledger.relocations(RelocationQuery(state: .completed, limit: Self.moves)).items
        state.remember(last.reversed())
        var replay = ExposureReplay(memorySeconds: ExposureLog.memorySeconds)
        let since = now.advanced(bySeconds: -Self.exposureSeconds)
        replay = try await ledger.residences(since: since, into: replay) { [state] replay, residence in
            let policy = state.containers[residence.container].map { state.policy(of: $0) } ?? state.defaultPolicy
            replay.add(residence, attackSeconds: policy.assumedAttackSeconds)
        }
        exposure = replay.finish()
        lastHour = try await ledger.pauses(endedSince: now.advanced(bySeconds: -3600))
        self.state = state
    }
}
