import FleetModel

/// What kind of lab it is.
public enum LabKind: String, Codable, Sendable, CaseIterable {
    /// Hosts are network and mount namespaces with agents that move real processes. Needs root.
    case real
    /// Hosts are agents that only pretend, on the loopback interface.
    case simulated
}

/// The networks of a lab.
public struct LabNetworks: Codable, Sendable, Hashable {
    /// The hosts' network: the gateway has the address at 1, hosts those from 11.
    public var hosts: IPv4Network
    /// Between gateway (1) and outside (2).
    public var outside: IPv4Network
    /// The virtual addresses.
    public var virtual: IPv4Network
    /// The containers' addresses.
    public var containers: IPv4Network

    /// Networks; their prefixes must leave room for the addresses above.
    public init(hosts: IPv4Network, outside: IPv4Network, virtual: IPv4Network, containers: IPv4Network) {
        self.hosts = hosts
        self.outside = outside
        self.virtual = virtual
        self.containers = containers
    }

    /// 10.213.0.0/24, and the networks for documentation (RFC 5737) for what stands for the Internet.
    public static func standard() throws -> LabNetworks {
        LabNetworks(
            hosts: try IPv4Network("10.213.0.0/24"), outside: try IPv4Network("198.51.100.0/24"),
            virtual: try IPv4Network("203.0.113.0/24"), containers: try IPv4Network("10.88.0.0/16"))
    }

    /// All four.
    var all: [IPv4Network] { [hosts, outside, virtual, containers] }
}

/// What a lab is to be.
public struct LabPlan: Codable, Sendable, Hashable {
    /// What kind of lab it is.
    public var kind: LabKind
    /// The number of worker hosts, 1 to 200.
    public var hostCount: Int
    /// Where browsers and the command line reach the control plane on 127.0.0.1.
    public var port: UInt16
    /// Where agents reach the control plane: on the gateway's address in a real lab, on 127.0.0.1 in a simulated one.
    public var agentPort: UInt16
    /// The program.
    public var executable: String
    /// Where it is kept.
    public var location: LabLocation
    /// Its networks.
    public var networks: LabNetworks
    /// Whether hosts are made to look different, by their distribution and by a service that listens. Hosts of a
    /// simulated lab cannot be.
    public var differ: Bool
    /// What carries containers on the hosts of a real lab: `runc` or `docker`.
    public var runtime: RuntimeKind

    /// A plan.
    public init(
        kind: LabKind, hostCount: Int, port: UInt16 = 8080, agentPort: UInt16 = 7700, executable: String,
        location: LabLocation = LabLocation(), networks: LabNetworks, differ: Bool = true,
        runtime: RuntimeKind = .runc
    ) {
        self.kind = kind
        self.hostCount = hostCount
        self.port = port
        self.agentPort = agentPort
        self.executable = executable
        self.location = location
        self.networks = networks
        self.differ = differ
        self.runtime = runtime
    }

    /// The names of the worker hosts.
    public var hostNames: [String] { (0..<hostCount).map { "host\($0 + 1)" } }

    /// The address of the gateway in the hosts' network.
    public var gatewayAddress: IPv4Address { address(1, in: networks.hosts) }

    /// The address of a worker host, counted from 0.
    public func address(ofHost index: Int) -> IPv4Address { address(11 + index, in: networks.hosts) }

    /// The address of whoever is outside.
    public var clientAddress: IPv4Address { address(2, in: networks.outside) }

    func address(_ offset: Int, in network: IPv4Network) -> IPv4Address {
        IPv4Address(number: network.base.number + UInt32(offset))
    }
}
