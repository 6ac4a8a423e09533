import FleetModel
import Glibc
import Testing

@testable import HostAgent

@Suite("Connections of which one end is missing")
struct HalfConnectionTests {
    private typealias End = TCPSocket.End
    private let own: Set<IPv4Address> = [IPv4Address(number: 0x0A58_0007)]
    private let loopback = End(IPv4Address(number: 0x7F00_0001), port: 9000)
    private let loopback6 = End(high: 0, low: 1, port: 9000)
    private let address = End(IPv4Address(number: 0x0A58_0007), port: 9000)
    private let other = End(IPv4Address(number: 0xC633_6402), port: 9000)

    private func socket(
        _ local: End, _ remote: End, _ state: SocketState = .established, inode: UInt32 = 7, family: Int32 = AF_INET
    ) -> TCPSocket {
        TCPSocket(
            state: state, local: local, remote: remote, receiveQueue: 0, inode: inode,
            identity: TCPSocket.Identity(family: UInt8(family), cookie: 0))
    }

    private func port(_ number: UInt16, of end: End) -> End { End(high: end.high, low: end.low, port: number) }

    @Test("those within the container are found, whatever they are addressed to; those to others are not")
    func found() {
        for end in [loopback, loopback6, address] {
            let half = socket(port(1, of: end), end)
            #expect(TCPSocket.halves(of: [half], at: own) == [half])
        }
        #expect(TCPSocket.halves(of: [socket(port(1, of: address), other)], at: own).isEmpty)
        #expect(TCPSocket.halves(of: [socket(port(1, of: address), address)], at: []).isEmpty)
    }

    @Test("one whose other end is there is whole, also in a queue, just being made, or of the other version of IP")
    func whole() {
        let client = socket(port(1, of: loopback), loopback)
        for state in [SocketState.established, .newSynReceived, .closeWait, .finWait1] {
            for inode: UInt32 in [0, 8] {
                for family in [AF_INET, AF_INET6] {
                    let server = socket(loopback, port(1, of: loopback), state, inode: inode, family: family)
                    #expect(TCPSocket.halves(of: [client, server], at: own).isEmpty)
                }
            }
        }
        let itself = socket(loopback, loopback)
        #expect(TCPSocket.halves(of: [itself], at: own).isEmpty, "connected to itself")
    }

    @Test("one that was told its end, or that no process has, is left alone")
    func leftAlone() {
        for state in [SocketState.closeWait, .lastAck, .closing, .listening, .synSent] {
            #expect(TCPSocket.halves(of: [socket(port(1, of: loopback), loopback, state)], at: own).isEmpty)
        }
        #expect(TCPSocket.halves(of: [socket(port(1, of: loopback), loopback, inode: 0)], at: own).isEmpty)
        for state in [SocketState.finWait1, .finWait2] {
            #expect(TCPSocket.halves(of: [socket(port(1, of: loopback), loopback, state)], at: own).count == 1)
        }
    }

    @Test(
        "the kernel resets them, and nothing else; who waits in a queue is counted",
        .enabled(if: mayChangeNetworks))
    func kernel() async throws {
        let namespace = NetworkNamespace(path: "/run/rl-test-\(getpid())-halves")
        try await namespace.create()
        do {
            try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
                let links = try NetlinkSocket()
                try links.perform([.setUp(try links.requireLink(named: "lo"), name: "lo")])
                let diagnosis = try SocketDiagnosis()
                for family in [AF_INET, AF_INET6] { check(diagnosis, try Local(family)) }
            }
        } catch {
            try namespace.remove()
            throw error
        }
        try namespace.remove()
    }

    private func check(_ diagnosis: SocketDiagnosis, _ local: Local) {
        func waiting() -> Int? { try? diagnosis.waiting() }
        func reset() { #expect(throws: Never.self) { try diagnosis.resetHalves(at: []) } }
        #expect(waiting() == 0)
        let client = local.connect()
        let whole = local.connect()
        #expect(waiting() == 2)
        reset()
        #expect(client.error == 0 && whole.error == 0)
        var server: Local.Stream? = local.accept()
        let kept = local.accept()
        #expect(waiting() == 0)
        server?.vanishAtTheEnd()
        server = nil
        reset()
        #expect(client.error == ECONNABORTED)
        #expect(whole.error == 0 && kept.error == 0)
    }
}

/// A listener on the loopback of one version of IP.
private struct Local {
    struct Stream {
        let descriptor: OwnedDescriptor

        /// What the kernel has to say about it; 0 for nothing.
        var error: Int32 {
            var number: Int32 = -1
            var size = socklen_t(4)
            getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &number, &size)
            return number
        }

        /// Has it end, when nobody refers to it any more, without a word to the peer.
        func vanishAtTheEnd() {
            var on: Int32 = 1
            #expect(setsockopt(descriptor.number, Int32(IPPROTO_TCP), TCP_REPAIR, &on, 4) == 0)
        }
    }

    private let family: Int32
    private let listener: OwnedDescriptor
    private let port: UInt16

    init(_ family: Int32) throws(NetlinkError) {
        self.family = family
        let port: UInt16 = family == AF_INET ? 9004 : 9006
        self.port = port
        let number = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        guard number >= 0 else { throw NetlinkError(subject: "socket", number: errno) }
        listener = OwnedDescriptor(number)
        guard Self.withAddress(family, port, { bind(number, $0, $1) }) == 0, listen(number, 10) == 0 else {
            throw NetlinkError(subject: "listener", number: errno)
        }
    }

    func connect() -> Stream {
        let number = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        #expect(Self.withAddress(family, port) { Glibc.connect(number, $0, $1) } == 0)
        return Stream(descriptor: OwnedDescriptor(number))
    }

    func accept() -> Stream { Stream(descriptor: OwnedDescriptor(Glibc.accept(listener.number, nil, nil))) }

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
