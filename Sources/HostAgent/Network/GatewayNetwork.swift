import FleetModel

/// What stands between the clients and the containers: routes to the containers' addresses, and the map from virtual
/// addresses to them. `route` is part of the pause that clients see.
public protocol GatewayNetwork: Sendable {
    /// Sends the first packets of new connections to these addresses through a host, until they are routed the next
    /// time; open connections go on as they are routed.
    func hush(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure)

    /// Sends the packets of these connections through a host, for as long as they live, wherever their addresses are
    /// routed.
    func part(_ connections: [TCPConnection], via host: IPv4Address) async throws(StepFailure)

    /// Sends packets for these addresses through a host, those of new connections too.
    func route(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure)

    /// Sends new connections to a virtual address to a container, all ports in one transaction; open connections keep
    /// the address they began with.
    func announce(_ order: AnnounceOrder) async throws(StepFailure)

    /// Learns where many containers are: the same as `route` and `announce` for each, in far less time. When it fails, some of
    /// it may be done.
    func remember(_ order: RememberOrder) async throws(StepFailure)

    /// Forgets a container's virtual address and the routes to its addresses.
    func withdraw(_ order: WithdrawOrder) async throws(StepFailure)

    /// Forgets the routes to these addresses.
    func unroute(_ addresses: [IPv4Address]) async throws(StepFailure)

    /// Lets nothing pass from these addresses or to them, and what it held back before of others pass again. Open
    /// connections are not spared; who still sends to one of the addresses is told that there is nobody.
    func fence(_ addresses: [IPv4Address]) async throws(StepFailure)
}
