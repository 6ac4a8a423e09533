import FleetModel
import GRDB

extension Ledger {
    /// Reads the stays that go on or ended at or after a time, in the order of their arrivals, one after the other.
    ///
    /// It blocks its thread: for what is read once, at the start.
    /// - Throws: `LedgerError`, or what the body throws; the body has had the stays up to there.
    public func forEachResidence(since time: Timestamp, _ body: (Residence) throws -> Void) throws {
        // What the body throws is not a failure of the ledger and must not be taken for one.
        var failure: (any Error)?
        try LedgerError.wrapping("read where containers were") {
            try pool.read { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT container, tenant, host, arrived_at, left_at FROM residences
                        WHERE left_at IS NULL OR left_at >= ? ORDER BY arrived_at, id
                        """, arguments: [time.milliseconds])
                while failure == nil, let row = try rows.next() {
                    let residence = try Self.residence(row)
                    do { try body(residence) } catch { failure = error }
                }
            }
        }
        if let failure { throw failure }
    }

    private static func residence(_ row: Row) throws -> Residence {
        Residence(
            container: try ContainerName(row["container"]), tenant: try TenantName(row["tenant"]),
            host: try HostName(row["host"]), arrivedAt: Timestamp(milliseconds: row["arrived_at"]),
            leftAt: (row["left_at"] as Int64?).map { Timestamp(milliseconds: $0) })
    }

    /// Why a relocation went where it went; `nil` when it was never decided, or before decisions were kept.
    /// - Throws: `LedgerError`.
    public func decision(of id: RelocationID) async throws -> PlacementDecision? {
        try await reading("read the decision of relocation \(id)") { database in
            try String.fetchOne(
                database, sql: "SELECT body FROM decisions WHERE relocation = ?", arguments: [id.number]
            ).map { try JSONText.read(PlacementDecision.self, $0) }
        }
    }
}
