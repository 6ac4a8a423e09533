import FleetModel
import GRDB

/// Follows where containers are.
enum ResidenceWriter {
    /// Takes what is now known of a container. A stay that goes on is left as it is.
    static func follow(_ container: Container, in database: Database, at time: Timestamp) throws {
        let now = container.residence
        let open = try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT tenant, host, arrived_at FROM residences WHERE container = ? AND left_at IS NULL"),
            arguments: [container.name.text])
        if let open {
            let isSame =
                open["tenant"] == now?.tenant.text && open["host"] == now?.host.text
                && open["arrived_at"] == now?.arrivedAt.milliseconds
            if isSame { return }
            try end(container.name, in: database, at: now?.arrivedAt ?? time)
        }
        guard let now else { return }
        try database.run(
            "INSERT INTO residences (container, tenant, host, arrived_at) VALUES (?, ?, ?, ?)",
            [now.container.text, now.tenant.text, now.host.text, now.arrivedAt.milliseconds])
    }

    /// A container is nowhere any more.
    static func end(_ container: ContainerName, in database: Database, at time: Timestamp) throws {
        try database.run(
            "UPDATE residences SET left_at = ? WHERE container = ? AND left_at IS NULL",
            [time.milliseconds, container.text])
    }
}
