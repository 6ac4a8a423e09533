import Glibc
import Testing

@testable import HostAgent

/// A listener on the loopback of one version of IP.
struct LoopbackListener {
    struct Stream {
        let descriptor: OwnedDescriptor

        /// What the kernel has to say about it; 0 for nothing.
        var error: Int32 {
            var number: Int32 = -1
            var size = socklen_t(4)
            getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &number, &size)
            return number
        }

        /// The number of the byte that it expects next.
        var nextReceived: UInt32 {
            put(TCP_REPAIR, 1)
            put(TCP_REPAIR_QUEUE, 1)  // TCP_RECV_QUEUE
            var number: UInt32 = 0
            var size = socklen_t(4)
            #expect(getsockopt(descriptor.number, Int32(IPPROTO_TCP), TCP_QUEUE_SEQ, &number, &size) == 0)
            put(TCP_REPAIR, TCP_REPAIR_OFF_NO_WP)
            return number
        }

        /// How many bytes wait to be read.
        var unread: Int32 {
            var count: Int32 = -1
            #expect(ioctl(descriptor.number, UInt(FIONREAD), &count) == 0)
            return count
        }

        func write(_ bytes: [UInt8]) { #expect(send(descriptor.number, bytes, bytes.count, 0) == bytes.count) }

        /// How many bytes come until the end, and what the end is: 0 for an orderly one.
        func readToTheEnd() -> (count: Int, error: Int32) {
            var total = 0
            var buffer = [UInt8](repeating: 0, count: 1000)
            while true {
                let count = recv(descriptor.number, &buffer, buffer.count, 0)
                guard count > 0 else { return (total, count < 0 ? errno : 0) }
                total += count
            }
        }

        /// Has it reset the connection, when nobody refers to it any more.
        func resetAtTheEnd() {
            var option = linger(l_onoff: 1, l_linger: 0)
            #expect(setsockopt(descriptor.number, SOL_SOCKET, SO_LINGER, &option, 8) == 0)
        }

        func endWriting() { #expect(shutdown(descriptor.number, Int32(SHUT_WR)) == 0) }

        /// Waits until the kernel has said that the connection is over.
        func awaitTheEnd() {
            var entry = pollfd(fd: descriptor.number, events: 0, revents: 0)
            #expect(poll(&entry, 1, 20_000) == 1)
        }

        private func put(_ option: Int32, _ value: Int32) {
            var value = value
            #expect(setsockopt(descriptor.number, Int32(IPPROTO_TCP), option, &value, 4) == 0)
        }

        /// Has it end, when nobody refers to it any more, without a word to the peer.
        func vanishAtTheEnd() {
            put(TCP_REPAIR, 1)
        }
    }

    private let family: Int32
    private let listener: OwnedDescriptor
    private let port: UInt16

    init(_ family: Int32) throws(NetlinkError) {
        self.family = family
        let port: UInt16 = family == AF_INET ? 9004 : 9006
        self.port = port
        let number = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw NetlinkError(subject: "socket", number: errno) }
        listener = OwnedDescriptor(number)
        guard Self.withAddress(family, port, { bind(number, $0, $1) }) == 0, listen(number, 10) == 0 else {
            throw NetlinkError(subject: "listener", number: errno)
        }
    }

    /// Runs a test in a namespace of its own, with listeners of both versions of IP.
    static func within(
        _ name: String, _ body: @escaping @Sendable (LoopbackListener) throws(NetlinkError) -> Void
    ) async throws {
        let namespace = NetworkNamespace(path: "/run/rl-test-\(getpid())-\(name)")
        try await namespace.create()
        do {
            try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
                let links = try NetlinkSocket()
                try links.perform([.setUp(try links.requireLink(named: "lo"), name: "lo")])
                for family in [AF_INET, AF_INET6] { try body(try LoopbackListener(family)) }
            }
        } catch {
            try namespace.remove()
            throw error
        }
        try namespace.remove()
    }

    func connect() -> Stream {
        let number = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #expect(Self.withAddress(family, port) { Glibc.connect(number, $0, $1) } == 0)
        return Stream(descriptor: OwnedDescriptor(number))
    }

    func accept() -> Stream {
        let number = Glibc.accept(listener.number, nil, nil)
        #expect(fcntl(number, F_SETFD, FD_CLOEXEC) == 0)
        return Stream(descriptor: OwnedDescriptor(number))
    }

    private static func withAddress<Result>(
        _ family: Int32, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 16 : 28)
        bytes[0] = UInt8(family)
        (bytes[2], bytes[3]) = (UInt8(port >> 8), UInt8(truncatingIfNeeded: port))
        if family == AF_INET { (bytes[4], bytes[7]) = (127, 1) } else { bytes[23] = 1 }
        return bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { address in
                guard let start = address.baseAddress else { preconditionFailure("it has bytes") }
                return body(start, socklen_t(raw.count))
            }
        }
    }
}
