import FleetModel

/// What a host's network has to know.
public struct HostNetworkConfiguration: Sendable {
    /// Where the namespaces of containers get their files, such as `/run/relocate/netns`. It must not outlive a boot.
    public var namespaceDirectory: String
    /// Where the records of what is wired up are kept, so that an agent that starts again knows everything. Best on a
    /// tmpfs such as `/run`: what the records tell of does not outlive a boot either.
    public var stateDirectory: String
    /// All addresses that containers can have.
    public var containerNetwork: IPv4Network
    /// Where else containers must not open connections to than into the networks in which the host has an address, and to
    /// link-local services of clouds.
    public var protectedNetworks: [IPv4Network]
    /// The host's own namespace; `nil` for that of the process.
    public var hostNamespace: NetworkNamespace?
    /// How long packets wait for `deliver`, in whole seconds; after that they are answered as undeliverable.
    public var holdSeconds: Int
    /// How many bytes of packets wait for each address. The kernel counts its own overhead too, about 0.8 kB a packet.
    public var holdBytes: Int

    /// How long new connections wait at most: as long as a policy may let a container take to accept those before them, and a
    /// minute for the move itself.
    public static let longestHold = Int(ConnectionRules.longestSeconds) + 60

    /// A configuration; the hold's defaults suit all that a policy allows.
    public init(
        namespaceDirectory: String, stateDirectory: String, containerNetwork: IPv4Network,
        protectedNetworks: [IPv4Network] = [], hostNamespace: NetworkNamespace? = nil,
        holdSeconds: Int = longestHold, holdBytes: Int = 8 << 20
    ) {
        self.namespaceDirectory = namespaceDirectory
        self.stateDirectory = stateDirectory
        self.containerNetwork = containerNetwork
        self.protectedNetworks = protectedNetworks
        self.hostNamespace = hostNamespace
        self.holdSeconds = holdSeconds
        self.holdBytes = holdBytes
    }
}
