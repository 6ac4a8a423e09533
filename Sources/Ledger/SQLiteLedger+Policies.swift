import FleetLedger
import FleetModel
import GRDB

extension SQLiteLedger {
    /// The versions of a policy, newest first; also of one that was removed.
    /// - Throws: `LedgerError`, with the code `invalidLimit` when the limit is not 1 to 1000.
    public func policyVersions(
        of name: PolicyName, cursor: PageCursor?, limit: Int
    ) async throws -> Page<PolicyRecord> {
        try PageLimit.check(limit)
        return try await readingList("read the versions of policy \(name)") { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT \(PolicyWriter.columns) FROM policy_versions WHERE name = ? AND version < ?
                    ORDER BY version DESC LIMIT ?
                    """, arguments: [name.text, cursor?.before ?? .max, limit + 1])
            return Page(try rows.map(PolicyWriter.record), limit: limit) { Int64($0.version) }
        }
    }

    /// One version of a policy, `nil` when there is none of this number.
    /// - Throws: `LedgerError`.
    public func policyVersion(_ version: Int, of name: PolicyName) async throws -> PolicyRecord? {
        try await reading("read version \(version) of policy \(name)") { database in
            try Row.fetchOne(
                database, sql: "SELECT \(PolicyWriter.columns) FROM policy_versions WHERE name = ? AND version = ?",
                arguments: [name.text, version]
            ).map(PolicyWriter.record)
        }
    }
}
