import FleetLedger
import FleetModel
import GRDB

/// Applies changes to the tables of the present state.
enum ChangeWriter {
    /// Applies one change. What is kept both in a table and in the event is put into words once.
    /// - Returns: The change as its event is to keep it.
    static func write(_ change: FleetChange, to database: Database, at time: Timestamp) throws -> String {
        switch change {
        case .host(let host): return JSONText.change(change.kind, try write(host, to: database))
        case .hostForgotten(let name): try remove(from: "hosts", name.text, database)
        case .tenant(let tenant): try write(tenant, to: database)
        case .tenantRemoved(let name): try remove(from: "tenants", name.text, database)
        case .container(let container):
            let body = try write(container, to: database)
            try ResidenceWriter.follow(container, in: database, at: time)
            return JSONText.change(change.kind, body)
        case .containerRemoved(let name):
            try remove(from: "containers", name.text, database)
            try ResidenceWriter.end(name, in: database, at: time)
        case .relocation(let relocation):
            let body = try RelocationWriter.write(relocation, to: database)
            // The steps of one that has ended stand in the table of steps, and do not change.
            if relocation.steps.isEmpty || relocation.state.isFinal { return JSONText.change(change.kind, body) }
        case .progress(let progress):
            return JSONText.change(change.kind, try RelocationWriter.write(progress, to: database))
        case .policy(let record): try PolicyWriter.write(record, to: database)
        case .policyRemoved(let name): try PolicyWriter.remove(name, from: database)
        case .scheduler(let paused):
            try database.run("UPDATE settings SET scheduler_paused = ?", [paused])
        case .alarm(let alarm): try write(alarm, to: database)
        case .image, .refused: break  // The repository keeps the images; a refusal changes nothing.
        }
        return try JSONText.write(change)
    }

    /// Appends an event to the record.
    /// - Parameter body: The change as it is kept.
    static func append(_ event: FleetEvent, _ body: String, to database: Database) throws {
        try database.run(
            "INSERT INTO events (sequence, at, actor, kind, subject, body) VALUES (?, ?, ?, ?, ?, ?)",
            [
                event.sequence, event.at.milliseconds, event.actor, event.change.kind.rawValue, event.change.subject,
                body,
            ])
    }

    /// Puts the steps of relocations that have ended back into their last events, as far as the relocations are there still.
    static func complete(_ events: [FleetEvent], from database: Database) throws -> [FleetEvent] {
        let ended = events.compactMap { $0.change.relocationWithoutSteps?.id.number }
        guard !ended.isEmpty else { return events }
        let steps = try RelocationWriter.steps(of: ended, from: database)
        return events.map { event in
            guard var relocation = event.change.relocationWithoutSteps else { return event }
            relocation.steps = steps[relocation.id.number] ?? []
            return FleetEvent(
                sequence: event.sequence, at: event.at, actor: event.actor, change: .relocation(relocation))
        }
    }

    private static func write(_ host: Host, to database: Database) throws -> String {
        let body = try JSONText.write(host)
        try database.run(
            "INSERT INTO hosts (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            [host.name.text, body])
        return body
    }

    private static func write(_ tenant: Tenant, to database: Database) throws {
        try database.run(
            "INSERT INTO tenants (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            [tenant.name.text, try JSONText.write(tenant)])
    }

    private static func write(_ container: Container, to database: Database) throws -> String {
        let body = try JSONText.write(container)
        try database.run(
            """
            INSERT INTO containers (name, tenant, host, body) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET tenant = excluded.tenant, host = excluded.host, body = excluded.body
            """,
            [container.name.text, container.spec.tenant.text, container.host?.text, body])
        return body
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

extension FleetChange {
    /// A relocation that has ended, if its steps are not here.
    fileprivate var relocationWithoutSteps: Relocation? {
        guard case .relocation(let relocation) = self, relocation.state.isFinal, relocation.steps.isEmpty else {
            return nil
        }
        return relocation
    }
}
