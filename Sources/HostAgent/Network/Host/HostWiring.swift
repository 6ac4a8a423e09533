import FleetModel
import Glibc
import SystemSupport

/// What is asked of the kernel for an attachment: namespace, pair of interfaces, addresses, routes, neighbours.
///
/// Every container has a link of its own to its host, on which the host's end is 169.254.1.1. Both ends know each
/// other's hardware address for good — except during the hold, where neither does: packets wait in the neighbours'
/// queues, in order, until `deliver` enters the neighbours by hand. What the container sends waits too: when its
/// restore fails at the last moment, CRIU ends processes whose connections are live already, and their FINs must not
/// reach clients that its source will go on serving.
///
/// **Nothing is ever asked by ARP.** A question would open the hold by itself: Linux learns a neighbour from whoever
/// asks, and the first restored socket that has something to send makes the container ask, while its other sockets do
/// not exist yet. So the kernel is told to leave its questions to a program (`app_solicit`) that is not there: an
/// unknown neighbour keeps its queue, and not one packet is on the link.
struct HostWiring: Sendable {
    let configuration: HostNetworkConfiguration
    /// Opened in the host's namespace.
    let socket: NetlinkSocket
    /// Where packets wait for containers that have no link yet.
    let holdLink: HoldLink

    /// The container's end of the pair.
    private static let innerInterface = "eth0"
    /// 169.254.1.1, the router as every container sees it.
    static let router = IPv4Address(number: 0xA9FE_0101)
    /// The size of a container's own table of TCP connections. More connections than that only make its chains longer.
    private static let connectionBuckets = 4096

    /// What connections take for the size of packets while they are restored, in bytes: one less than that of the link.
    ///
    /// The kernel works out the size of segments when it makes a connection, and CRIU tells it only then what the peer takes.
    /// So restored connections would send segments of 524 bytes for as long as they live; but the kernel works it out anew
    /// when it finds that the size of packets has changed.
    private static let packetSizeInRestore: UInt32 = 1499

    /// Opens a connection to the kernel in the host's namespace, and makes the host fit for containers.
    init(_ configuration: HostNetworkConfiguration) async throws(NetlinkError) {
        try makeDirectories(configuration.namespaceDirectory)
        self.configuration = configuration
        (socket, holdLink) = try await withNetworkNamespace(configuration.hostNamespace) { () throws(NetlinkError) in
            try Self.prepareHost()
            let socket = try NetlinkSocket()
            return (socket, try HoldLink(configuration, socket))
        }
    }

    /// Makes the host a router that tells nobody of shorter ways: diverted packets leave through the interface by
    /// which they came, and the gateway must not be told to go elsewhere.
    private static func prepareHost() throws(NetlinkError) {
        // Forwarding comes first: switching it on resets other settings.
        try Sysctl("ipv4/ip_forward", 1).apply()
        for interface in ["all", "default"] + defaultRouteInterfaces() {
            try Sysctl("ipv4/conf/\(interface)/send_redirects", 0).apply()
            try Sysctl("ipv4/conf/\(interface)/accept_redirects", 0).apply()
        }
        try checkSourcesByInterface()
        // Namespaces made from here on have a table of TCP connections of their own. A dump walks the whole table
        // twice, and the machine's common one has a bucket for each 100 KiB of memory: milliseconds of the pause.
        try Sysctl("ipv4/tcp_child_ehash_entries", connectionBuckets).applyIfPresent()
    }

    /// The networks in which the host has an address, and that of link-local addresses, at which clouds serve what their
    /// machines may know.
    func ownNetworks() async throws(NetlinkError) -> [IPv4Network] {
        let addresses = try await withNetworkNamespace(configuration.hostNamespace) { () throws(NetlinkError) in
            HostInterfaces.addresses() ?? []
        }
        let shared = addresses.filter { $0.prefixLength < 32 && $0.address.number >> 24 != 127 }
        return shared.map { IPv4Network(of: $0.address, prefixLength: $0.prefixLength) }
            + [IPv4Network(of: Self.router, prefixLength: 16)]
    }

    /// Makes everything but the rules. Packets are delivered at once, or wait.
    /// - Parameter own: the runtime's own namespace; `nil` to make one.
    /// - Returns: the number of the host's end.
    func build(
        _ attachment: Attachment, in own: NetworkNamespace?, hold: Bool
    ) async throws(NetlinkError) -> Int32 {
        try await attachment.namespace.create(as: own)
        return try await onOwnThread { () throws(NetlinkError) in
            let link = try makePair(attachment)
            try furnish(attachment, hold: hold)
            try connect(attachment, link: link)
            try socket.perform(
                (hold ? [] : neighbours(of: attachment, link: link)) + routes(of: attachment, link: link))
            return link
        }
    }

