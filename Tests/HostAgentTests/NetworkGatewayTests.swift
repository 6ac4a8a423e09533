import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("A gateway's network in the kernel", .enabled(if: mayChangeNetworks), .serialized)
struct NetworkGatewayTests {
    let first = IPv4Address(number: 0x0A58_0007)  // 10.88.0.7
    let second = IPv4Address(number: 0x0A58_0008)
    let virtual = IPv4Address(number: 0xCB00_7105)  // 203.0.113.5

    private func stay(_ name: String) throws -> Stay { Stay(container: try ContainerName(name), arrival: nil) }

    private func announcement(
        _ address: IPv4Address, host: Int, ports: [PortMapping] = [PortMapping(port: 80, containerPort: 8080)]
    ) -> AnnounceOrder {
        AnnounceOrder(
            virtualAddress: virtual, address: address, via: NetworkFixture.address(ofHost: host), ports: ports)
    }

    /// A container on the first host that is led to, and serves.
    private struct Shop {
        let host: KernelHostNetwork
        var gateway: KernelGatewayNetwork
        let namespace: NetworkNamespace
        let server: NetworkPeer
    }

    private func openShop(in world: NetworkFixture) async throws -> Shop {
        let host = try await world.hostNetwork(0)
        let gateway = try await world.gatewayNetwork()
        let namespace = try await host.attach(try stay("shop"), address: first)
        try await gateway.announce(announcement(first, host: 0))
        return Shop(
            host: host, gateway: gateway, namespace: namespace,
            server: try await NetworkPeer.listener(in: namespace, first, port: 8080))
    }

    @Test("clients reach a virtual address, and containers reach the outside under the gateway's address")
    func bothWays() async throws {
        try await NetworkFixture.with { world in
            let shop = try await openShop(in: world)
            let client = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            let (served, address) = try await shop.server.accept()
            #expect(address == NetworkFixture.outsideAddress)
            try served.send("welcome")
            #expect(try await client.receive() == "welcome")

            let web = try await NetworkPeer.listener(in: world.outside, NetworkFixture.outsideAddress, port: 80)
            _ = try await NetworkPeer.connection(in: shop.namespace, to: NetworkFixture.outsideAddress, port: 80)
            #expect(try await web.accept().client == (try IPv4Address("198.51.100.1")))
        }
    }

    @Test("a virtual address to which connections are opened without end has its share of the gateway's table")
    func connections() async throws {
        try await NetworkFixture.with { world in
            let gateway = try await world.gatewayNetwork()
            // Nobody is there to answer.
            try await gateway.announce(announcement(first, host: 0))
            let flood = """
                import socket
                for port in range(20000, 60000):
                    peer = socket.socket(); peer.setblocking(False); peer.bind(("\(NetworkFixture.outsideAddress)", port))
                    peer.connect_ex(("\(virtual)", 80)); peer.close()
                """
            _ = try await world.output("python3 -c '\(flood)'", in: world.outside)
            let tracked = try await world.trackedConnections(in: world.gateway)
            #expect((GatewayRules.mostConnections - 100...GatewayRules.mostConnections + 500).contains(tracked))
        }
    }

