import FleetModel
import GRDB

/// For how long a container stood still while it was moved.
public struct Pause: Sendable, Hashable {
    /// Whose container it was.
    public var tenant: TenantName
    /// For how long.
    public var milliseconds: Double
    /// When the relocation ended.
    public var endedAt: Timestamp

    /// A pause.
    public init(tenant: TenantName, milliseconds: Double, endedAt: Timestamp) {
        self.tenant = tenant
        self.milliseconds = milliseconds
        self.endedAt = endedAt
    }

    /// Reads no more of a relocation than that: there may be many of them, and steps are long.
    static func sql(endedSince time: Timestamp) -> SQL {
        """
        SELECT tenant, ended_at, json_extract(body, '$.pauseMilliseconds') AS pause FROM relocations
        WHERE ended_at >= \(time.milliseconds) AND json_extract(body, '$.pauseMilliseconds') IS NOT NULL ORDER BY ended_at
        """
    }
}