    /// Has packets wait for a container that will come with a namespace of its own.
    func expect(_ attachment: Attachment) throws(NetlinkError) {
        try socket.perform(holdLink.holding(attachment.addresses))
    }

    /// Drops what waits for such a container.
    func expectNoMore(_ attachment: Attachment) throws(NetlinkError) {
        try socket.perform(holdLink.dropping(attachment.addresses))
    }

    /// Takes in the namespace of a process that has no sockets yet, in place of what the stay has, and makes ready for its
    /// connections to be restored. Nothing that it sends gets out, and no packets are routed to it. Blocks.
    /// - Returns: the number of the host's end, and the container's shield, which is raised.
    func takeIn(
        _ process: Int32, as attachment: Attachment
    ) throws(NetlinkError) -> (link: Int32, shield: ConnectionShield) {
        try awaitingOwnThread { () throws(NetlinkError) in
            if attachment.closing != nil { try stopServingClosing(attachment) }
            try socket.perform([.deleteLink(attachment.interface)])
            try attachment.namespace.remove()
            try attachment.namespace.bind(NetworkNamespace(path: "/proc/\(process)/ns/net"))
            let link = try makePair(attachment)
            try furnish(attachment, hold: true)
            let shield = try ConnectionShield(outward: Self.innerInterface)
            try shield.dropResets()
            try connect(attachment, link: link)
            try socket.perform(neighbours(of: attachment, link: link))
            return (link, shield)
        }
    }

    /// Whether everything that `build` made is still there.
    func isWhole(_ attachment: Attachment) throws(NetlinkError) -> Bool {
        guard let link = attachment.link, attachment.namespace.exists else { return false }
        return try socket.link(named: attachment.interface) == link
    }

    /// Removes everything that `build` made, or a part of it.
    func remove(interface: String, namespace: NetworkNamespace) async throws(NetlinkError) {
        let socket = socket
        try await onOwnThread { () throws(NetlinkError) in
            try socket.perform([.deleteLink(interface)])
            try namespace.remove()
        }
    }

    /// Delivers what waits, in both directions.
    func deliver(_ attachment: Attachment) async throws(NetlinkError) {
        try await openWayOut(of: attachment)
        let link = try attachment.requireLink()
        try socket.perform(neighbours(of: attachment, link: link))
        guard attachment.phase == .entered else { return }
        // What comes from now on may overtake what has waited, by microseconds.
        try socket.perform(
            routes(of: attachment, link: link) + holdLink.releasing(attachment.addresses))
    }

