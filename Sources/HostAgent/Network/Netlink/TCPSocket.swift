import CNetlink
import FleetModel
import Glibc

/// A TCP socket as the kernel lists it, of either version of IP.
struct TCPSocket: Sendable, Hashable {
    /// An address and a port. Addresses of IPv4 stand as IPv6 writes them down (::ffff:a.b.c.d), whatever the socket's
    /// version is: the two ends of a connection may be of different ones.
    struct End: Sendable, Hashable, Codable {
        var high: UInt64
        var low: UInt64
        var port: UInt16

        /// An end of IPv4.
        init(_ address: IPv4Address, port: UInt16) {
            self.init(high: 0, low: Self.mapped | UInt64(address.number), port: port)
        }

        init(high: UInt64, low: UInt64, port: UInt16) { (self.high, self.low, self.port) = (high, low, port) }

        private static let mapped: UInt64 = 0xFFFF << 32

        /// Whether it is on the machine's loopback, or has one of these addresses.
        func isInside(_ own: Set<IPv4Address>) -> Bool {
            if high == 0, low == 1 { return true }  // ::1
            guard let address = ipv4 else { return false }
            return address.number >> 24 == 127 || own.contains(address)
        }

        /// The address, if it is one of IPv4.
        var ipv4: IPv4Address? {
            guard high == 0, low & ~UInt64(UInt32.max) == Self.mapped else { return nil }
            return IPv4Address(number: UInt32(truncatingIfNeeded: low))
        }
    }

    /// How it stands.
    var state: SocketState
    /// Its own end.
    var local: End
    /// The peer's end.
    var remote: End
    /// Bytes that wait to be read; of a listener the connections that wait to be accepted.
    var receiveQueue: Int
    /// How often it has repeated what it waits to be confirmed, since something was last confirmed.
    var repeats = 0
    /// The number by which processes' descriptors name it; 0 when no process has it.
    var inode: UInt32
    /// What the kernel knows it by.
    var identity: Identity

    /// What the kernel knows a socket by.
    struct Identity: Sendable, Hashable {
        var family: UInt8
        var cookie: UInt64
    }

    /// Whether its process may wait for something that only the peer can send.
    private var expectsMore: Bool {
        switch state {
        case .established, .finWait1, .finWait2: inode != 0
        default: false
        }
    }

    /// The connections among these whose other end should be there as well, and is not: nothing will ever come from it, and
    /// nobody will ever say so.
    /// - Parameter own: the addresses of the machine that they are in.
    static func halves(of sockets: [TCPSocket], at own: Set<IPv4Address>) -> [TCPSocket] {
        let ends = Set(sockets.map { [$0.local, $0.remote] })
        return sockets.filter { $0.expectsMore && $0.remote.isInside(own) && !ends.contains([$0.remote, $0.local]) }
    }
}

extension TCPSocket {
    /// What the kernel says; `nil` for a state that is not known.
    init?(_ entry: inet_diag_msg) {
        guard let state = SocketState(rawValue: entry.idiag_state) else { return nil }
        self.state = state
        let id = entry.id
        let family = Int32(entry.idiag_family)
        local = End(id.idiag_src, port: id.idiag_sport, family: family)
        remote = End(id.idiag_dst, port: id.idiag_dport, family: family)
        receiveQueue = Int(entry.idiag_rqueue)
        repeats = Int(entry.idiag_retrans)
        inode = entry.idiag_inode
        identity = Identity(
            family: entry.idiag_family, cookie: UInt64(id.idiag_cookie.1) << 32 | UInt64(id.idiag_cookie.0))
    }

    /// By what the kernel is asked for it.
    var request: inet_diag_req_v2 {
        var request = inet_diag_req_v2()
        request.sdiag_family = identity.family
        request.sdiag_protocol = UInt8(IPPROTO_TCP)
        request.idiag_states = UInt32.max
        request.id.idiag_sport = local.port.bigEndian
        request.id.idiag_dport = remote.port.bigEndian
        request.id.idiag_src = local.words(family: Int32(identity.family))
        request.id.idiag_dst = remote.words(family: Int32(identity.family))
        request.id.idiag_cookie = (
            UInt32(truncatingIfNeeded: identity.cookie), UInt32(truncatingIfNeeded: identity.cookie >> 32)
        )
        return request
    }
}

extension TCPSocket.End {
    /// An address as the kernel writes it: four words, of which IPv4 uses the first.
    fileprivate typealias Words = (UInt32, UInt32, UInt32, UInt32)

    fileprivate init(_ words: Words, port: UInt16, family: Int32) {
        let port = UInt16(bigEndian: port)
        guard family == AF_INET6 else {
            self.init(IPv4Address(number: UInt32(bigEndian: words.0)), port: port)
            return
        }
        self.init(
            high: UInt64(UInt32(bigEndian: words.0)) << 32 | UInt64(UInt32(bigEndian: words.1)),
            low: UInt64(UInt32(bigEndian: words.2)) << 32 | UInt64(UInt32(bigEndian: words.3)), port: port)
    }

    fileprivate func words(family: Int32) -> Words {
        let last = UInt32(truncatingIfNeeded: low).bigEndian
        guard family == AF_INET6 else { return (last, 0, 0, 0) }
        return (
            UInt32(truncatingIfNeeded: high >> 32).bigEndian, UInt32(truncatingIfNeeded: high).bigEndian,
            UInt32(truncatingIfNeeded: low >> 32).bigEndian, last
        )
    }
}
