import FleetModel

/// The addresses of containers on a host: routed, not bridged, so that neighbours share no layer-2 segment.
///
/// Every function is idempotent and cleans up what an earlier, interrupted call left. `divert`, `reclaim` and
/// `deliver` are part of the pause that clients see.
public protocol HostNetwork: Sendable {
    /// Wires up a namespace for a container that starts here; it is reachable at once.
    /// - Parameter own: a namespace that the runtime has made; `nil` to make one.
    func attach(
        _ stay: Stay, address: IPv4Address, in own: NetworkNamespace?
    ) async throws(StepFailure) -> NetworkNamespace

    /// Wires up a namespace for a container that will come: packets to any of its addresses reach this host and wait
    /// for `deliver`. The default source address inside is `newAddress`.
    /// - Parameter own: a namespace that the runtime has made; `nil` to make one.
    func prepare(
        _ stay: Stay, oldAddresses: [IPv4Address], newAddress: IPv4Address, in own: NetworkNamespace?
    ) async throws(StepFailure) -> NetworkNamespace

    /// Source, before the freeze: packets for the container that still arrive here leave for the gateway again, which
    /// sends them to the destination, instead of reaching sockets that are being dumped.
    func divert(_ stay: Stay) async throws(StepFailure)

    /// Undoes `divert`.
    func reclaim(_ stay: Stay) async throws(StepFailure)

    /// Delivers the packets that wait, and all that follow.
    func deliver(_ stay: Stay) async throws(StepFailure)

    /// Refuses new connections to these addresses of the container; open connections go on.
    func seal(_ stay: Stay, oldAddresses: [IPv4Address]) async throws(StepFailure)

    /// Removes those sealed addresses of the container that no connection uses any more, and gives back the ones that
    /// are left.
    func dropIdleAddresses(_ stay: Stay) async throws(StepFailure) -> [IPv4Address]

    /// Removes the stay's namespace, interfaces, routes and rules. Succeeds when nothing is there.
    func detach(_ stay: Stay) async throws(StepFailure)

    /// All stays of which the network holds anything, with their addresses.
    func attachments() async -> [NetworkAttachment]
}

extension HostNetwork {
    /// Wires up a namespace of the network's own making. See `attach(_:address:in:)`.
    public func attach(_ stay: Stay, address: IPv4Address) async throws(StepFailure) -> NetworkNamespace {
        try await attach(stay, address: address, in: nil)
    }

    /// Wires up a namespace of the network's own making. See `prepare(_:oldAddresses:newAddress:in:)`.
    public func prepare(
        _ stay: Stay, oldAddresses: [IPv4Address], newAddress: IPv4Address
    ) async throws(StepFailure) -> NetworkNamespace {
        try await prepare(stay, oldAddresses: oldAddresses, newAddress: newAddress, in: nil)
    }
}

/// The addresses of a stay.
public struct NetworkAttachment: Sendable, Hashable, Codable {
    /// The stay.
    public var stay: Stay
    /// The namespace.
    public var namespace: NetworkNamespace
    /// The address for new connections.
    public var address: IPv4Address
    /// Earlier addresses that open connections still use.
    public var retainedAddresses: [IPv4Address]

    /// The addresses of a stay.
    public init(
        stay: Stay, namespace: NetworkNamespace, address: IPv4Address, retainedAddresses: [IPv4Address]
    ) {
        self.stay = stay
        self.namespace = namespace
        self.address = address
        self.retainedAddresses = retainedAddresses
    }
}
