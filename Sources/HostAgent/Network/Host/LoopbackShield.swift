import Glibc

/// Keeps a container's connections with itself whole while they are restored, one end after the other.
///
/// CRIU restores the end of a peer's half by a packet of its own making, which the socket answers. Where the peer is another
/// socket of the container that is not there yet, the kernel resets the connection. On the link to the host nothing passes
/// meanwhile; the loopback cannot be held so, since CRIU's packets take it. So resets are dropped on it, until the last
/// socket is there.
///
/// A rule of the packet filter does that. It is made before anything is restored; whether it counts is told by the group
/// of the loopback interface, which one message to the kernel changes.
struct LoopbackShield: Sendable {
    private static let interface = "lo"
    /// A group that nobody else uses.
    private static let group: UInt32 = 0x6C6F

    /// The rule, of which each namespace that may be restored in has need.
    static let rules = """
        table inet relocate_loopback
        delete table inet relocate_loopback
        table inet relocate_loopback {
            chain arriving {
                type filter hook prerouting priority raw; policy accept;
                meta iifgroup \(group) tcp flags & rst == rst drop
            }
        }
        """

    private let socket: NetlinkSocket
    private let link: Int32

    /// The shield of the calling thread's namespace, to be used by whatever thread.
    init() throws(NetlinkError) {
        socket = try NetlinkSocket()
        link = try socket.requireLink(named: Self.interface)
    }

    /// Drops resets from now on.
    func raise() throws(NetlinkError) { try put(in: Self.group) }

    /// Lets resets pass again.
    func lower() throws(NetlinkError) { try put(in: 0) }

    private func put(in group: UInt32) throws(NetlinkError) {
        try socket.perform([.setGroup(group, of: link, name: Self.interface)])
    }
}
