import FleetModel

/// What somebody wants moved.
package struct RelocationRequest: Sendable {
    /// The container.
    package var container: ContainerName
    /// Where it is to go; `nil` for any host that may take it.
    package var to: HostName?
    /// Why.
    package var trigger: Trigger
    /// Who wants it.
    package var actor: String
    /// What they said about it.
    package var reason: String?
    /// The tenants that are suspected: hosts without them are preferred.
    package var avoidTenants: [TenantName] = []

    /// A wish.
    package init(
        container: ContainerName, to: HostName? = nil, trigger: Trigger, actor: String, reason: String? = nil,
        avoidTenants: [TenantName] = []
    ) {
        self.container = container
        self.to = to
        self.trigger = trigger
        self.actor = actor
        self.reason = reason
        self.avoidTenants = avoidTenants
    }
}
