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
        try await LoopbackListener.within("halves") { listener throws(NetlinkError) in
            check(try SocketDiagnosis(), listener)
        }
    }

    private func check(_ diagnosis: SocketDiagnosis, _ local: LoopbackListener) {
        func waiting() -> Int? { try? diagnosis.waiting() }
        func reset() { #expect(throws: Never.self) { try diagnosis.resetHalves(at: []) } }
        #expect(waiting() == 0)
        let client = local.connect()
        let whole = local.connect()
        #expect(waiting() == 2)
        reset()
        #expect(client.error == 0 && whole.error == 0)
        var server: LoopbackListener.Stream? = local.accept()
        let kept = local.accept()
        #expect(waiting() == 0)
        server?.vanishAtTheEnd()
        server = nil
        // A child that another test is just starting has a copy of the descriptor until its program runs.
        var error: Int32 = 0
        let end = ContinuousClock.now + .seconds(20)
        while error == 0, .now < end {
            reset()
            error = client.error
        }
        #expect(error == ECONNABORTED)
        #expect(whole.error == 0 && kept.error == 0)
    }
}
