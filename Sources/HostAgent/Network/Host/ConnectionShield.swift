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
/// Rules of the packet filter do that, next to the sockets. They are made before the container stands still; which of them
/// counts is told by the groups of the interfaces, which a message to the kernel changes.
struct ConnectionShield: Sendable {
    /// The numbers are groups that nobody else uses.
    private enum Group: UInt32 {
        case open = 0
        case withoutResets = 0x6C6F
        case silent = 0x6C70
    }

    private static let loopback = "lo"

    /// The rules, of which each namespace that is left or may be restored in has need.
    static let rules = """
        table inet relocate_shield
        delete table inet relocate_shield
        table inet relocate_shield {
            chain arriving {
                type filter hook prerouting priority raw; policy accept;
                meta iifgroup \(Group.withoutResets.rawValue) tcp flags & rst == rst drop
                meta iifgroup \(Group.silent.rawValue) meta l4proto tcp drop
            }
            chain leaving {
                type filter hook output priority raw; policy accept;
                meta oifgroup \(Group.silent.rawValue) tcp flags & rst != rst drop
            }
        }
        """

    private let socket: NetlinkSocket
    private let loopback: Int32
    private let outward: (link: Int32, name: String)

    /// The shield of the calling thread's namespace, to be used by whatever thread.
    /// - Parameter interface: the container's end of its link to the host.
    init(outward interface: String) throws(NetlinkError) {
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