    @Test("what is cut off reaches nobody and is reached by nobody, open connections included, until it is let pass")
    func fence() async throws {
        try await NetworkFixture.with { world in
            var shop = try await openShop(in: world)
            let client = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            let (served, _) = try await shop.server.accept()
            try served.send("welcome")
            #expect(try await client.receive() == "welcome")

            try await shop.gateway.fence([first, second])
            // A second time it changes nothing, and an agent that comes back leaves it as it is.
            try await shop.gateway.fence([first, second])
            shop.gateway = try await world.gatewayNetwork()
            try client.send("is anybody there?")
            await #expect(throws: (any Error).self) { _ = try await client.receive() }
            let refusal = await #expect(throws: PeerError.self) {
                _ = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            }
            #expect(refusal?.number == ECONNREFUSED)
            let web = try await NetworkPeer.listener(in: world.outside, NetworkFixture.outsideAddress, port: 80)
            let seeking = try await NetworkPeer.stream(in: shop.namespace)
            try seeking.startConnecting(to: NetworkFixture.outsideAddress, port: 80)

            // Who was held back tries again, and comes through.
            try await shop.gateway.fence([second])
            try await seeking.finishConnecting()
            _ = try await web.accept()
            let next = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            let (again, _) = try await shop.server.accept()
            try again.send("welcome")
            #expect(try await next.receive() == "welcome")
        }
    }

    @Test("a gateway keeps half-closed connections as long as open ones, and says how full its table is")
    func halfClosed() async throws {
        try await NetworkFixture.with { world in
            let shop = try await openShop(in: world)
            let client = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            let (served, _) = try await shop.server.accept()
            try client.send("question")
            client.shutDownWriting()
            #expect(try await served.receive() == "question")
            #expect(try await served.receive() == "")
            var line: Substring?
            try await eventually("the kernel has seen the server's answer to that") {
                let tracked = try await world.output("cat /proc/thread-self/net/nf_conntrack", in: world.gateway)
                line = tracked.split(separator: "\n").first { $0.contains("CLOSE_WAIT") }
                return line != nil
            }
            let seconds = try #require(line.flatMap { Int($0.split(separator: " ")[4]) })
            #expect(seconds > 86400, "\(line ?? "")")
            try served.send("answer")
            #expect(try await client.receive() == "answer")
            let table = try await withNetworkNamespace(world.gateway) { () throws(NetlinkError) in
                Sysctl.connectionTable
            }
            #expect(try #require(table).count >= 1)
            #expect(try #require(table).share < 0.8)
        }
    }

    @Test("a client that began to connect before a move, and found no room, comes to the new address")
    func lateHandshake() async throws {
        try await NetworkFixture.with { world in
            let host = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            let shop = Stay(container: try ContainerName("shop"), arrival: RelocationID(1))
            let inside = try await host.prepare(shop, oldAddresses: [first], newAddress: second)
            try await gateway.announce(announcement(first, host: 0))
            // Its first packet waits in the hold, and is then lost, as one that finds a full queue is.
            let client = try await NetworkPeer.stream(in: world.outside)
            try client.startConnecting(to: virtual, port: 80)
            _ = try await world.output(
                "nft 'add table ip lossy; "
                    + "add chain ip lossy in { type filter hook prerouting priority 0; }; "
                    + "add rule ip lossy in ip daddr \(first) drop'", in: inside)
            try await host.deliver(shop)
            let server = try await NetworkPeer.listener(in: inside, IPv4Address(number: 0), port: 8080)
            try await gateway.announce(announcement(second, host: 0))
            try await host.seal(shop, oldAddresses: [first])
            // A second later the client tries again.
            try await client.finishConnecting()
            let (served, _) = try await server.accept()
            try client.send("here")
            #expect(try await served.receive() == "here")
        }
    }

    @Test("a client who has been answered is connected, however far away he is, and wherever new ones are led")
    func farClient() async throws {
        try await NetworkFixture.with { world in
            let shop = try await openShop(in: world)
            // His answers are lost on their way, until the container repeats its own.
            let outside = Nft(namespace: world.outside)
            try await outside.apply(
                """
                table ip far {
                    chain leaving {
                        type filter hook output priority filter; policy accept;
                        tcp flags & (syn | ack) == ack drop
                    }
                }
                """, for: "distance")
            let client = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            try await shop.gateway.announce(announcement(second, host: 1))
            try await outside.apply("delete table ip far", for: "distance")
            try client.send("from far away")
            let (served, _) = try await shop.server.accept()
            #expect(try await served.receive() == "from far away")
            try served.send("welcome")
            #expect(try await client.receive() == "welcome")
        }
    }

    @Test("a client that uses a port again is not led to the address to which it led before, once that is given up")
    func portUsedAgain() async throws {
        try await NetworkFixture.with { world in
            let shop = try await openShop(in: world)
            do {
                let client = try await NetworkPeer.connection(in: world.outside, from: 4000, to: virtual, port: 80)
                _ = try await shop.server.accept()
                // It ends as with its machine: the gateway does not see it.
                client.willVanish()
            }
            let next = try await shop.host.attach(try stay("next"), address: second)
            try await shop.gateway.announce(announcement(second, host: 0))
            try await shop.gateway.unroute([first])
            let listener = try await NetworkPeer.listener(in: next, second, port: 8080)
            let client = try await NetworkPeer.connection(in: world.outside, from: 4000, to: virtual, port: 80)
            let (served, _) = try await listener.accept()
            try served.send("welcome")
            #expect(try await client.receive() == "welcome")
        }
    }

    @Test(
        "a connection that stays behind outlives its address, though nothing was sent meanwhile",
        arguments: [false, true])
    func staysBehind(isOutgoing: Bool) async throws {
        try await NetworkFixture.with { world in
            let here = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            _ = try await world.hostNetwork(1).attach(try stay("shop"), address: second)
            let gateway = try await world.gatewayNetwork()
            try await gateway.announce(announcement(first, host: 0))
            let outside = NetworkFixture.outsideAddress
            let inside: NetworkPeer
            let client: NetworkPeer
            let connection: TCPConnection
            if isOutgoing {
                let web = try await NetworkPeer.listener(in: world.outside, outside, port: 80)
                inside = try await NetworkPeer.connection(in: here, from: 3000, to: outside, port: 80)
                client = try await web.accept().peer
                connection = TCPConnection(
                    localAddress: first, localPort: 3000, remoteAddress: outside, remotePort: 80)
            } else {
                let server = try await NetworkPeer.listener(in: here, first, port: 8080)
                client = try await NetworkPeer.connection(in: world.outside, from: 4000, to: virtual, port: 80)
                inside = try await server.accept().peer
                connection = TCPConnection(
                    localAddress: first, localPort: 8080, remoteAddress: outside, remotePort: 4000)
            }
            try await gateway.part([connection], via: NetworkFixture.address(ofHost: 0))
            try await gateway.announce(announcement(second, host: 1))
            try await gateway.unroute([first])
            try client.send("still there?")
            #expect(try await inside.receive() == "still there?")
            try inside.send("yes")
            #expect(try await client.receive() == "yes")
        }
    }

    @Test("a client that has forgotten a connection which stayed behind comes again from its port, and is served")
    func forgottenBehind() async throws {
        try await NetworkFixture.with { world in
            let here = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            let there = try await world.hostNetwork(1).attach(try stay("shop"), address: second)
            let gateway = try await world.gatewayNetwork()
            try await gateway.announce(announcement(first, host: 0))
            let before = try await NetworkPeer.listener(in: here, first, port: 8080)
            let after = try await NetworkPeer.listener(in: there, second, port: 8080)
            var client = try await NetworkPeer.connection(in: world.outside, from: 4000, to: virtual, port: 80)
            let left = try await before.accept().peer
            try await gateway.part(
                [
                    TCPConnection(
                        localAddress: first, localPort: 8080, remoteAddress: NetworkFixture.outsideAddress,
                        remotePort: 4000)
                ], via: NetworkFixture.address(ofHost: 0))
            try await gateway.announce(announcement(second, host: 1))
            try await gateway.unroute([first])

            client.willVanish()
            client = try await NetworkPeer.stream(in: world.outside)
            client = try await NetworkPeer.connection(in: world.outside, from: 4000, to: virtual, port: 80)
            let served = try await after.accept().peer
            try served.send("welcome back")
            #expect(try await client.receive() == "welcome back")
            await #expect(throws: PeerError(number: ECONNRESET)) { _ = try await left.receive() }
        }
    }

    @Test("containers reach other containers' virtual addresses and their own")
    func hairpin() async throws {
        try await NetworkFixture.with { world in
            let gateway = try await world.gatewayNetwork()
            let near = try await world.hostNetwork(0)
            let far = try await world.hostNetwork(1)
            let shop = try await near.attach(try stay("shop"), address: first)
            let neighbour = try await near.attach(try stay("neighbour"), address: second)
            let remote = try await far.attach(try stay("remote"), address: try IPv4Address("10.88.0.9"))
            try await gateway.route([second], via: NetworkFixture.address(ofHost: 0))
            try await gateway.route([try IPv4Address("10.88.0.9")], via: NetworkFixture.address(ofHost: 1))
            try await gateway.announce(announcement(first, host: 0))
            let server = try await NetworkPeer.listener(in: shop, first, port: 8080)
            for namespace in [shop, neighbour, remote] {
                let client = try await NetworkPeer.connection(in: namespace, to: virtual, port: 80)
                let (served, address) = try await server.accept()
                #expect(address == NetworkFixture.gatewayAddress)
                try served.send("welcome")
                #expect(try await client.receive() == "welcome")
            }
        }
    }

    @Test("a switched virtual address takes new connections along and leaves open ones where they are")
    func switching() async throws {
        try await NetworkFixture.with { world in
            let gateway = try await world.gatewayNetwork()
            let here = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            let there = try await world.hostNetwork(1).attach(try stay("shop"), address: second)
            let old = try await NetworkPeer.listener(in: here, first, port: 8080)
            let new = try await NetworkPeer.listener(in: there, second, port: 9090)
            try await gateway.announce(announcement(first, host: 0))
            let client = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            let (served, _) = try await old.accept()

            let ports = [PortMapping(port: 80, containerPort: 9090), PortMapping(port: 81, containerPort: 9090)]
            try await gateway.announce(announcement(second, host: 1, ports: ports))
            try await gateway.announce(announcement(second, host: 1, ports: ports))
            try client.send("old")
            #expect(try await served.receive() == "old")
            for port: UInt16 in [80, 81] {
                _ = try await NetworkPeer.connection(in: world.outside, to: virtual, port: port)
                _ = try await new.accept()
            }
        }
    }

    @Test("a port that nothing is mapped to is refused at once, before and after there was a mapping")
    func unmapped() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let gateway = try await world.gatewayNetwork()
            let shop = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            let server = try await NetworkPeer.listener(in: shop, first, port: 8080)
            try await gateway.announce(announcement(first, host: 0))
            _ = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            _ = try await server.accept()
            let withdrawal = WithdrawOrder(virtualAddress: virtual, ports: [], addresses: [first])
            try await gateway.withdraw(withdrawal)
            try await gateway.withdraw(withdrawal)
            #expect(try await !world.output("ip route", in: world.gateway).contains("\(first)"))
            try await gateway.route([first], via: NetworkFixture.address(ofHost: 0))
            for port: UInt16 in [80, 81] {
                for namespace in [world.outside, shop] {
                    await #expect(throws: PeerError(number: ECONNREFUSED)) {
                        _ = try await NetworkPeer.connection(in: namespace, to: virtual, port: port)
                    }
                }
            }
        }
    }

    @Test("clients outside cannot speak to a container's own address")
    func direct() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let gateway = try await world.gatewayNetwork()
            let shop = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            try await gateway.announce(announcement(first, host: 0))
            let server = try await NetworkPeer.datagrams(in: shop, first, port: 7)
            let client = try await NetworkPeer.datagrams(in: world.outside, NetworkFixture.outsideAddress, port: 0)
            let inside = try await NetworkPeer.datagrams(in: world.gateway, NetworkFixture.gatewayAddress, port: 0)
            try client.send("from outside", to: first, port: 7)
            try inside.send("from inside", to: first, port: 7)
            #expect(try await server.receive() == "from inside")
        }
    }

    @Test("replacing a route moves an address to another host")
    func routing() async throws {
        try await NetworkFixture.with { world in
            let gateway = try await world.gatewayNetwork()
            let here = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            let there = try await world.hostNetwork(1).attach(try stay("shop"), address: first)
            let servers = [
                try await NetworkPeer.datagrams(in: here, first, port: 7),
                try await NetworkPeer.datagrams(in: there, first, port: 7),
            ]
            let client = try await NetworkPeer.datagrams(in: world.gateway, NetworkFixture.gatewayAddress, port: 0)
            for host in [0, 1, 0] {
                try await gateway.route([first], via: NetworkFixture.address(ofHost: host))
                try client.send("to \(host)", to: first, port: 7)
                #expect(try await servers[host].receive() == "to \(host)")
            }
            try await gateway.unroute([first])
            try await gateway.unroute([first])
            #expect(throws: PeerError.self) { try client.send("nowhere", to: first, port: 7) }
        }
    }

    @Test("a gateway learns where many containers are with one order, and forgets as many with one")
    func many() async throws {
        try await NetworkFixture.with { world in
            let gateway = try await world.gatewayNetwork()
            let place = NetworkFixture.address(ofHost: 0)
            let shop = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            let others = (0..<600).map { IPv4Address(number: 0x0A58_1000 + UInt32($0)) }
            let announcements = (100..<200).map { number in
                AnnounceOrder(
                    virtualAddress: IPv4Address(number: 0xCB00_7100 + UInt32(number)), address: others[number],
                    via: place, ports: [PortMapping(port: 80, containerPort: 8080)])
            }
            let order = RememberOrder(
                routes: [RouteOrder(addresses: others + [first], via: place)],
                announcements: announcements + [announcement(first, host: 0)])
            // What it knows already is no obstacle.
            for _ in 0..<2 { try await gateway.remember(order) }
            let server = try await NetworkPeer.listener(in: shop, first, port: 8080)
            let client = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            let (served, _) = try await server.accept()
            try served.send("welcome")
            #expect(try await client.receive() == "welcome")
            func routes() async throws -> Int {
                try await world.output("ip route show proto 82", in: world.gateway).split(separator: "\n")
                    .count { $0.hasPrefix("10.88.16.") || $0.hasPrefix("10.88.17.") || $0.hasPrefix("10.88.18.") }
            }
            #expect(try await routes() == 600)
            try await gateway.unroute(others)
            #expect(try await routes() == 0)
        }
    }

    @Test("an agent that starts again keeps what was announced, and can change it")
    func restart() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let shop = try await world.hostNetwork(0).attach(try stay("shop"), address: first)
            let server = try await NetworkPeer.listener(in: shop, first, port: 8080)
            try await world.gatewayNetwork().announce(announcement(first, host: 0))
            let next = try await world.gatewayNetwork()
            _ = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            _ = try await server.accept()
            try await next.announce(
                announcement(first, host: 0, ports: [PortMapping(port: 443, containerPort: 8080)]))
            _ = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 443)
            await #expect(throws: PeerError(number: ECONNREFUSED)) {
                _ = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            }
        }
    }

    @Test("a refusal of the kernel names the route and gives the kernel's words")
    func refusal() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let gateway = try await world.gatewayNetwork()
            let failure = await #expect(throws: StepFailure.self) {
                try await gateway.route([first], via: try IPv4Address("192.0.2.77"))
            }
            #expect(failure?.code == .networkFailed)
            #expect(failure?.description == "route 10.88.0.7/32: Network is unreachable (Nexthop has invalid gateway)")
        }
    }
}
