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

    /// Wires up a container that will come with a namespace of its own: packets to any of its addresses reach this host and wait
    /// for `deliver`. The default source address inside is `newAddress`.
    /// - Returns: by what name the namespace will be known, once it has been taken in by the stay's doorway.
    func expect(
        _ stay: Stay, oldAddresses: [IPv4Address], newAddress: IPv4Address
    ) async throws(StepFailure) -> NetworkNamespace

    /// Before a container is restored: what takes in the namespace that it comes with, in place of the one that the stay may
    /// have, whose connections end. `unshield` says that the restore is over.
    func doorway(of stay: Stay) async throws(StepFailure) -> Doorway

    /// Source, when no new connections come any more: waits until the container's program has accepted all that have
    /// come, and a moment for those that are being closed.
    /// - Throws: `clientsWaiting` when the rules do not let the move go on.
    func settle(_ stay: Stay, rules: ConnectionRules) async throws(StepFailure)

    /// Source, before the freeze: what can be done when the container stands still. `reclaim` undoes it.
    func whenStill(_ stay: Stay) async throws(StepFailure) -> StillNetwork

    /// Before a container is restored in the namespace that it has left: keeps its connections with itself whole while only
    /// one end of them may be there. `prepare` and a doorway do so by themselves.
    func shield(_ stay: Stay) async throws(StepFailure)

    /// Undoes that, when all its sockets are there.
    func unshield(_ stay: Stay) async throws(StepFailure)

    /// Wherever a container is restored, after `unshield`: resets connections as their peers have done before the dump. Its
    /// processes read what came before that, and are told.
    func reset(_ broken: [BrokenConnection], of stay: Stay) async throws(StepFailure)

    /// Wherever a container goes on from a dump: resets the connections between its own processes of which only one end is
    /// there. The other was in a listener's queue, or closed with something unsent, and so in no dump.
    func resetHalves(_ stay: Stay) async throws(StepFailure)

    /// Source, before the freeze: packets for the container that still arrive here leave for the gateway again, which
    /// sends them to the destination, instead of reaching sockets that are being dumped.
    func divert(_ stay: Stay) async throws(StepFailure)

    /// Undoes `divert`.
    func reclaim(_ stay: Stay) async throws(StepFailure)

    /// Source, when the container is dumped and gone: the connections that it had closed, that no process knows of and
    /// that have not come to their end. They are served here until they have, also after `detach`.
    func keepClosing(_ stay: Stay) async throws(StepFailure) -> [TCPConnection]

    /// Removes what served closing connections that have come to their end.
    func endLingering() async throws(StepFailure)

    /// Delivers the packets that wait, and all that follow, but for those of connections that stayed at the source.
    func deliver(_ stay: Stay, without closing: [TCPConnection]) async throws(StepFailure)

    /// Lets new connections to the present address reach listeners that are bound to an earlier one.
    func admitListeners(_ stay: Stay) async throws(StepFailure)

    /// Has the container's listeners hand over connections as soon as they are there, also where they were to wait for what
    /// the clients send first.
    func acceptAtOnce(_ stay: Stay) async throws(StepFailure)

    /// Refuses new connections of the host itself to these addresses of the container; open connections go on.
    func seal(_ stay: Stay, oldAddresses: [IPv4Address]) async throws(StepFailure)

    /// Removes those sealed addresses of the container that no connection uses any more, and gives back the ones that
    /// are left.
    func dropIdleAddresses(_ stay: Stay) async throws(StepFailure) -> [IPv4Address]

    /// Removes the stay's namespace, interfaces, routes and rules, unless connections that the container had closed are
    /// still served; those go with the last of them. Succeeds when nothing is there.
    func detach(_ stay: Stay) async throws(StepFailure)

    /// Removes everything of a container at once, closing connections as well.
    func remove(container: ContainerName) async throws(StepFailure)

    /// All stays of which the network holds anything, with their addresses.
    func attachments() async -> [NetworkAttachment]
}

extension HostNetwork {
    /// Delivers all packets that wait, and all that follow.
    public func deliver(_ stay: Stay) async throws(StepFailure) { try await deliver(stay, without: []) }

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
