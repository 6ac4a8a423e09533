import FleetModel

/// Who is to be in a trust group, and nobody else: `PUT /v1/trust-groups/{group}`.
///
/// It is a body of its own, and not a field of a tenant's, so that whoever lets tenants sign up, or change themselves, does not
/// let them into a group by passing on what they say.
public struct TrustGroupBody: JSONBody {
    /// The tenants that trust each other.
    public var members: [TenantName]

    private enum CodingKeys: String, CodingKey, CaseIterable { case members }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Members.
    public init(members: [TenantName]) { self.members = members }
}
