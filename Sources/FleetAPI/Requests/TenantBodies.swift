import FleetModel

/// A tenant that somebody adds: `POST /v1/tenants`.
public struct NewTenantBody: JSONBody {
    /// Its name.
    public var name: TenantName
    /// The policy of its containers; `nil` for `default`.
    public var policy: PolicyName?
    /// The tenants beside whose containers none of its own may ever be.
    public var neverBeside: [TenantName]?
    /// Whether the clock leaves its containers where they are.
    public var isPaused: Bool?

    private enum CodingKeys: String, CodingKey, CaseIterable { case name, policy, neverBeside, isPaused }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A tenant.
    public init(
        name: TenantName, policy: PolicyName? = nil, neverBeside: [TenantName]? = nil, isPaused: Bool? = nil
    ) {
        self.name = name
        self.policy = policy
        self.neverBeside = neverBeside
        self.isPaused = isPaused
    }
}

/// What is to change of a tenant: `PATCH /v1/tenants/{tenant}`. What is not said stays as it is.
public struct TenantChangesBody: JSONBody {
    /// The policy of its containers; empty for `default`.
    public var policy: FieldChange<PolicyName>
    /// The tenants beside whose containers none of its own may ever be.
    public var neverBeside: [TenantName]?
    /// Whether the clock leaves its containers where they are.
    public var isPaused: Bool?

    private enum CodingKeys: String, CodingKey, CaseIterable { case policy, neverBeside, isPaused }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Changes.
    public init(
        policy: FieldChange<PolicyName> = .keep, neverBeside: [TenantName]? = nil, isPaused: Bool? = nil
    ) {
        self.policy = policy
        self.neverBeside = neverBeside
        self.isPaused = isPaused
    }

    /// Decodes changes.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        policy = try fields.change(.policy)
        neverBeside = try fields.decodeIfPresent([TenantName].self, forKey: .neverBeside)
        isPaused = try fields.decodeIfPresent(Bool.self, forKey: .isPaused)
    }

    /// Encodes changes.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(policy, forKey: .policy)
        try fields.encodeIfPresent(neverBeside, forKey: .neverBeside)
        try fields.encodeIfPresent(isPaused, forKey: .isPaused)
    }
}
