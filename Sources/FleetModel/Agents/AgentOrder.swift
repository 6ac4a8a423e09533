/// What the control plane can ask of an agent.
///
/// Every order is idempotent under its `OrderID`: an agent that has carried it out answers again with the outcome it
/// recorded, and one that is carrying it out does not begin anew. Orders about a container that is not there succeed
/// when the container not being there is what they are to bring about.
public enum AgentOrder: Codable, Sendable, Hashable {
    /// Worker: create and start a container from its image.
    case start(StartOrder)
    /// Worker: write down what a container is that is to be adopted, and put its image into the repository. The report is
    /// `AgentReport.adoptable`.
    case examine(String)
    /// Worker: take over a running container that somebody started.
    case adopt(AdoptOrder)
    /// Worker: end a container and remove what belongs to it.
    case stop(StopOrder)
    /// Worker: end a container's processes; what it wrote stays, to be read, until it is started anew or removed.
    case halt(StopOrder)
    /// Worker: dump a running container and throw the dump away, to learn whether it can move.
    case trial(ContainerName)
    /// Worker: the container's output.
    case logs(LogsOrder)
    /// Worker: what is really there. The report is `AgentReport.inventory`.
    case inspect

    /// Destination: see `StepKind.prepare`.
    case prepare(PrepareOrder)
    /// Source: see `StepKind.arm`.
    case arm(MoveOrder)
    /// Source: see `StepKind.settle`.
    case settle(DepartureOrder)
    /// Source: see `StepKind.checkpoint`.
    case checkpoint(DepartureOrder)
    /// Destination: see `StepKind.restore`.
    case restore(RestoreOrder)
    /// Destination: see `StepKind.release`.
    case release(ReleaseOrder)
    /// Destination: see `StepKind.seal`.
    case seal(SealOrder)
    /// Source: see `StepKind.retire`.
    case retire(MoveOrder)
    /// Destination: see `StepKind.abandon`.
    case abandon(MoveOrder)
    /// Source: see `StepKind.revive`.
    case revive(MoveOrder)
    /// Source: see `StepKind.disarm`.
    case disarm(MoveOrder)

    /// Gateway: route a container's addresses through a host. Serves `steer`, `steerBack` and a first start.
    case route(RouteOrder)
    /// Gateway: see `StepKind.hush`.
    case hush(RouteOrder)
    /// Gateway: see `StepKind.part`.
    case part(PartOrder)
    /// Gateway: map a virtual address to a container's address. Serves `announce`.
    case announce(AnnounceOrder)
    /// Gateway: learn where containers are that are not being moved, many at once.
    case remember(RememberOrder)
    /// Gateway: forget a container's virtual address and routes.
    case withdraw(WithdrawOrder)
    /// Gateway: forget the routes of addresses that no connection uses any more.
    case unroute(UnrouteOrder)
    /// Gateway: let nothing pass from some addresses or to them.
    case fence(FenceOrder)
}

/// Names an order: asked again under the same id, it is not carried out twice.
public struct OrderID: Codable, Sendable, Hashable, CustomStringConvertible {
    /// What the order belongs to, such as `relocation-12` or `container-shop-3`.
    public var operation: String
    /// Which part of the operation it is, such as `checkpoint`.
    public var step: String
    /// How often the control plane has decided to try it, from 1. A further attempt is carried out anew.
    public var attempt: Int

    /// Names an order.
    public init(operation: String, step: String, attempt: Int = 1) {
        self.operation = operation
        self.step = step
        self.attempt = attempt
    }

    /// `operation/step#attempt`.
    public var description: String { "\(operation)/\(step)#\(attempt)" }
}

/// An order with its name, as it is sent to an agent.
public struct AgentCommand: Codable, Sendable, Hashable {
    /// The order's name.
    public var id: OrderID
    /// What is to be done.
    public var order: AgentOrder

    /// An order with its name.
    public init(id: OrderID, order: AgentOrder) {
        self.id = id
        self.order = order
    }
}

