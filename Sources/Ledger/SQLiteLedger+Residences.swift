import FleetLedger
import FleetModel
import GRDB

extension SQLiteLedger {
    /// Reads them one after the other, never all of them into memory.
    public func residences<Result: Sendable>(
        since time: Timestamp, into result: Result,
        _ body: @escaping @Sendable (inout Result, Residence) throws -> Void
    ) async throws -> Result {
        let (found, failure) = try await reading("read where containers were") {
            database -> (Result, (any Error)?) in
            var found = result
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT container, tenant, host, arrived_at, left_at FROM residences
                    WHERE left_at IS NULL OR left_at >= ? ORDER BY arrived_at, id
                    """, arguments: [time.milliseconds])
            while let row = try rows.next() {
                let residence = try Self.residence(row)
                // What the body throws is not a failure of the ledger and must not be taken for one.
                do { try body(&found, residence) } catch { return (found, error) }
            }
            return (found, nil)
        }
        if let failure { throw failure }
        return found
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
