import CLinux
import Glibc

/// Counts the open connections, all together and for each origin, and decides on the next one.
struct ConnectionQuota: Sendable {
    enum Admission: Sendable {
        case welcome
        /// There are too many; it may hear so.
        case turnedAway
        /// There are too many even to tell them.
        case refused
    }

    /// How many beyond a limit are answered at the same time.
    private static let answeredBeyond = 128

    private let limit: Int
    private let limitPerOrigin: Int
    private(set) var count = 0
    private var counts: [Origin: Int] = [:]

    init(limit: Int, limitPerOrigin: Int) {
        self.limit = limit
        self.limitPerOrigin = limitPerOrigin
    }

    /// Counts a connection unless it is refused.
    mutating func admit(_ peer: PeerAddress) -> Admission {
        let origin = Origin(peer)
        let countOfOrigin = origin.map { counts[$0, default: 0] } ?? 0
        let excess = max(count - limit, origin == nil ? .min : countOfOrigin - limitPerOrigin)
        guard excess < Self.answeredBeyond else { return .refused }
        count += 1
        if let origin { counts[origin] = countOfOrigin + 1 }
        return excess < 0 ? .welcome : .turnedAway
    }

    /// A connection that was admitted has closed.
    mutating func remove(_ peer: PeerAddress) {
        count -= 1
        guard let origin = Origin(peer), let countOfOrigin = counts[origin] else { return }
        counts[origin] = countOfOrigin > 1 ? countOfOrigin - 1 : nil
    }
}

/// What is taken for one client: an IPv4 address, or an IPv6 network of 64 bits, all of whose addresses are at the
/// disposal of whoever has one of them.
private enum Origin: Hashable, Sendable {
    case address(UInt32)
    case network(UInt64)

    /// Nil for a client on this machine.
    init?(_ peer: PeerAddress) {
        guard case .ip(let host, _) = peer else { return nil }
        var old = in_addr()
        if inet_pton(AF_INET, host, &old) == 1 {
            let number = UInt32(bigEndian: old.s_addr)
            guard number >> 24 != 127 else { return nil }
            self = .address(number)
            return
        }
        var new = in6_addr()
        guard inet_pton(AF_INET6, host, &new) == 1 else { return nil }
        let (network, interface) = withUnsafeBytes(of: &new) {
            (
                UInt64(bigEndian: $0.load(as: UInt64.self)),
                UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
        guard network != 0 || interface != 1 else { return nil }
        self = .network(network)
    }
}
