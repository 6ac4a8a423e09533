import CLinux
import FleetModel
import Glibc

/// A connection whose peer has broken it off, which its program has not heard of yet.
public struct BrokenConnection: Sendable, Hashable, Codable {
    /// The container's end.
    let local: TCPSocket.End
    /// The peer's end.
    let remote: TCPSocket.End
    /// The number of the byte that is expected next from the peer: of any other reset the kernel thinks that somebody has
    /// made it up.
    let sequence: UInt32

    /// Has the kernel send a reset as the peer would: by making the peer's end anew, and closing it at once. It comes by the
    /// loopback, so the container's address must be one of the namespace in which the calling thread is.
    /// - Returns: whether it was sent.
    func sendReset() -> Bool {
        let number = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | linux_close_on_exec, 0)
        guard number >= 0 else { return false }
        let peer = OwnedDescriptor(number)
        func set(_ level: Int, _ option: Int32, _ value: Int32) -> Bool {
            withUnsafePointer(to: value) { setsockopt(number, Int32(level), option, $0, 4) == 0 }
        }
        var atOnce = linger(l_onoff: 1, l_linger: 0)
        return withExtendedLifetime(peer) {
            // Both versions of IP, an address that is not the namespace's, and no handshake.
            set(IPPROTO_IPV6, IPV6_V6ONLY, 0) && set(IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
                && set(IPPROTO_TCP, TCP_REPAIR, 1)
                && remote.withSocketAddress { bind(number, $0, $1) == 0 }
                && set(IPPROTO_TCP, TCP_REPAIR_QUEUE, Self.sendQueue)
                && set(IPPROTO_TCP, TCP_QUEUE_SEQ, Int32(bitPattern: sequence))
                && local.withSocketAddress { connect(number, $0, $1) == 0 }
                // Without the usual packet that asks how the other end stands.
                && set(IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP)
                && setsockopt(number, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size)) == 0
        }
    }

    private static let sendQueue: Int32 = 2  // TCP_SEND_QUEUE
}

extension SocketDiagnosis {
    /// Resets connections as their peers have done before. One that does not take that is told that it was aborted.
    /// - Parameter own: the namespace's addresses beside those of its loopback: no reset ever leaves it.
    func reset(_ broken: [BrokenConnection], at own: Set<IPv4Address>) throws(NetlinkError) {
        let resets = Dictionary(broken.map { ([$0.local, $0.remote], $0) }, uniquingKeysWith: { first, _ in first })
        func left() throws(NetlinkError) -> [TCPSocket] {
            try tcpSockets(in: SocketState.open).filter { resets[[$0.local, $0.remote]] != nil }
        }
        for socket in try left() where socket.local.isInside(own) {
            _ = resets[[socket.local, socket.remote]]?.sendReset()
        }
        let deadline = ContinuousClock.now + .milliseconds(100)
        while ContinuousClock.now < deadline, try !left().isEmpty { usleep(500) }
        for socket in try left() { try destroy(socket) }
    }
}