/// Create and start a container.
public struct StartOrder: Codable, Sendable, Hashable {
    /// What to start.
    public var spec: ContainerSpec
    /// The container's address.
    public var address: IPv4Address

    /// Create and start a container.
    public init(spec: ContainerSpec, address: IPv4Address) {
        self.spec = spec
        self.address = address
    }
}

/// End a container and remove what belongs to it.
public struct StopOrder: Codable, Sendable, Hashable {
    /// The container.
    public var container: ContainerName
    /// How long the process may take to end after SIGTERM before it gets SIGKILL, in seconds.
    public var gracePeriodSeconds: Double

    /// End a container.
    public init(container: ContainerName, gracePeriodSeconds: Double) {
        self.container = container
        self.gracePeriodSeconds = gracePeriodSeconds
    }
}

/// The container's output.
public struct LogsOrder: Codable, Sendable, Hashable {
    /// The container.
    public var container: ContainerName
    /// How many bytes from the end, at most 1 MiB.
    public var tailBytes: Int

    /// The container's output.
    public init(container: ContainerName, tailBytes: Int) {
        self.container = container
        self.tailBytes = tailBytes
    }
}

/// A step that needs to know no more than which container and which relocation.
public struct MoveOrder: Codable, Sendable, Hashable {
    /// The relocation; its dump lies in the shared storage under this number.
    public var relocation: RelocationID
    /// The container.
    public var container: ContainerName

    /// A step of a relocation.
    public init(relocation: RelocationID, container: ContainerName) {
        self.relocation = relocation
        self.container = container
    }
}

/// Have the container's connections settle, or freeze and dump it.
public struct DepartureOrder: Codable, Sendable, Hashable {
    /// The relocation; its dump lies in the shared storage under this number.
    public var relocation: RelocationID
    /// The container.
    public var container: ContainerName
    /// What is done about clients that nobody accepts, and how long they are waited for.
    public var rules: ConnectionRules
    /// How long it may stand still while it is written down, in seconds; `nil` from control planes of earlier versions.
    public var limitSeconds: Double?

    /// An order about a container that is to leave.
    public init(
        relocation: RelocationID, container: ContainerName, rules: ConnectionRules, limitSeconds: Double? = nil
    ) {
        self.relocation = relocation
        self.container = container
        self.rules = rules
        self.limitSeconds = limitSeconds
    }
}

/// Let a restored container run.
public struct ReleaseOrder: Codable, Sendable, Hashable {
    /// The relocation.
    public var relocation: RelocationID
    /// The container.
    public var container: ContainerName
    /// Connections that stay behind at the source; their packets that wait here are not for the container.
    public var closing: [TCPConnection]

    /// Let a restored container run.
    public init(relocation: RelocationID, container: ContainerName, closing: [TCPConnection] = []) {
        self.relocation = relocation
        self.container = container
        self.closing = closing
    }
}

/// Send the packets of some connections to a host, wherever the container's addresses are routed.
public struct PartOrder: Codable, Sendable, Hashable {
    /// The connections.
    public var connections: [TCPConnection]
    /// The host's address.
    public var via: IPv4Address

    /// Send the packets of some connections to a host.
    public init(connections: [TCPConnection], via: IPv4Address) {
        self.connections = connections
        self.via = via
    }
}

/// Make ready for a container that will come.
public struct PrepareOrder: Codable, Sendable, Hashable {
    /// The relocation.
    public var relocation: RelocationID
    /// The container.
    public var spec: ContainerSpec
    /// The addresses that open connections use: the present one and those retained earlier.
    public var oldAddresses: [IPv4Address]
    /// The address for new connections.
    public var newAddress: IPv4Address

    /// Make ready for a container.
    public init(relocation: RelocationID, spec: ContainerSpec, oldAddresses: [IPv4Address], newAddress: IPv4Address) {
        self.relocation = relocation
        self.spec = spec
        self.oldAddresses = oldAddresses
        self.newAddress = newAddress
    }
}

