import FleetLedger
import FleetModel
import Foundation
import GRDB

/// Writes what is kept beside the changes.
enum NoteWriter {
    /// Writes one note.
    static func write(_ note: FleetNote, to database: Database, at time: Timestamp) throws {
        switch note {
        case .credential(let host, let hash):
            try database.run("UPDATE hosts SET credential = ? WHERE name = ?", [bytes(hash), host.text])
            guard database.changesCount == 1 else {
                throw LedgerError(.conflict, "there is no host '\(host)' whose credential could be kept")
            }
        case .credentialRevoked(let host):
            // A host that was forgotten has taken it along.
            try database.run("UPDATE hosts SET credential = NULL WHERE name = ?", [host.text])
        case .quarantine(let address, let end):
            try database.run("DELETE FROM addresses WHERE quarantined_until <= ?", [time.milliseconds])
            try database.run(
                """
                INSERT INTO addresses (address, quarantined_until) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET quarantined_until = excluded.quarantined_until
                """,
                [address.description, end.milliseconds])
        case .decision(let id, let decision):
            try database.run(
                """
                INSERT INTO decisions (relocation, body) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET body = excluded.body
                """, [id.number, try JSONText.write(decision)])
        }
    }

    private static func bytes(_ hash: SecretHash) -> DatabaseValue {
        hash.bytes.withUnsafeBytes { Data($0).databaseValue }
    }
}
