import FleetModel

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
}
