import FleetModel
import Glibc

/// Where packets wait for a container whose own link does not exist yet.
///
/// A container that is restored gets a network namespace of its own only then, and with it the link to its host. So until it is
/// let go, its addresses are routed to a pair of interfaces of which both ends are the host's. Nobody answers there for an
/// address, so packets wait in the neighbours' queues (see `HostWiring`). `release` names the other end as the
/// neighbour of all: what waited comes in there, and is routed once more, to where the container is now.
///
/// Packets pass twice through the host then. Connections are not tracked the second time: to a host that translates addresses
/// it would be another connection with the same answers.
struct HoldLink: Sendable {
    /// The end to which addresses are routed.
    static let interface = "rlhold"
    /// The end by which what waited comes in again.
    static let exit = "rlback"
    private static let exitAddress = LinkAddress(bytes: [0x02, 0x72, 0x6C, 0x00, 0x00, 0x01])
    /// No packet is too large for it that was not too large for the way here.
    private static let packetSize: UInt32 = 65535

    /// The number of the end to which addresses are routed.
    let link: Int32

    /// The link of the calling thread's namespace; it is made where it is missing.
    /// - Parameter socket: opened in this namespace.
    init(_ configuration: HostNetworkConfiguration, _ socket: NetlinkSocket) throws(NetlinkError) {
        if let link = try socket.link(named: Self.interface), try socket.link(named: Self.exit) != nil {
            self.link = link
        } else {
            link = try Self.make(socket)
        }
        for end in [Self.interface, Self.exit] {
            try Sysctl("ipv4/conf/\(end)/rp_filter", 0).apply()
            try Sysctl("ipv4/conf/\(end)/send_redirects", 0).apply()
            try Sysctl("ipv6/conf/\(end)/disable_ipv6", 1).applyIfPresent()
        }
        // What the host itself has sent waits as well.
        try Sysctl("ipv4/conf/\(Self.exit)/accept_local", 1).apply()
        try configuration.letPacketsWait(on: Self.interface)
        try socket.perform([
            .setUp(try socket.requireLink(named: Self.exit), name: Self.exit), .setUp(link, name: Self.interface),
        ])
    }

    /// Packets to these addresses wait from now on.
    func holding(_ addresses: [IPv4Address]) -> [NetlinkRequest] {
        addresses.map { .replaceRoute(.host($0), to: .link(link)) }
    }

    /// What waits for these addresses goes where their routes lead now.
    func releasing(_ addresses: [IPv4Address]) -> [NetlinkRequest] {
        addresses.map { .replaceNeighbour($0, is: Self.exitAddress, link: link) } + forgetting(addresses)
    }

    /// What waits for these addresses is dropped.
    func dropping(_ addresses: [IPv4Address]) -> [NetlinkRequest] {
        addresses.map { .deleteRoute(.host($0), link: link) } + forgetting(addresses)
    }

    private func forgetting(_ addresses: [IPv4Address]) -> [NetlinkRequest] {
        addresses.map { .deleteNeighbour($0, link: link) }
    }

    private static func make(_ socket: NetlinkSocket) throws(NetlinkError) -> Int32 {
        let here = Glibc.open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard here >= 0 else { throw .current("namespace of the host") }
        defer { close(here) }
        try socket.perform([
            .deleteLink(interface), .deleteLink(exit),
            .addVeth(VethEnd(name: interface), VethEnd(name: exit, address: exitAddress), namespace: here),
        ])
        let link = try socket.requireLink(named: interface)
        try socket.perform([
            .setPacketSize(packetSize, of: link, name: interface),
            .setPacketSize(packetSize, of: try socket.requireLink(named: exit), name: exit),
        ])
        return link
    }
}

extension HostNetworkConfiguration {
    /// Has packets wait on an interface of the calling thread's namespace for neighbours that are not known: one silent question
    /// a second is asked; packets wait as long as questions are left.
    func letPacketsWait(on interface: String) throws(NetlinkError) {
        try Sysctl("ipv4/neigh/\(interface)/retrans_time_ms", 1000).apply()
        try Sysctl("ipv4/neigh/\(interface)/app_solicit", holdSeconds).apply()
        try Sysctl("ipv4/neigh/\(interface)/ucast_solicit", 0).apply()
        try Sysctl("ipv4/neigh/\(interface)/mcast_solicit", 0).apply()
        try Sysctl("ipv4/neigh/\(interface)/unres_qlen_bytes", holdBytes).apply()
    }
}
