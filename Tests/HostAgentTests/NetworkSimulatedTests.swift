import FleetModel
import Testing

@testable import HostAgent

@Suite("Simulated networks")
struct NetworkSimulatedTests {
    let first = IPv4Address(number: 0x0A58_0007)
    let second = IPv4Address(number: 0x0A58_0008)

    @Test("addresses are kept as told, and sealed ones are dropped")
    func host() async throws {
        let network = SimulatedHostNetwork()
        let shop = Stay(container: try ContainerName("shop"), arrival: RelocationID(4))
        let namespace = try await network.prepare(shop, oldAddresses: [first, second], newAddress: second)
        let expected = NetworkAttachment(
            stay: shop, namespace: namespace, address: second, retainedAddresses: [first])
        #expect(await network.attachments() == [expected])
        try await network.deliver(shop)
        #expect(try await network.dropIdleAddresses(shop) == [first])
        try await network.seal(shop, oldAddresses: [first])
        #expect(try await network.dropIdleAddresses(shop).isEmpty)
        try await network.detach(shop)
        try await network.detach(shop)
        #expect(await network.attachments().isEmpty)
        await #expect(throws: StepFailure.self) { try await network.divert(shop) }
    }

    @Test("routes and announcements are kept until they are withdrawn")
    func gateway() async throws {
        let network = SimulatedGatewayNetwork()
        let host = IPv4Address(number: 0x0AD5_000B)
        let order = AnnounceOrder(
            virtualAddress: IPv4Address(number: 0xCB00_7105), address: first, via: host,
            ports: [PortMapping(port: 80, containerPort: 8080)])
        try await network.announce(order)
        try await network.route([second], via: host)
        #expect(network.snapshot.routes == [first: host, second: host])
        #expect(network.snapshot.announced == [order.virtualAddress: order])
        try await network.withdraw(
            WithdrawOrder(virtualAddress: order.virtualAddress, ports: order.ports, addresses: [first]))
        try await network.unroute([second])
        #expect(network.snapshot == SimulatedGatewayNetwork.State())
    }

    @Test("the map of virtual addresses is read as nftables lists it")
    func listing() throws {
        let text = """
            {"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}, {"map": {"family": "ip",
            "name": "vips", "table": "relocate_gateway", "type": ["ipv4_addr", "inet_service"], "handle": 1,
            "map": ["ipv4_addr", "inet_service"], "elem": [
            [{"concat": ["203.0.113.5", 80]}, {"concat": ["10.88.0.7", 8080]}],
            [{"concat": ["203.0.113.5", 443]}, {"concat": ["10.88.0.7", 8443]}]]}}]}
            """
        var map = try VirtualAddressMap(listing: text)
        let address = try IPv4Address("203.0.113.5")
        #expect(map.ports == [address: [80, 443]])
        #expect(
            map.announce(
                AnnounceOrder(
                    virtualAddress: address, address: second, via: first,
                    ports: [PortMapping(port: 80, containerPort: 90)])) == """
                    delete element ip relocate_gateway vips { 203.0.113.5 . 80 }
                    delete element ip relocate_gateway vips { 203.0.113.5 . 443 }
                    add element ip relocate_gateway vips { 203.0.113.5 . 80 : 10.88.0.8 . 90 }

                    """)
        #expect(map.ports == [address: [80]])
        #expect(map.withdraw(first).isEmpty)
    }
}
