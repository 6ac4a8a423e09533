import FleetModel

/// That a container is to move: `POST /v1/containers/{container}/relocate`.
public struct MoveBody: JSONBody {
    /// The host to go to; `nil` for any that may take it.
    public var to: HostName?
    /// Why, for the record.
    public var reason: String?
    /// `operator` or `alert`; `nil` for `operator`.
    public var trigger: Trigger?
    /// The tenants that are suspected: hosts without them are preferred.
    public var avoidTenants: [TenantName]?

    private enum CodingKeys: String, CodingKey, CaseIterable { case to, reason, trigger, avoidTenants }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A move.
    public init(
        to: HostName? = nil, reason: String? = nil, trigger: Trigger? = nil, avoidTenants: [TenantName]? = nil
    ) {
        self.to = to
        self.reason = reason
        self.trigger = trigger
        self.avoidTenants = avoidTenants
    }
}
