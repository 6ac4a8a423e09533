import FleetModel
import GRDB

/// Applies changes to the tables of the present state.
enum ChangeWriter {
    /// Applies one change.
    static func write(_ change: FleetChange, to database: Database, at time: Timestamp) throws {
        switch change {
        case .host(let host): try write(host, to: database)
        case .hostForgotten(let name): try remove(from: "hosts", name.text, database)
        case .tenant(let tenant): try write(tenant, to: database)
        case .tenantRemoved(let name): try remove(from: "tenants", name.text, database)
        case .container(let container):
            try write(container, to: database)
            try ResidenceWriter.follow(container, in: database, at: time)
        case .containerRemoved(let name):
            try remove(from: "containers", name.text, database)
            try ResidenceWriter.end(name, in: database, at: time)
        case .relocation(let relocation): try RelocationWriter.write(relocation, to: database)
        case .policy(let record): try PolicyWriter.write(record, to: database)
        case .policyRemoved(let name): try PolicyWriter.remove(name, from: database)
        case .scheduler(let paused):
            try database.run("UPDATE settings SET scheduler_paused = ?", [paused])
        case .alarm(let alarm): try write(alarm, to: database)
        case .image, .refused: break  // The repository keeps the images; a refusal changes nothing.
        }
    }

    /// Appends an event to the record.
    static func append(_ event: FleetEvent, to database: Database) throws {
        try database.run(
            "INSERT INTO events (sequence, at, actor, kind, subject, body) VALUES (?, ?, ?, ?, ?, ?)",
            [
                event.sequence, event.at.milliseconds, event.actor, event.change.kind, event.change.subject,
                try JSONText.write(event.change),
            ])
    }

    private static func write(_ host: Host, to database: Database) throws {
        try database.run(
            "INSERT INTO hosts (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            [host.name.text, try JSONText.write(host)])
    }

    private static func write(_ tenant: Tenant, to database: Database) throws {
        try database.run(
            "INSERT INTO tenants (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            [tenant.name.text, try JSONText.write(tenant)])
    }

    private static func write(_ container: Container, to database: Database) throws {
        try database.run(
            """
            INSERT INTO containers (name, tenant, host, body) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET tenant = excluded.tenant, host = excluded.host, body = excluded.body
            """,
            [
                container.name.text, container.spec.tenant.text, container.host?.text, try JSONText.write(container),
            ])
    }

    private static func write(_ alarm: Alarm, to database: Database) throws {
        guard alarm.clearedAt == nil else {
            try database.run("DELETE FROM alarms WHERE kind = ? AND subject = ?", [alarm.kind.rawValue, alarm.subject])
            return
        }
        try database.run(
            "INSERT INTO alarms (kind, subject, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            [alarm.kind.rawValue, alarm.subject, try JSONText.write(alarm)])
    }

    private static func remove(from table: String, _ name: String, _ database: Database) throws {
        try database.run("DELETE FROM \(table) WHERE name = ?", [name])
    }
}
