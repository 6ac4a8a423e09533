import FleetModel
import Glibc

/// Makes listeners of a container's processes fit to be handed connections to addresses that they are not bound to.
///
/// The kernel asks for a right that a container does not have (`IP_TRANSPARENT`, CAP_NET_ADMIN), so it is set from
/// outside, on a copy of the descriptor. It changes nothing else: what a program may bind to is looked at when it binds.
struct ListenerAdmission: Sendable {
    private let sockets: HeldSockets

    /// For the processes in a network namespace.
    init(_ namespace: NetworkNamespace) { sockets = HeldSockets(in: namespace) }

    /// Opens the listeners with these inodes. Those that are gone need nothing any more. Blocks its thread.
    func open(_ inodes: Set<UInt32>) throws(StepFailure) {
        var left = inodes
        var refusal: StepFailure?
        sockets.visit(where: { left.contains($0) }) { socket, inode in
            left.remove(inode)
            var on: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            if setsockopt(socket.number, Int32(IPPROTO_IP), IP_TRANSPARENT, &on, size) != 0 {
                refusal = StepFailure("open a listener", errno: errno, code: .networkFailed)
            }
            return !left.isEmpty && refusal == nil
        }
        if let refusal { throw refusal }
    }
}