    /// Makes ready for connections to be restored where the container was dumped; `reclaim` ends it.
    func awaitRestore(_ attachment: Attachment) async throws(NetlinkError) {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            let inside = try NetlinkSocket()
            let link = try inside.requireLink(named: Self.innerInterface)
            try inside.perform([Self.wayOut(of: attachment, link: link, mtu: Self.packetSizeInRestore)])
        }
    }

    /// What the container sends gets out.
    private func openWayOut(of attachment: Attachment) async throws(NetlinkError) {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            let inside = try NetlinkSocket()
            let link = try inside.requireLink(named: Self.innerInterface)
            try inside.perform([
                .replaceNeighbour(Self.router, is: attachment.outerAddress, link: link),
                Self.wayOut(of: attachment, link: link),
            ])
        }
    }

    private static func wayOut(of attachment: Attachment, link: Int32, mtu: UInt32? = nil) -> NetlinkRequest {
        .replaceRoute(
            .everything, to: .onLinkGateway(router, link: link, source: attachment.address), mtu: mtu)
    }

    /// Takes the routes to the container away.
    func divert(_ attachment: Attachment) throws(NetlinkError) {
        let link = try attachment.requireLink()
        try socket.perform(attachment.addresses.map { .deleteRoute(.host($0), link: link) })
    }

    /// Puts the routes back.
    func reclaim(_ attachment: Attachment) async throws(NetlinkError) {
        let link = try attachment.requireLink()
        try socket.perform(
            neighbours(of: attachment, link: link) + routes(of: attachment, link: link))
        try await openWayOut(of: attachment)
    }

    /// What can be asked about the container's sockets, by whatever thread.
    func diagnosis(of attachment: Attachment) async throws(NetlinkError) -> SocketDiagnosis {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in try SocketDiagnosis() }
    }

    /// The shield of the container's connections, which whatever thread may raise and lower.
    func shield(of attachment: Attachment) async throws(NetlinkError) -> ConnectionShield {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            try ConnectionShield(outward: Self.innerInterface)
        }
    }

    /// Waits until a container's connections can be moved. Blocks a thread of its own.
    /// - Returns: `nil` when they can, or how many clients stand in the way.
    func settle(_ diagnosis: SocketDiagnosis, _ settlement: Settlement) async throws(NetlinkError) -> Int? {
        try await onOwnThread { () throws(NetlinkError) in
            let states = SocketState.handshake.union(SocketState.ending).union([.listening])
            let begin = ContinuousClock.now
            while true {
                let census = Settlement.Census(try diagnosis.tcpSockets(in: states))
                switch settlement.action(after: census, elapsed: .now - begin) {
                case .lookAgain(let pause): usleep(UInt32(pause / .microseconds(1)))
                case .proceed: return nil
                case .giveUp(let waiting): return waiting
                }
            }
        }
    }

    /// The connections to others that the container has closed, that no process has, and that have not come to their end.
    func closing(_ attachment: Attachment) async throws(NetlinkError) -> [TCPConnection] {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            try SocketDiagnosis().sockets(in: SocketState.ending).filter { $0.inode == 0 && !$0.isLoopback }
                .map(\.connection)
        }
    }

    /// Resets connections as their peers have done before.
    func reset(_ broken: [BrokenConnection], of attachment: Attachment) async throws(NetlinkError) {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            try SocketDiagnosis().reset(broken, at: Set(attachment.addresses))
        }
    }

    /// Resets the connections between the container's processes of which only one end is there.
    func resetHalves(_ attachment: Attachment) async throws(NetlinkError) {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            try SocketDiagnosis().resetHalves(at: Set(attachment.addresses))
        }
    }

    /// Leads packets with the attachment's mark to it, whatever the addresses' routes are.
    func serveClosing(_ attachment: Attachment) throws(NetlinkError) {
        let link = try attachment.requireLink()
        guard let mark = attachment.mark else { return }
        try socket.perform([
            .replaceRoute(.everything, to: .link(link), in: .number(mark)), .addRule(mark: mark, table: mark),
        ])
    }

    /// Undoes `serveClosing`. The routes go with the interface.
    func stopServingClosing(_ attachment: Attachment) throws(NetlinkError) {
        guard let mark = attachment.mark else { return }
        try socket.perform([.deleteRule(mark: mark, table: mark)])
    }

    /// The container's listeners.
    func listeners(_ attachment: Attachment) async throws(NetlinkError) -> [NetworkSocket] {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            try SocketDiagnosis().sockets(in: [.listening])
        }
    }

    /// Those that are bound to one of the container's earlier addresses.
    func boundListeners(_ attachment: Attachment) async throws(NetlinkError) -> Set<NetworkSocket> {
        // How many wait in their queues is of no interest here.
        Set(
            try await listeners(attachment).filter { attachment.retained.contains($0.localAddress) }.map { socket in
                var socket = socket
                socket.receiveQueue = 0
                return socket
            })
    }

    /// Those of the addresses that an open connection uses.
    func addressesInUse(_ attachment: Attachment) async throws(NetlinkError) -> Set<IPv4Address> {
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            try SocketDiagnosis().addressesInUse()
        }
    }

    /// Those of the addresses that sockets have which are over, and of which the kernel lists nothing: a process still
    /// holds them, and CRIU cannot restore them without their address.
    func addressesHeld(_ attachment: Attachment) async throws(NetlinkError) -> Set<IPv4Address> {
        let listed = try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            try SocketDiagnosis().inodes()
        }
        return await onOwnThread { HeldSockets(in: attachment.namespace).localAddresses(except: listed) }
    }

    /// Removes some of the addresses, inside and on the host.
    func drop(_ addresses: [IPv4Address], of attachment: Attachment) async throws(NetlinkError) {
        let link = try attachment.requireLink()
        try socket.perform(
            addresses.flatMap { [.deleteRoute(.host($0), link: link), .deleteNeighbour($0, link: link)] })
        try await withNetworkNamespace(attachment.namespace) { () throws(NetlinkError) in
            let inside = try NetlinkSocket()
            let link = try inside.requireLink(named: Self.innerInterface)
            try inside.perform(addresses.map { .deleteAddress($0, link: link) })
        }
    }

    /// Lets each interface check sources as strictly as it did, without a setting for all of them, which would hold for
    /// containers' interfaces too: the kernel takes the stricter of the two.
    private static func checkSourcesByInterface() throws(NetlinkError) {
        guard let all = Sysctl.value(of: "ipv4/conf/all/rp_filter"), all > 0 else { return }
        for interface in try Sysctl.interfaces() where interface != "all" && !interface.hasPrefix("rlc") {
            let own = Sysctl.value(of: "ipv4/conf/\(interface)/rp_filter") ?? 0
            try Sysctl("ipv4/conf/\(interface)/rp_filter", max(own, all)).applyIfPresent()
        }
        try Sysctl("ipv4/conf/all/rp_filter", 0).apply()
    }

    // MARK: Building

    /// Makes the pair of interfaces.
    /// - Returns: the number of the host's end.
    private func makePair(_ attachment: Attachment) throws(NetlinkError) -> Int32 {
        let namespace = try attachment.namespace.open()
        defer { close(namespace) }
        try socket.perform([
            .addVeth(
                VethEnd(name: attachment.interface, address: attachment.outerAddress),
                VethEnd(name: Self.innerInterface, address: attachment.innerAddress), namespace: namespace)
        ])
        return try socket.requireLink(named: attachment.interface)
    }

    /// Sees to the host's end, when the container's is up: of the first of a pair that is switched on the kernel learns only a
    /// moment later that there is another, and until then it drops what is to be sent. On a thread of its own, which is in the
    /// host's namespace then.
    private func connect(_ attachment: Attachment, link: Int32) throws(NetlinkError) {
        let name = attachment.interface
        try (configuration.hostNamespace ?? .ofProcess).enter()
        // Its sources are checked by the packet filter. The kernel's check would drop what the container still
        // sends while its routes are diverted: on an interface without an address there is no loose one.
        try Sysctl("ipv4/conf/\(name)/rp_filter", 0).apply()
        try Sysctl("ipv4/conf/\(name)/send_redirects", 0).apply()
        try Sysctl("ipv6/conf/\(name)/disable_ipv6", 1).applyIfPresent()
        try configuration.letPacketsWait(on: name)
        try socket.perform([.setUp(link, name: name)])
    }

    /// Sees to the container's end. On a thread of its own, which is in the container's namespace then.
    private func furnish(_ attachment: Attachment, hold: Bool) throws(NetlinkError) {
        try attachment.namespace.enter()
        let inner = Self.innerInterface
        // No question is answered either, whoever asks it.
        try Sysctl("ipv4/conf/all/arp_ignore", 8).apply()
        // The only way out is the way in: checking sources by routes would find nothing.
        try Sysctl("ipv4/conf/all/rp_filter", 0).apply()
        try Sysctl("ipv4/conf/\(inner)/rp_filter", 0).apply()
        try Sysctl("ipv4/conf/\(inner)/accept_redirects", 0).apply()
        try Sysctl("ipv6/conf/\(inner)/disable_ipv6", 1).applyIfPresent()
        try configuration.letPacketsWait(on: inner)
        let inside = try NetlinkSocket()
        let link = try inside.requireLink(named: inner)
        let router: [NetlinkRequest] =
            hold ? [] : [.replaceNeighbour(Self.router, is: attachment.outerAddress, link: link)]
        try inside.perform(
            [.setUp(try inside.requireLink(named: "lo"), name: "lo")]
                + attachment.addresses.map { .addAddress($0, link: link) }
                + [.setUp(link, name: inner)] + router
                + [Self.wayOut(of: attachment, link: link, mtu: hold ? Self.packetSizeInRestore : nil)])
    }

    private func routes(of attachment: Attachment, link: Int32) -> [NetlinkRequest] {
        attachment.addresses.map { .replaceRoute(.host($0), to: .link(link)) }
    }

    private func neighbours(of attachment: Attachment, link: Int32) -> [NetlinkRequest] {
        attachment.addresses.map { .replaceNeighbour($0, is: attachment.innerAddress, link: link) }
    }
}

extension Attachment {
    fileprivate func requireLink() throws(NetlinkError) -> Int32 {
        guard let link else { throw NetlinkError(subject: "interface \(interface)", number: ENODEV) }
        return link
    }
}

/// The interfaces of the default routes of the calling thread's namespace.
private func defaultRouteInterfaces() -> [String] {
    guard let file = fopen("/proc/thread-self/net/route", "re") else { return [] }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    var interfaces: Set<String> = []
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let fields = text.split(separator: "\t")
        if fields.count > 7, fields[1] == "00000000", fields[7] == "00000000" { interfaces.insert(String(fields[0])) }
    }
    return interfaces.sorted()
}
