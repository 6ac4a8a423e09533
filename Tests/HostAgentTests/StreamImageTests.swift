import FleetModel
import Foundation
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("CRIU's images of connections")
struct StreamImageTests {
    /// An image as CRIU 4.2 writes it: magic numbers, length, entry, and the bytes of the queues.
    /// - Parameter receiveScale: `nil` where scaling was not agreed upon.
    private func image(
        options: Int, sendScale: Int = 0, receiveScale: Int? = nil, next: Int = Self.next,
        windowSequence: Int = Self.next, receiveWindow: Int = 64240
    ) -> [UInt8] {
        var entry = ProtobufWriter()
        for (field, value) in [(1, 3), (2, next), (3, 2), (4, 0x1234_5678), (5, options), (6, sendScale)] {
            entry.integer(field, value)
        }
        entry.integer(7, 65495)
        if let receiveScale { entry.integer(8, receiveScale) }
        entry.integer(12, 1)
        entry.integer(13, windowSequence)
        entry.integer(16, receiveWindow)
        let magic: [UInt8] = [0x19, 0x43, 0x56, 0x54, 0x06, 0x55, 0x46, 0x51]
        return magic + [UInt8(entry.bytes.count), 0, 0, 0] + entry.bytes + Self.queues
    }

    /// The sequence number of what comes next from the peer.
    private static let next = 0x8765_4321
    private static let queues: [UInt8] = [0x28, 0, 0xFF, 0x28, 3]

    /// What becomes of an image, as a file; `nil` when it stays as it is.
    private func amended(_ image: [UInt8]) throws -> [UInt8]? {
        let folder = try temporaryFolder()
        defer { try? FileTree.remove(folder) }
        let path = folder + "/tcp-stream-1.img"
        try FileBytes.replace(path, with: image)
        try StreamImages(directory: folder).amend([1])
        let new = try FileBytes.read(path)
        return new == image ? nil : new
    }

    private func entry(of image: [UInt8]) throws -> ProtobufMessage {
        try ProtobufMessage(Array(image[12..<12 + Int(image[8])]))
    }

    @Test("connections without window scaling get scales of 0, and keep everything else")
    func scales() throws {
        let old = image(options: 3)
        let new = try #require(try amended(old))
        let (before, after) = (try entry(of: old), try entry(of: new))
        #expect(after.integer(5) == 7)
        #expect(after.integer(6) == 0)
        #expect(after.integer(8) == 0)
        for field in [1, 2, 3, 4, 7, 12, 13, 16] { #expect(after.integer(field) == before.integer(field)) }
        #expect(Array(new.suffix(Self.queues.count)) == Self.queues)
        #expect(new.count == 12 + Int(new[8]) + Self.queues.count)
        #expect(try amended(new) == nil, "once is enough")
    }

    @Test(
        "a shut window is never said to be told by what comes next or later: the kernel would refuse the connection",
        arguments: [next, 7, 0], [-1, 0, 1, 5000])
    func shutWindow(next: Int, ahead: Int) throws {
        let told = (next + ahead) & 0xFFFF_FFFF
        let old = image(options: 7, receiveScale: 10, next: next, windowSequence: told, receiveWindow: 0)
        let new = try amended(old)
        #expect((new == nil) == (ahead == -1))
        if let new { #expect(try entry(of: new).integer(13) == (next - 1) & 0xFFFF_FFFF) }
    }

    @Test(
        "the window is said to be told by what comes next, which no packet of CRIU's making does",
        arguments: [next - 1449, next + 1, 0, 5, 0xFFFF_FFFF], [next, 7, 0x3FFF, 0x1_0000])
    func windowSequence(told: Int, next: Int) throws {
        let old = image(options: 7, receiveScale: 10, next: next, windowSequence: told)
        let new = try #require(try amended(old))
        #expect(try entry(of: new).integer(13) == next)
        #expect(try entry(of: new).integer(8) == 10)
        #expect(try entry(of: new).integer(16) == 64240)
        #expect(Array(new.suffix(Self.queues.count)) == Self.queues)
        // Queues may be long: they are not written anew when that can be helped.
        if told > next { #expect(new.count == old.count) }
    }

    @Test("other connections stay as they are")
    func others() throws {
        #expect(try amended(image(options: 7, sendScale: 7, receiveScale: 10)) == nil)
    }

    @Test("what is cut off or no such image is left alone, whatever stands in it", arguments: 0..<100)
    func noise(_: Int) {
        let whole = image(options: 3)
        for length in 0..<whole.count - Self.queues.count {
            #expect(StreamImages.entries(Array(whole.prefix(length))) == nil)
        }
        // Reaching the end is what is tested: nothing traps.
        var broken = whole
        for _ in 0..<3 { broken[Int.random(in: broken.indices)] = UInt8.random(in: 0...255) }
        _ = StreamImages.entries(broken)
        let noise = (0..<40).map { _ in UInt8.random(in: 0...255) }
        _ = StreamImages.entries(whole.prefix(8) + [40, 0, 0, 0] + noise)
        _ = StreamImages.entries(whole.prefix(8) + noise)
    }

    @Test("only the images of the connections in question are touched; without a list, all that need it")
    func files() throws {
        let folder = try temporaryFolder()
        defer { try? FileTree.remove(folder) }
        let images = StreamImages(directory: folder)
        for name in ["tcp-stream-1f.img", "tcp-stream-20.img", "other-1f.img"] {
            try FileBytes.replace("\(folder)/\(name)", with: image(options: 3))
        }
        func isAmended(_ name: String) throws -> Bool {
            StreamImages.entries(try FileBytes.read("\(folder)/\(name)")) == nil
        }
        try images.amend([0x1F, 0x4711])
        #expect(try isAmended("tcp-stream-1f.img"))
        #expect(try !isAmended("tcp-stream-20.img"))
        try images.amend(nil)
        #expect(try isAmended("tcp-stream-20.img"))
        #expect(try !isAmended("other-1f.img"))
        #expect(FileTree.names(in: folder).count == 3)
    }

    @Test("the kernel says which are to be amended", .enabled(if: mayChangeNetworks))
    func kernel() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let address = NetworkFixture.address(ofHost: 0)
            let server = try await NetworkPeer.listener(in: world.hosts[0], address, port: 80)
            func connect() async throws -> (NetworkPeer, NetworkPeer) {
                let client = try await NetworkPeer.connection(in: world.hosts[0], to: address, port: 80)
                return (client, try await server.accept().peer)
            }
            let usual = try await connect()
            let ended = try await connect()
            ended.0.shutDownWriting()
            #expect(try await ended.1.receive() == "")
            _ = try await world.output("sysctl -w net.ipv4.tcp_window_scaling=0", in: world.hosts[0])
            let unscaled = try await connect()
            let found = try awaitingNetworkNamespace(world.hosts[0]) { () throws(NetlinkError) in
                try SocketDiagnosis().open().toAmend
            }
            #expect(found == Set(try [ended.1, unscaled.0, unscaled.1].map(inode)))
            withExtendedLifetime(usual) {}
        }
    }

    private func temporaryFolder() throws -> String {
        let folder = "\(NSTemporaryDirectory())relocate-streams-\(UInt32.random(in: 0 ... .max))"
        try FileTree.make(folder)
        return folder
    }

    private func inode(of peer: NetworkPeer) throws -> UInt32 {
        var status = stat()
        guard fstat(peer.descriptor, &status) == 0 else { throw PeerError.current }
        return UInt32(status.st_ino)
    }
}
