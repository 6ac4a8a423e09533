import FleetModel
import Glibc

extension TCPSocket.End {
    /// A socket's own end; `nil` for one that is not of IP.
    init?(of socket: OwnedDescriptor) {
        self.init { getsockname(socket.number, $0, &$1) }
    }

    /// The end of a socket's peer, also of a connection that is over; `nil` where there never was one.
    init?(ofPeerOf socket: OwnedDescriptor) {
        self.init { getsockopt(socket.number, SOL_SOCKET, SO_PEERNAME, $0, &$1) }
    }

    private init?(_ ask: (UnsafeMutablePointer<sockaddr>?, inout socklen_t) -> Int32) {
        var name = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_in6>.size)
        // More room than a name takes is refused for that of a peer.
        let isNamed = [name.count, MemoryLayout<sockaddr_in>.size].contains { room in
            var length = socklen_t(room)
            return name.withUnsafeMutableBytes { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { ask($0.baseAddress, &length) == 0 }
            }
        }
        guard isNamed else { return nil }
        func number(_ bytes: Range<Int>) -> UInt64 { name[bytes].reduce(0) { $0 << 8 | UInt64($1) } }
        let port = UInt16(truncatingIfNeeded: number(2..<4))
        switch Int32(name[0]) | Int32(name[1]) << 8 {
        case AF_INET:
            self.init(IPv4Address(number: UInt32(truncatingIfNeeded: number(4..<8))), port: port)
        case AF_INET6: self.init(high: number(8..<16), low: number(16..<24), port: port)
        default: return nil
        }
    }

    /// Calls the kernel with the end in its own form, that of IPv6.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}
