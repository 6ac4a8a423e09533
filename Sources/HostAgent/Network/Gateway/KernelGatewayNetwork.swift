import FleetModel
import SystemSupport

/// A gateway's network as the Linux kernel provides it: routes to single addresses, and address translation by a map.
///
/// The kernel is the only place where routes and mappings are kept: they outlive the agent, and a gateway that was
/// rebooted has none until they are announced again.
public actor KernelGatewayNetwork: GatewayNetwork {
    private let socket: NetlinkSocket
    private let nft: Nft
    private let tracked: TrackedConnections
    private let turnstile = Turnstile()
    private var map = VirtualAddressMap()

    /// Makes a machine the gateway, or takes over what an earlier agent announced on it.
    /// - Throws: `networkFailed`, also when the process lacks the right to change the network.
    public static func open(
        _ configuration: GatewayNetworkConfiguration
    ) async throws(StepFailure) -> KernelGatewayNetwork {
        let nft = Nft(namespace: configuration.gatewayNamespace)
        try await nft.apply(GatewayRules(configuration: configuration).script, for: "packet filter of the gateway")
        let (socket, tracked) = try await failing { () async throws(NetlinkError) in
            try await prepareGateway(configuration)
        }
        let network = KernelGatewayNetwork(socket: socket, nft: nft, tracked: tracked)
        try await network.readMap()
        return network
    }

    private init(socket: NetlinkSocket, nft: Nft, tracked: TrackedConnections) {
        self.tracked = tracked
        self.socket = socket
        self.nft = nft
    }

    /// See `GatewayNetwork`.
    public func route(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        try await route([RouteOrder(addresses: addresses, via: host)])
    }

    private func route(_ orders: [RouteOrder]) async throws(StepFailure) {
        let routes = orders.flatMap { order in
            order.addresses.map { NetlinkRequest.replaceRoute(.host($0), to: .gateway(order.via)) }
        }
        let newcomers = orders.flatMap(\.addresses).map {
            NetlinkRequest.deleteRoute(.host($0), in: .number(GatewayRules.newcomers))
        }
        try await failing { () async throws(NetlinkError) in try socket.perform(routes + newcomers) }
    }

    /// See `GatewayNetwork`.
    public func hush(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        try await failing { () async throws(NetlinkError) in
            try socket.perform(
                addresses.map {
                    .replaceRoute(.host($0), to: .gateway(host), in: .number(GatewayRules.newcomers))
                })
        }
    }

    /// See `GatewayNetwork`. The host's address is the mark of the connections, and the number of the table that leads
    /// to it. What is tracked is marked at once, whether it has packets or not, so that it is not taken for forgotten.
    public func part(_ connections: [TCPConnection], via host: IPv4Address) async throws(StepFailure) {
        guard !connections.isEmpty else { return }
        try await failing { () async throws(NetlinkError) in
            try socket.perform([
                .replaceRoute(.everything, to: .gateway(host), in: .number(host.number)),
                .addRule(mark: host.number, table: host.number),
            ])
        }
        try await nft.apply(GatewayRules.part(connections, mark: host.number), for: "connections that stay behind")
        try await withTracked { tracked throws(NetlinkError) in try tracked.mark(connections, with: host.number) }
    }

    /// See `GatewayNetwork`. The route comes first, so that no new connection finds its container unrouted.
    public func announce(_ order: AnnounceOrder) async throws(StepFailure) {
        try await route([order.address], via: order.via)
        try await change("virtual address \(order.virtualAddress)") { $0.announce(order) }
        try await forgetHandshakes([order.virtualAddress: order.address])
    }

    /// See `GatewayNetwork`. The routes come first here, too.
    public func remember(_ order: RememberOrder) async throws(StepFailure) {
        try await route(order.routes)
        guard !order.announcements.isEmpty else { return }
        try await change("virtual addresses") { map in order.announcements.map { map.announce($0) }.joined() }
        try await forgetHandshakes(
            Dictionary(
                order.announcements.map { ($0.virtualAddress, $0.address) }, uniquingKeysWith: { _, last in last }))
    }

    /// Forgets handshakes with virtual addresses that do not lead where these lead now.
    private func forgetHandshakes(_ present: [IPv4Address: IPv4Address]) async throws(StepFailure) {
        try await withTracked { tracked throws(NetlinkError) in try tracked.forgetHandshakes(but: present) }
    }

    /// See `GatewayNetwork`.
    public func withdraw(_ order: WithdrawOrder) async throws(StepFailure) {
        if let address = order.virtualAddress {
            try await change("virtual address \(address)") { $0.withdraw(address) }
        }
        try await unroute(order.addresses)
    }

    /// See `GatewayNetwork`. Routes go first: nothing that is forgotten may come back by them.
    public func unroute(_ addresses: [IPv4Address]) async throws(StepFailure) {
        try await failing { () async throws(NetlinkError) in
            try socket.perform(
                addresses.map { .deleteRoute(.host($0)) }
                    + addresses.map { .deleteRoute(.host($0), in: .number(GatewayRules.newcomers)) })
        }
        try await withTracked { tracked throws(NetlinkError) in try tracked.forget(leadingTo: addresses) }
    }

    /// Does something with the connections that the kernel tracks. To find some among many takes it milliseconds.
    private func withTracked(
        _ body: @escaping @Sendable (TrackedConnections) throws(NetlinkError) -> Void
    ) async throws(StepFailure) {
        let tracked = tracked
        try await failing { () async throws(NetlinkError) in
            try await onOwnThread { () throws(NetlinkError) in try body(tracked) }
        }
    }

    /// See `GatewayNetwork`.
    public func fence(_ addresses: [IPv4Address]) async throws(StepFailure) {
        try await nft.apply(GatewayRules.fence(addresses), for: "addresses that are cut off")
    }

    /// Changes the map in one transaction. When the kernel refuses because the map is not what this agent takes it to
    /// be, the kernel is asked and the change is made once more.
    private func change(_ subject: String, _ edit: (inout VirtualAddressMap) -> String) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        var changed = map
        let script = edit(&changed)
        guard !script.isEmpty else { return }
        do {
            try await nft.apply(script, for: subject)
        } catch {
            try await readMap()
            changed = map
            let script = edit(&changed)
            guard !script.isEmpty else { return }
            try await nft.apply(script, for: subject)
        }
        map = changed
    }

    private func readMap() async throws(StepFailure) {
        let subject = "map of virtual addresses"
        let listing = try await nft.list(["map", "ip", "relocate_gateway", "vips"], for: subject)
        do {
            map = try VirtualAddressMap(listing: listing)
        } catch {
            throw StepFailure(code: .networkFailed, message: subject, toolMessage: "\(error)")
        }
    }
}

/// Settings and the routes of last resort. What is for an address that no container has must not go out by the default
/// route and come back.
private func prepareGateway(
    _ configuration: GatewayNetworkConfiguration
) async throws(NetlinkError) -> (NetlinkSocket, TrackedConnections) {
    try await withNetworkNamespace(configuration.gatewayNamespace) { () throws(NetlinkError) in
        let socket = try NetlinkSocket()
        _ = try socket.requireLink(named: configuration.outsideInterface)
        try Sysctl("ipv4/ip_forward", 1).apply()
        // Packets for a container that has just left a host come back by the interface on which they went out.
        for interface in try Sysctl.interfaces() { try Sysctl("ipv4/conf/\(interface)/send_redirects", 0).apply() }
        try GatewayTracking().apply()
        let lastResort: UInt32 = 0x7FFF_FFFF
        try socket.perform([
            .replaceRoute(.network(configuration.virtualNetwork), to: .unreachable, metric: lastResort),
            .replaceRoute(.network(configuration.containerNetwork), to: .unreachable, metric: lastResort),
            .addRule(mark: GatewayRules.newcomers, table: GatewayRules.newcomers),
        ])
        return (socket, try TrackedConnections())
    }
}
