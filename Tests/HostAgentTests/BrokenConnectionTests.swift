import FleetModel
import Foundation
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("Connections that are broken before their program has heard of it")
struct BrokenConnectionTests {
    @Test("they are told from those that have come to an orderly end", .enabled(if: mayChangeNetworks))
    func found() async throws {
        try await LoopbackListener.within("found") { listener in
            let folder = "\(NSTemporaryDirectory())relocate-broken-\(UInt32.random(in: 0 ... .max))"
            func pair() -> (client: LoopbackListener.Stream, server: LoopbackListener.Stream) {
                let client = listener.connect()
                return (client, listener.accept())
            }
            func reset(after end: Bool) -> LoopbackListener.Stream {
                let (client, server) = pair()
                client.write([1, 2, 3])
                if end { client.endWriting() }
                client.resetAtTheEnd()
                return server
            }
            func ended() -> LoopbackListener.Stream {
                let (client, server) = pair()
                client.write([1, 2, 3])
                client.endWriting()
                server.endWriting()
                return server
            }
            let open = pair()
            let (midway, late, whole) = (reset(after: false), reset(after: true), ended())
            for stream in [midway, late, whole] { stream.awaitTheEnd() }
            let next = midway.nextReceived
            let diagnosis: SocketDiagnosis
            do throws(NetlinkError) {
                diagnosis = try SocketDiagnosis()
            } catch {
                Issue.record(error)
                return
            }
            do {
                try FileTree.make(folder)
                defer { try? FileTree.remove(folder) }
                try FileBytes.replace(folder + "/files.img", with: [])
                for stream in [midway, late, whole] {
                    let inode = String(try stream.descriptor.inode(), radix: 16)
                    try FileBytes.replace("\(folder)/tcp-stream-\(inode).img", with: Self.image(next: next))
                }
                let dump = DumpDirectory(scratch: folder)
                func look() throws -> BrokenSockets {
                    BrokenSockets(of: [getpid()], except: try diagnosis.open().all, beside: diagnosis)
                }
                // To look takes nothing away.
                _ = try look()
                try look().add(to: dump, images: folder)
                let broken = try dump.brokenConnections()
                #expect(broken.map(\.sequence) == [next])
                #expect(broken.first?.local == TCPSocket.End(of: midway.descriptor))
                #expect(broken.first?.remote == TCPSocket.End(ofPeerOf: midway.descriptor))
            } catch {
                Issue.record(error)
            }
            withExtendedLifetime(open) {}
        }
    }

    @Test("a program reads what came before, and is told of the reset", .enabled(if: mayChangeNetworks))
    func reset() async throws {
        try await LoopbackListener.within("reset") { listener in
            func half() -> LoopbackListener.Stream {
                let client = listener.connect()
                client.write([1, 2, 3])
                client.vanishAtTheEnd()
                return listener.accept()
            }
            func connection(of stream: LoopbackListener.Stream, skipping bytes: UInt32) -> BrokenConnection? {
                guard let local = TCPSocket.End(of: stream.descriptor),
                    let remote = TCPSocket.End(ofPeerOf: stream.descriptor)
                else { return nil }
                return BrokenConnection(local: local, remote: remote, sequence: stream.nextReceived &+ bytes)
            }
            let (told, doubting, other) = (half(), half(), half())
            let broken = [connection(of: told, skipping: 0), connection(of: doubting, skipping: 1 << 30)].compactMap {
                $0
            }
            #expect(broken.count == 2)
            guard broken.count == 2 else { return }
            #expect(throws: Never.self) { try SocketDiagnosis().reset(broken, at: []) }
            #expect(told.readToTheEnd() == (3, ECONNRESET))
            #expect(doubting.readToTheEnd() == (3, ECONNABORTED), "the kernel does not believe it, but none hangs")
            #expect(other.error == 0)
        }
    }

    private static func image(next: UInt32) -> [UInt8] {
        var entry = ProtobufWriter()
        for (field, value) in [(1, 3), (2, Int(next)), (5, 7)] { entry.integer(field, value) }
        let magic: [UInt8] = [0x19, 0x43, 0x56, 0x54, 0x06, 0x55, 0x46, 0x51]
        return magic + [UInt8(entry.bytes.count), 0, 0, 0] + entry.bytes + [1, 2, 3]
    }
}
