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

    /// A tenant.
    public init(
        name: TenantName, createdAt: Timestamp, policy: PolicyName? = nil, neverBeside: [TenantName] = [],
        isPaused: Bool = false
    ) {
        self.name = name
        self.createdAt = createdAt
        self.policy = policy
        self.neverBeside = neverBeside
        self.isPaused = isPaused
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, createdAt, policy, neverBeside, isPaused }

    /// Decodes a tenant; older records have neither policy nor rules.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        name = try fields.decode(TenantName.self, forKey: .name)
        createdAt = try fields.decode(Timestamp.self, forKey: .createdAt)
        policy = try fields.decodeIfPresent(PolicyName.self, forKey: .policy)
        neverBeside = try fields.value(.neverBeside, or: [])
        isPaused = try fields.value(.isPaused, or: false)
    }
}