/// Restore a container and hold it.
public struct RestoreOrder: Codable, Sendable, Hashable {
    /// The relocation.
    public var relocation: RelocationID
    /// The container.
    public var container: ContainerName
    /// How long the restored container is held for its release, in seconds; then it is removed.
    public var leaseSeconds: Double

    /// Restore a container and hold it.
    public init(relocation: RelocationID, container: ContainerName, leaseSeconds: Double) {
        self.relocation = relocation
        self.container = container
        self.leaseSeconds = leaseSeconds
    }
}

/// Refuse new connections to old addresses.
public struct SealOrder: Codable, Sendable, Hashable {
    /// The container.
    public var container: ContainerName
    /// The addresses that only open connections may use.
    public var oldAddresses: [IPv4Address]

    /// Refuse new connections to old addresses.
    public init(container: ContainerName, oldAddresses: [IPv4Address]) {
        self.container = container
        self.oldAddresses = oldAddresses
    }
}

/// Route addresses through a host.
public struct RouteOrder: Codable, Sendable, Hashable {
    /// The container's addresses.
    public var addresses: [IPv4Address]
    /// The host's address.
    public var via: IPv4Address
    /// Addresses that it was to have and does not get: nothing is routed to them any more.
    public var forgotten: [IPv4Address]

    /// Route addresses through a host.
    public init(addresses: [IPv4Address], via: IPv4Address, forgotten: [IPv4Address] = []) {
        self.addresses = addresses
        self.via = via
        self.forgotten = forgotten
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case addresses, via, forgotten }

    /// Decodes an order; older ones forget nothing.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        addresses = try fields.decode([IPv4Address].self, forKey: .addresses)
        via = try fields.decode(IPv4Address.self, forKey: .via)
        forgotten = try fields.value(.forgotten, or: [])
    }
}

/// Map a virtual address to a container.
public struct AnnounceOrder: Codable, Sendable, Hashable {
    /// The virtual address.
    public var virtualAddress: IPv4Address
    /// The container's address for new connections.
    public var address: IPv4Address
    /// The host's address, through which the container is reached.
    public var via: IPv4Address
    /// Which ports are mapped.
    public var ports: [PortMapping]

    /// Map a virtual address to a container.
    public init(virtualAddress: IPv4Address, address: IPv4Address, via: IPv4Address, ports: [PortMapping]) {
        self.virtualAddress = virtualAddress
        self.address = address
        self.via = via
        self.ports = ports
    }
}

/// Learn where containers are: as many orders to route addresses and to map virtual ones.
public struct RememberOrder: Codable, Sendable, Hashable {
    /// The addresses of containers, by host.
    public var routes: [RouteOrder]
    /// Their virtual addresses. The addresses that these lead to are among the routes.
    public var announcements: [AnnounceOrder]

    /// Learn where containers are.
    public init(routes: [RouteOrder], announcements: [AnnounceOrder]) {
        self.routes = routes
        self.announcements = announcements
    }
}

/// Forget a container's virtual address and routes.
public struct WithdrawOrder: Codable, Sendable, Hashable {
    /// The virtual address; `nil` when it has none.
    public var virtualAddress: IPv4Address?
    /// The ports that were mapped.
    public var ports: [PortMapping]
    /// The addresses that were routed.
    public var addresses: [IPv4Address]

    /// Forget a container.
    public init(virtualAddress: IPv4Address?, ports: [PortMapping], addresses: [IPv4Address]) {
        self.virtualAddress = virtualAddress
        self.ports = ports
        self.addresses = addresses
    }
}

/// Forget the routes of addresses.
public struct UnrouteOrder: Codable, Sendable, Hashable {
    /// The addresses.
    public var addresses: [IPv4Address]

    /// Forget the routes of addresses.
    public init(addresses: [IPv4Address]) { self.addresses = addresses }
}

/// Cut addresses off: these, and no others.
public struct FenceOrder: Codable, Sendable, Hashable {
    /// All addresses that are to be cut off.
    public var addresses: [IPv4Address]

    /// Cut these addresses off.
    public init(addresses: [IPv4Address]) { self.addresses = addresses }
}
