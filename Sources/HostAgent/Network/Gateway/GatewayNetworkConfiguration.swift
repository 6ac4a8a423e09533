import FleetModel

/// What a gateway's network has to know.
public struct GatewayNetworkConfiguration: Sendable {
    /// The interface towards the clients.
    public var outsideInterface: String
    /// The gateway's own address towards the hosts. Containers see it as the client when they talk to one another by
    /// virtual addresses, so that the answers pass here too.
    public var insideAddress: IPv4Address
    /// The virtual addresses.
    public var virtualNetwork: IPv4Network
    /// All addresses that containers can have.
    public var containerNetwork: IPv4Network
    /// The gateway's own namespace; `nil` for that of the process.
    public var gatewayNamespace: NetworkNamespace?

    /// A configuration.
    public init(
        outsideInterface: String, insideAddress: IPv4Address, virtualNetwork: IPv4Network,
        containerNetwork: IPv4Network, gatewayNamespace: NetworkNamespace? = nil
    ) {
        self.outsideInterface = outsideInterface
        self.insideAddress = insideAddress
        self.virtualNetwork = virtualNetwork
        self.containerNetwork = containerNetwork
        self.gatewayNamespace = gatewayNamespace
    }
}
