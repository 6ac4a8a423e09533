import FleetModel
import Glibc

/// Makes listeners of a container's processes fit for moves, from outside, on copies of their descriptors.
///
/// To be handed connections to addresses that they are not bound to, the kernel asks for a right that a container does not have
/// (`IP_TRANSPARENT`, CAP_NET_ADMIN). It changes nothing else: what a program may bind to is looked at when it binds.
struct ListenerAdmission: Sendable {
    private let sockets: HeldSockets

    /// For the processes in a network namespace.
    init(_ namespace: NetworkNamespace) { sockets = HeldSockets(in: namespace) }

    /// Opens the listeners with these inodes. Those that are gone need nothing any more. Blocks its thread.
    func open(_ inodes: Set<UInt32>) throws(StepFailure) {
        try set(IP_TRANSPARENT, of: Int32(IPPROTO_IP), to: 1, on: inodes)
    }

    /// Has listeners hand over connections as soon as they are there, and not only when their clients have sent something
    /// (`TCP_DEFER_ACCEPT`). Until then the kernel has no more of such a connection than of a handshake, which cannot be
    /// carried, while its client takes himself to be connected and may say nothing for as long as he likes.
    func acceptAtOnce(_ inodes: Set<UInt32>) throws(StepFailure) {
        try set(TCP_DEFER_ACCEPT, of: Int32(IPPROTO_TCP), to: 0, on: inodes)
    }

    private func set(
        _ option: Int32, of level: Int32, to value: Int32, on inodes: Set<UInt32>
    ) throws(StepFailure) {
        var left = inodes
        var refusal: StepFailure?
        sockets.visit(where: { left.contains($0) }) { socket, inode in
            left.remove(inode)
            var value = value
            if setsockopt(socket.number, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) != 0 {
                refusal = StepFailure("set up a listener", errno: errno, code: .networkFailed)
            }
            return !left.isEmpty && refusal == nil
        }
        if let refusal { throw refusal }
    }
}
