import FleetModel

/// What stands between the clients and the containers: routes to the containers' addresses, and the map from virtual
/// addresses to them. `route` is part of the pause that clients see.
public protocol GatewayNetwork: Sendable {
    /// Sends packets for these addresses through a host.
    func route(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure)

    /// Sends new connections to a virtual address to a container, all ports in one transaction; open connections keep
    /// the address they began with.
    func announce(_ order: AnnounceOrder) async throws(StepFailure)

    /// Forgets a container's virtual address and the routes to its addresses.
    func withdraw(_ order: WithdrawOrder) async throws(StepFailure)

    /// Forgets the routes to these addresses.
    func unroute(_ addresses: [IPv4Address]) async throws(StepFailure)
}
