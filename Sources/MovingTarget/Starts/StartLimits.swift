import FleetModel

/// The limits of the fleet, its hosts and its tenants.
public struct StartLimits: Sendable, Hashable {
    /// Those of the fleet and of hosts, and of the tenants that have none of their own.
    public var fleet: RelocationLimits
    /// Those of the tenants that have limits of their own.
    public var tenants: [TenantName: RelocationLimits]

    /// Limits.
    public init(fleet: RelocationLimits, tenants: [TenantName: RelocationLimits] = [:]) {
        self.fleet = fleet
        self.tenants = tenants
    }

    /// The limits of a tenant.
    public subscript(tenant: TenantName) -> RelocationLimits { tenants[tenant] ?? fleet }
}
