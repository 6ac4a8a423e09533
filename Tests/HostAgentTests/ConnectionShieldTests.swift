import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("The shield of a container's connections")
struct ConnectionShieldTests {
    /// The kernel goes on while the processes of a container stand still. What it took in at an end that was written down
    /// already, and confirmed to the other, was in neither, and both waited for ever.
    @Test(
        "what is sent while a container's sockets are written down is taken in, and confirmed, only afterwards",
        .enabled(if: mayChangeNetworks), arguments: [AF_INET, AF_INET6])
    func silence(family: Int32) async throws {
        let namespace = NetworkNamespace(path: "/run/rl-test-\(getpid())-silence-\(family)")
        try await namespace.create()
        do {
            let (shield, client, server) = try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
                let links = try NetlinkSocket()
                try links.perform([.setUp(try links.requireLink(named: "lo"), name: "lo")])
                let listener = try LoopbackListener(family)
                let client = listener.connect()
                return (try ConnectionShield(outward: "lo"), client, listener.accept())
            }
            client.write([1, 2, 3])
            #expect(server.unread == 3)
            try shield.silence()
            client.write([4, 5])
            server.write([6])
            #expect(server.unread == 3 && client.unread == 0)
            try shield.lower()
            try await eventually("what was sent meanwhile comes") { server.unread == 5 && client.unread == 1 }
        } catch {
            try namespace.remove()
            throw error
        }
        try namespace.remove()
    }
}
