/// Somebody whose containers are kept apart from everybody else's.
public struct Tenant: Codable, Sendable, Hashable {
    /// The tenant's name.
    public var name: TenantName
    /// When the tenant was added.
    public var createdAt: Timestamp
    /// The policy of its containers; `nil` for `default`.
    public var policy: PolicyName?
    /// The tenants beside whose containers none of this tenant's may ever be. It holds in both directions.
    public var neverBeside: [TenantName]
    /// Whether the clock leaves its containers where they are.
    public var isPaused: Bool
    /// The tenants that it trusts, and that trust it; `nil` for nobody but itself. Only an operator puts a tenant into a
    /// group: whoever could do it for himself would be beside his victim unseen.
    public var trustGroup: TrustGroupName?

    /// A tenant.
    public init(
        name: TenantName, createdAt: Timestamp, policy: PolicyName? = nil, neverBeside: [TenantName] = [],
        isPaused: Bool = false, trustGroup: TrustGroupName? = nil
    ) {
        self.name = name
        self.createdAt = createdAt
        self.policy = policy
        self.neverBeside = neverBeside
        self.isPaused = isPaused
        self.trustGroup = trustGroup
    }

    /// As whom it counts where it matters who is beside whom.
    public var party: Party { trustGroup.map { .group($0) } ?? .tenant(name) }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, createdAt, policy, neverBeside, isPaused, trustGroup
    }

    /// Decodes a tenant; older records have neither policy nor rules nor group.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        name = try fields.decode(TenantName.self, forKey: .name)
        createdAt = try fields.decode(Timestamp.self, forKey: .createdAt)
        policy = try fields.decodeIfPresent(PolicyName.self, forKey: .policy)
        neverBeside = try fields.value(.neverBeside, or: [])
        isPaused = try fields.value(.isPaused, or: false)
        trustGroup = try fields.decodeIfPresent(TrustGroupName.self, forKey: .trustGroup)
    }
}
