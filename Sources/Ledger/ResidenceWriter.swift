import FleetModel
import GRDB

/// Follows where containers are.
enum ResidenceWriter {
    /// Takes what is now known of a container. A stay that goes on is left as it is, and one that has ended does not
    /// begin again: a container that was stopped still knows when it came, and says so once more while it is removed.
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
            """
            INSERT INTO residences (container, tenant, host, arrived_at) SELECT ?1, ?2, ?3, ?4
            WHERE NOT EXISTS (
                SELECT 1 FROM residences WHERE arrived_at = ?4 AND container = ?1 AND tenant = ?2 AND host = ?3)
            """, [now.container.text, now.tenant.text, now.host.text, now.arrivedAt.milliseconds])
    }

    /// A container is nowhere any more.
    static func end(_ container: ContainerName, in database: Database, at time: Timestamp) throws {
        try database.run(
            // The clock may have been put back.
            "UPDATE residences SET left_at = max(?, arrived_at) WHERE container = ? AND left_at IS NULL",
            [time.milliseconds, container.text])
    }
}
