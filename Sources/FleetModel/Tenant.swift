/// Somebody whose containers are kept apart from everybody else's.
public struct Tenant: Codable, Sendable, Hashable {
    /// The tenant's name.
    public var name: TenantName
    /// When the tenant was added.
    public var createdAt: Timestamp

    /// A tenant.
    public init(name: TenantName, createdAt: Timestamp) {
        self.name = name
        self.createdAt = createdAt
    }
}
