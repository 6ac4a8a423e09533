import CNetlink
import Glibc

/// Keeps a container's connections whole while they are written down and restored.
///
/// While they are written down, nothing may reach a socket, nor leave it. The processes stand still, but the kernel does not:
/// what it took in at a socket that is written down already, and confirmed to the peer, would be nowhere. No new packets come
/// from the host by then, but one that was let pass before may still be under way on a busy processor, for milliseconds; and
/// what the container's processes have sent each other is, too. What it sends meanwhile, such as a delayed confirmation, has a
/// later time stamp than the one that is written down: the peer would take what the container sends first after the move for
/// old (PAWS, RFC 7323, section 5), and drop it. Only resets leave: they tell those whom nobody has accepted.
///
/// While they are restored, CRIU makes the end of a peer's half by a packet of its own, which the socket answers. Where the peer
/// is another socket of the container that is not there yet, the kernel resets the connection. On the link to the host nothing
/// passes meanwhile; the loopback cannot be held so, since CRIU's packets take it. So resets are dropped on it, until the last
/// socket is there.
///
/// Rules of the packet filter do that, next to the sockets. Which of them counts is told by the groups of the interfaces, which a
/// message to the kernel changes.
struct ConnectionShield: Sendable {
    /// The numbers are groups that nobody else uses.
    private enum Group: UInt32 {
        case open = 0
        case withoutResets = 0x6C6F
        case silent = 0x6C70
    }

    private static let loopback = "lo"

    private static let table = "relocate_shield"
    private static let reset: UInt8 = 0x04

    private static let chains = [
        FilterChain(
            name: "arriving", hook: .arriving,
            drops: [
                [.comesThroughGroup(Group.withoutResets.rawValue), .isTCP, .flags(reset, mask: reset)],
                [.comesThroughGroup(Group.silent.rawValue), .isTCP],
            ]),
        FilterChain(
            name: "leaving", hook: .leaving,
            drops: [[.leavesThroughGroup(Group.silent.rawValue), .isTCP, .flags(0, mask: reset)]]),
    ]

    private let socket: NetlinkSocket
    private let loopback: Int32
    private let outward: (link: Int32, name: String)

    /// The shield of the calling thread's namespace, to be used by whatever thread. It is there afterwards, and lowered.
    /// - Parameter interface: the container's end of its link to the host.
    init(outward interface: String) throws(NetlinkError) {
        try NetlinkSocket(family: NETLINK_NETFILTER).perform(NetlinkRequest.replaceFilter(Self.table, Self.chains))
        socket = try NetlinkSocket()
        loopback = try socket.requireLink(named: Self.loopback)
        outward = (try socket.requireLink(named: interface), interface)
    }

    /// Nothing reaches a socket, or leaves it, from now on.
    func silence() throws(NetlinkError) { try put(.silent) }

    /// No reset passes on the loopback from now on.
    func dropResets() throws(NetlinkError) {
        try socket.perform([setting(.withoutResets, of: loopback, Self.loopback)])
    }

    /// Lets everything pass again.
    func lower() throws(NetlinkError) { try put(.open) }

    private func put(_ group: Group) throws(NetlinkError) {
        try socket.perform([
            setting(group, of: outward.link, outward.name), setting(group, of: loopback, Self.loopback),
        ])
    }

    private func setting(_ group: Group, of link: Int32, _ name: String) -> NetlinkRequest {
        .setGroup(group.rawValue, of: link, name: name)
    }
}
