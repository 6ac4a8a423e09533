import FleetLedger
import FleetModel
import Foundation
import GRDB

extension SQLiteLedger {
    /// Reads everything in one transaction.
    public func load() async throws -> FleetRecord { try await reading("load the fleet", Self.record) }

    static func record(_ database: Database) throws -> FleetRecord {
        let settings = try Row.fetchOne(database, sql: "SELECT scheduler_paused FROM settings")
        let lastRelocation = try Int64.fetchOne(database, sql: "SELECT max(id) FROM relocations") ?? 0
        return FleetRecord(
            hosts: try hosts(database),
            tenants: try bodies(Tenant.self, "SELECT body FROM tenants ORDER BY name", database),
            containers: try ContainerReading.all(database),
            openRelocations: try openRelocations(database),
            quarantine: try quarantine(database),
            policies: try PolicyWriter.present(database),
            lastPolicyVersions: try PolicyWriter.lastVersions(database),
            schedulerPaused: settings?["scheduler_paused"] ?? false,
            alarms: try bodies(Alarm.self, "SELECT body FROM alarms ORDER BY kind, subject", database),
            lastSequence: try lastSequence(database),
            nextRelocation: RelocationID(lastRelocation + 1))
    }

    private static func hosts(_ database: Database) throws -> [HostRecord] {
        try Row.fetchAll(database, sql: "SELECT body, credential FROM hosts ORDER BY name").map { row in
            HostRecord(host: try JSONText.read(Host.self, row["body"]), credential: hash(row["credential"]))
        }
    }

    private static func openRelocations(_ database: Database) throws -> [Relocation] {
        let open = RelocationState.allCases.filter { !$0.isFinal }.map(\.rawValue)
        let rows = try SQLRequest<Row>(literal: "SELECT id, body FROM relocations WHERE state IN \(open) ORDER BY id")
            .fetchAll(database)
        return try RelocationWriter.read(rows, from: database)
    }

    private static func quarantine(_ database: Database) throws -> [IPv4Address: Timestamp] {
        var quarantine: [IPv4Address: Timestamp] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT address, quarantined_until FROM addresses") {
            quarantine[try IPv4Address(row["address"])] = Timestamp(milliseconds: row["quarantined_until"])
        }
        return quarantine
    }

    private static func bodies<Value: Decodable>(
        _ type: Value.Type, _ sql: String, _ database: Database
    ) throws -> [Value] {
        var values: [Value] = []
        let rows = try String.fetchCursor(database, sql: sql)
        while let body = try rows.next() { values.append(try JSONText.read(type, body)) }
        return values
    }

    private static func hash(_ bytes: Data?) -> SecretHash? { bytes.flatMap { SecretHash(bytes: Array($0)) } }
}
