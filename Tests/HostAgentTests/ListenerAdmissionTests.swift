import FleetModel
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("Listeners of a container's processes", .enabled(if: mayChangeNetworks), .serialized)
struct ListenerAdmissionTests {
    /// Greets whom it accepts. The kernel is to keep clients from it until they have said something.
    private static let server = """
        import socket
        listener = socket.socket()
        listener.bind(("0.0.0.0", 8080))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
        listener.listen()
        clients = []
        while True:
            client, _ = listener.accept()
            client.sendall(b"welcome")
            clients.append(client)
        """

    @Test("hand over clients that have said nothing yet: what is not handed over cannot be carried")
    func deferred() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let network = try await world.hostNetwork(0)
            let stay = Stay(container: try ContainerName("shop"), arrival: nil)
            let address = try IPv4Address("10.88.0.7")
            let namespace = try await network.attach(stay, address: address)
            try await withProgram(
                "/usr/bin/nsenter", ["--net=\(namespace.path)", "python3", "-c", Self.server]
            ) { _ in
                try await eventually("the server listens") {
                    (try? await NetworkPeer.connection(in: world.hosts[0], to: address, port: 8080)) != nil
                }
                let early = try await NetworkPeer.connection(in: world.hosts[0], to: address, port: 8080)
                try await network.acceptAtOnce(stay)
                let client = try await NetworkPeer.connection(in: world.hosts[0], to: address, port: 8080)
                #expect(try await client.receive() == "welcome")
                try early.send("hello")
                #expect(try await early.receive() == "welcome")
            }
        }
    }
}
