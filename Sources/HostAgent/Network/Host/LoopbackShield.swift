import Glibc

/// Keeps a container's connections with itself whole while they are written down and restored, one end after the other.
///
/// While they are written down, nothing may pass between two ends. The processes stand still, but the kernel does not: what it
/// took in at an end that is written down already, and confirmed to the other, would be in neither.
///
/// While they are restored, CRIU makes the end of a peer's half by a packet of its own, which the socket answers. Where the peer
/// is another socket of the container that is not there yet, the kernel resets the connection. On the link to the host nothing
/// passes meanwhile; the loopback cannot be held so, since CRIU's packets take it. So resets are dropped on it, until the last
/// socket is there.
///
/// Rules of the packet filter do that. They are made before the container stands still; which of them counts is told by the
/// group of the loopback interface, which one message to the kernel changes.
struct LoopbackShield: Sendable {
    /// What does not pass. The numbers are groups that nobody else uses.
    enum Danger: UInt32 {
        case resets = 0x6C6F
        case everything = 0x6C70
    }

    private static let interface = "lo"

    /// The rules, of which each namespace that is left or may be restored in has need.
    static let rules = """
        table inet relocate_loopback
        delete table inet relocate_loopback
        table inet relocate_loopback {
            chain arriving {
                type filter hook prerouting priority raw; policy accept;
                meta iifgroup \(Danger.resets.rawValue) tcp flags & rst == rst drop
                meta iifgroup \(Danger.everything.rawValue) meta l4proto tcp drop
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

    /// Lets something not pass from now on.
    func raise(against danger: Danger) throws(NetlinkError) { try put(in: danger.rawValue) }

    /// Lets everything pass again.
    func lower() throws(NetlinkError) { try put(in: 0) }

    private func put(in group: UInt32) throws(NetlinkError) {
        try socket.perform([.setGroup(group, of: link, name: Self.interface)])
    }
}
