import FleetModel
import Glibc
import SystemSupport

@testable import HostAgent

/// What a peer's system call refused, as its error number.
struct PeerError: Error, Hashable {
    var number: Int32
    static var current: PeerError { PeerError(number: errno) }
}

/// A socket in some namespace. Every wait has a limit of ten seconds, after which it fails with ETIMEDOUT.
final class NetworkPeer: Sendable {
    let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    /// A TCP listener in a namespace.
    static func listener(
        in namespace: NetworkNamespace, _ address: IPv4Address, port: UInt16
    ) async throws -> NetworkPeer {
        let peer = try await open(in: namespace, SOCK_STREAM)
        var on: Int32 = 1
        setsockopt(peer.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        try peer.bind(address, port: port)
        guard listen(peer.descriptor, 64) == 0 else { throw PeerError.current }
        return peer
    }

    /// A TCP listener of IPv6 that serves IPv4 too, on all addresses.
    static func dualStackListener(in namespace: NetworkNamespace, port: UInt16) async throws -> NetworkPeer {
        let peer = try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
            let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | 0o4000 | 0o2000000, 0)
            guard descriptor >= 0 else { throw .current("socket") }
            return NetworkPeer(descriptor)
        }
        var off: Int32 = 0
        setsockopt(peer.descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, 4)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(peer.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        guard result == 0, listen(peer.descriptor, 64) == 0 else { throw PeerError.current }
        return peer
    }

    /// A UDP socket in a namespace, bound to an address.
    static func datagrams(
        in namespace: NetworkNamespace, _ address: IPv4Address, port: UInt16
    ) async throws -> NetworkPeer {
        let peer = try await open(in: namespace, SOCK_DGRAM)
        try peer.bind(address, port: port)
        return peer
    }

    /// A TCP connection out of a namespace, from any port or a certain one. Fails with ECONNREFUSED when it is reset.
    static func connection(
        in namespace: NetworkNamespace, from source: UInt16 = 0, to address: IPv4Address, port: UInt16
    ) async throws -> NetworkPeer {
        let peer = try await open(in: namespace, SOCK_STREAM)
        if source != 0 { try peer.bind(IPv4Address(number: 0), port: source) }
        try peer.startConnecting(to: address, port: port)
        try await peer.finishConnecting()
        return peer
    }

    /// A TCP socket that is not connected yet.
    static func stream(in namespace: NetworkNamespace) async throws -> NetworkPeer {
        try await open(in: namespace, SOCK_STREAM)
    }

    func startConnecting(to address: IPv4Address, port: UInt16) throws {
        let result = withSocketAddress(address, port) { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else { throw PeerError.current }
    }

    func finishConnecting() async throws {
        try await wait(for: POLLOUT)
        var number: Int32 = 0
        var length = socklen_t(4)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
        guard number == 0 else { throw PeerError(number: number) }
    }

    /// The next connection of a listener, with the client's address.
    func accept() async throws -> (peer: NetworkPeer, client: IPv4Address) {
        try await wait(for: POLLIN)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let accepted = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(descriptor, $0, &length) }
        }
        guard accepted >= 0 else { throw PeerError.current }
        _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
        return (NetworkPeer(accepted), IPv4Address(number: UInt32(bigEndian: address.sin_addr.s_addr)))
    }

    func send(_ text: String) throws {
        guard Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count else {
            throw PeerError.current
        }
    }

    func send(_ text: String, to address: IPv4Address, port: UInt16) throws {
        let count = withSocketAddress(address, port) { sendto(descriptor, text, text.utf8.count, 0, $0, $1) }
        guard count == text.utf8.count else { throw PeerError.current }
    }

    /// What comes next; empty at the end of the stream.
    func receive(atMost count: Int = 4096) async throws -> String {
        try await wait(for: POLLIN)
        var buffer = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &buffer, buffer.count, 0)
        guard received >= 0 else { throw PeerError.current }
        return String(decoding: buffer[..<received], as: UTF8.self)
    }

    /// Exactly so many bytes of a stream.
    func receive(exactly count: Int) async throws -> String {
        var text = ""
        while text.utf8.count < count {
            let part = try await receive(atMost: count - text.utf8.count)
            guard !part.isEmpty else { break }
            text += part
        }
        return text
    }

    /// How many bytes wait to be read.
    var unread: Int32 {
        var count: Int32 = -1
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? count : -1
    }

    /// Lets the kernel keep this many bytes that the peer does not read.
    func keepSending(room bytes: Int) {
        var size = Int32(bytes * 2)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, 4)
    }

    /// Lets the connection end without a packet when the socket is closed (TCP_REPAIR).
    func willVanish() {
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_REPAIR, &on, 4)
    }

    func shutDownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    private static func open(in namespace: NetworkNamespace, _ type: __socket_type) async throws -> NetworkPeer {
        try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
            let descriptor = socket(AF_INET, Int32(type.rawValue) | 0o4000 | 0o2000000, 0)
            guard descriptor >= 0 else { throw .current("socket") }
            return NetworkPeer(descriptor)
        }
    }

    private func bind(_ address: IPv4Address, port: UInt16) throws {
        guard withSocketAddress(address, port, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
            throw PeerError.current
        }
    }

    private func wait(for events: Int32) async throws {
        let descriptor = descriptor
        let ready = await onOwnThread { () -> Int32 in
            var poller = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            return poll(&poller, 1, 10_000)
        }
        guard ready == 1 else { throw PeerError(number: ETIMEDOUT) }
    }
}

private func withSocketAddress<Value>(
    _ address: IPv4Address, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
    var value = sockaddr_in()
    value.sin_family = sa_family_t(AF_INET)
    value.sin_port = port.bigEndian
    value.sin_addr.s_addr = address.number.bigEndian
    return withUnsafePointer(to: &value) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
