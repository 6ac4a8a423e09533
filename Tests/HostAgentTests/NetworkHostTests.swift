import FleetModel
import Glibc
import RelocateTesting
import SystemSupport
import Testing

@testable import HostAgent

@Suite("A host's network in the kernel", .enabled(if: mayChangeNetworks), .serialized)
struct NetworkHostTests {
    let first = IPv4Address(number: 0x0A58_0007)  // 10.88.0.7
    let second = IPv4Address(number: 0x0A58_0008)
    let third = IPv4Address(number: 0x0A58_0009)

    private func stay(_ name: String, _ arrival: Int64? = nil) throws -> Stay {
        Stay(container: try ContainerName(name), arrival: arrival.map { RelocationID($0) })
    }

    @Test("datagrams that come during the hold are delivered, all of them and in order")
    func holdKeepsDatagrams() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
            for address in [first, second] {
                let server = try await NetworkPeer.datagrams(in: inside, address, port: 7)
                let client = try await NetworkPeer.datagrams(
                    in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 0)
                for number in 0..<150 { try client.send("\(number)", to: address, port: 7) }
                try await network.deliver(shop)
                for number in 0..<150 { #expect(try await server.receive() == "\(number)") }
                try await hold(shop, inside, world, addresses: [first, second])
            }
        }
    }

    /// A process in a network namespace of its own, as CRIU's first is in a restore; it is ended afterwards.
    private func withNewcomer(_ body: (pid_t) async throws -> Void) async throws {
        let process = try ChildProcess.spawn(["/usr/bin/unshare", "--net", "/bin/sleep", "1000"])
        let own = NetworkNamespace(path: "/proc/\(process)/ns/net")
        func end() {
            kill(process, SIGKILL)
            _ = ChildProcess.wait(for: process)
        }
        do {
            try await eventually("it has its namespace") { !own.isSame(as: .ofProcess) }
            try await body(process)
        } catch {
            end()
            throw error
        }
        end()
    }

    @Test(
        "packets wait for a container whose namespace does not exist yet, and are delivered, all of them and in order")
    func waitingApart() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first, second], via: NetworkFixture.address(ofHost: 0))
            let shop = try stay("shop", 1)
            let inside = try await network.expect(shop, oldAddresses: [first], newAddress: second)
            #expect(try await network.expect(shop, oldAddresses: [first], newAddress: second) == inside)
            let client = try await NetworkPeer.datagrams(in: world.gateway, NetworkFixture.gatewayAddress, port: 0)
            let here = try await NetworkPeer.datagrams(in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 0)
            for number in 0..<50 { try client.send("\(number)", to: first, port: 7) }
            try await withNewcomer { process in
                let doorway = try await network.doorway(of: shop)
                try await onOwnThread { () throws(StepFailure) in try doorway.takeIn(process) }
                let servers = [
                    try await NetworkPeer.datagrams(in: inside, first, port: 7),
                    try await NetworkPeer.datagrams(in: inside, second, port: 7),
                ]
                for number in 50..<100 { try client.send("\(number)", to: first, port: 7) }
                // What the host itself sends waits as well.
                for number in 0..<50 { try here.send("\(number)", to: second, port: 7) }
                try await network.unshield(shop)
                #expect(try await world.output("ip route show dev \(HoldLink.interface)", in: world.hosts[0]) != "")
                try await network.deliver(shop)
                for number in 0..<100 { #expect(try await servers[0].receive() == "\(number)") }
                for number in 0..<50 { #expect(try await servers[1].receive() == "\(number)") }
                try client.send("later", to: first, port: 7)
                #expect(try await servers[0].receive() == "later")
                for list in ["route", "neigh"] {
                    let left = try await world.output("ip \(list) show dev \(HoldLink.interface)", in: world.hosts[0])
                    #expect(left == "", "\(list): \(left)")
                }
            }
        }
    }

    @Test("a container that is restored where it has left, in a new namespace, hears and is heard again")
    func takenBack() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let network = try await world.hostNetwork(0)
            let shop = try stay("shop")
            let inside = try await network.attach(shop, address: first)
            _ = try await network.whenStill(shop)
            try await network.divert(shop)
            try await withNewcomer { process in
                let doorway = try await network.doorway(of: shop)
                try await onOwnThread { () throws(StepFailure) in try doorway.takeIn(process) }
                #expect(inside.isSame(as: NetworkNamespace(path: "/proc/\(process)/ns/net")))
                try await network.unshield(shop)
                try await network.reclaim(shop)
                let server = try await NetworkPeer.listener(in: inside, first, port: 8080)
                let client = try await NetworkPeer.connection(in: world.hosts[0], to: first, port: 8080)
                let (served, _) = try await server.accept()
                try served.send("again")
                #expect(try await client.receive() == "again")
                try await network.detach(shop)
            }
        }
    }

    @Test("of a container that was expected and does not come nothing is left")
    func expectedInVain() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let network = try await world.hostNetwork(0)
            let shop = try stay("shop", 1)
            let before = try await world.output("ip route", in: world.hosts[0])
            _ = try await network.expect(shop, oldAddresses: [first], newAddress: second)
            let here = try await NetworkPeer.datagrams(in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 0)
            try here.send("in vain", to: first, port: 7)
            let next = try await world.hostNetwork(0)
            #expect(await next.attachments().map(\.stay) == [shop])
            try await next.detach(shop)
            #expect(try await world.output("ip route", in: world.hosts[0]) == before)
            #expect(try await world.output("ip neigh show dev \(HoldLink.interface)", in: world.hosts[0]) == "")
            #expect(await next.attachments().isEmpty)
        }
    }

    @Test("during the hold nothing is on the container's link, whatever both ends send, and then all of it arrives")
    func silentHold() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first, second], via: NetworkFixture.address(ofHost: 0))
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
            let container = try await NetworkPeer.datagrams(in: inside, first, port: 7)
            let outside = try await NetworkPeer.datagrams(in: world.outside, NetworkFixture.outsideAddress, port: 9)
            let host = try await NetworkPeer.datagrams(in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 0)
            // The container asks for its router first: an answer, and even the question, would open the hold.
            for number in 0..<20 {
                try container.send("out \(number)", to: NetworkFixture.outsideAddress, port: 9)
                try host.send("in \(number)", to: first, port: 7)
                try host.send("new \(number)", to: second, port: 7)
            }
            let counters = "cat /proc/thread-self/net/dev"
            let frames = try await world.output(counters, in: inside).split(separator: "\n")
            let numbers = try #require(frames.first { $0.contains("eth0") }).split(separator: " ").dropFirst()
                .compactMap { Int($0) }
            #expect(numbers[1] == 0, "frames that came: \(numbers)")
            #expect(numbers[9] == 0, "frames that went: \(numbers)")
            let neighbours = try await world.output("ip neigh show dev \(shop.interfaceName)", in: world.hosts[0])
            #expect(!neighbours.contains("lladdr"), "\(neighbours)")

            try await network.deliver(shop)
            for number in 0..<20 {
                #expect(try await container.receive() == "in \(number)")
                #expect(try await outside.receive() == "out \(number)")
            }
        }
    }

    @Test("new connections wait at the destination while open ones go on at the source")
    func hushing() async throws {
        try await NetworkFixture.with { world in
            let source = try await world.hostNetwork(0)
            let destination = try await world.hostNetwork(1)
            let gateway = try await world.gatewayNetwork()
            let virtual = try IPv4Address("203.0.113.5")
            let here = NetworkFixture.address(ofHost: 0)
            let there = NetworkFixture.address(ofHost: 1)
            let ports = [PortMapping(port: 80, containerPort: 8080)]
            try await gateway.announce(
                AnnounceOrder(virtualAddress: virtual, address: first, via: here, ports: ports))
            let before = try await source.attach(try stay("shop"), address: first)
            let after = try await destination.prepare(try stay("shop", 1), oldAddresses: [first], newAddress: second)
            let old = try await NetworkPeer.listener(in: before, first, port: 8080)
            let open = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            let (served, _) = try await old.accept()

            try await gateway.hush([first], via: there)
            let late = try await NetworkPeer.stream(in: world.outside)
            try late.startConnecting(to: virtual, port: 80)
            try open.send("still here")
            #expect(try await served.receive() == "still here")

            let new = try await NetworkPeer.listener(in: after, first, port: 8080)
            try await gateway.route([first], via: there)
            try await destination.deliver(try stay("shop", 1))
            try await late.finishConnecting()
            _ = try await new.accept()

            try await gateway.hush([first], via: there)
            try await gateway.route([first], via: here)
            _ = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
            _ = try await old.accept()
        }
    }

    @Test("a move waits until the program has accepted who has connected, and says so when it does not")
    func settling() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let network = try await world.hostNetwork(0)
            let shop = try stay("shop")
            let inside = try await network.attach(shop, address: first)
            let server = try await NetworkPeer.listener(in: inside, first, port: 8080)
            try await network.settle(shop, rules: ConnectionRules())
            let clients = [
                try await NetworkPeer.connection(in: world.hosts[0], to: first, port: 8080),
                try await NetworkPeer.connection(in: world.hosts[0], to: first, port: 8080),
            ]
            let refusal = await #expect(throws: StepFailure.self) {
                try await network.settle(shop, rules: ConnectionRules(acceptQueue: .wait, acceptSeconds: 0.1))
            }
            #expect(refusal?.code == .clientsWaiting)
            #expect(refusal?.message.contains("2 clients") == true)
            try await network.settle(shop, rules: ConnectionRules(acceptQueue: .reset, acceptSeconds: 0.1))

            let patient = ConnectionRules(acceptQueue: .wait, acceptSeconds: 60)
            async let settled: Void = network.settle(shop, rules: patient)
            let accepted = [try await server.accept().peer, try await server.accept().peer]
            try await settled
            #expect(accepted.count == clients.count)
        }
    }

    @Test("a connection that the container has closed is served where it was, and nowhere reset")
    func parting() async throws {
        try await NetworkFixture.with { world in
            let source = try await world.hostNetwork(0)
            let destination = try await world.hostNetwork(1)
            let gateway = try await world.gatewayNetwork()
            let virtual = try IPv4Address("203.0.113.5")
            let here = NetworkFixture.address(ofHost: 0)
            let there = NetworkFixture.address(ofHost: 1)
            try await gateway.announce(
                AnnounceOrder(
                    virtualAddress: virtual, address: first, via: here,
                    ports: [PortMapping(port: 80, containerPort: 8080)]))
            let leaving = try stay("shop")
            let arriving = try stay("shop", 1)
            let before = try await source.attach(leaving, address: first)
            let after = try await destination.prepare(arriving, oldAddresses: [first], newAddress: second)
            let text = String(repeating: "0123456789", count: 40_000)
            var client: NetworkPeer?
            do {
                let server = try await NetworkPeer.listener(in: before, first, port: 8080)
                client = try await NetworkPeer.connection(in: world.outside, to: virtual, port: 80)
                let (served, _) = try await server.accept()
                served.keepSending(room: text.utf8.count)
                try served.send(text)
            }
            // The server has closed everything, and most of the text is still in its queue.
            try await gateway.route([first], via: there)
            let still = try await source.whenStill(leaving)
            try await source.divert(leaving)
            #expect(try still.fallSilent { $0 > 0 } == 0)
            let closing = try await source.keepClosing(leaving)
            #expect(closing.map(\.remoteAddress) == [NetworkFixture.outsideAddress])
            #expect(closing.first?.localPort == 8080)
            try await gateway.part(closing, via: here)
            // What the client sends meanwhile waits at the destination, whose stack has no socket for it.
            let begin = try await client?.receive(exactly: 1000) ?? ""
            try await destination.deliver(arriving, without: closing)
            try await source.detach(leaving)
            #expect(await source.attachments().isEmpty)
            let rest = try await client?.receive(exactly: text.utf8.count - 1000) ?? ""
            #expect(begin + rest == text)
            #expect(try await client?.receive() == "")
            client = nil
            try await eventually("what is left of it goes") {
                try await source.endLingering()
                return !before.exists
            }
            #expect(try await !world.output("ip rule", in: world.hosts[0]).contains("8200:"))
            _ = after
        }
    }

    @Test("a connection that is opened during the hold, and one that was open before, go on after it")
    func holdKeepsConnections() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            try await gateway.announce(
                AnnounceOrder(
                    virtualAddress: try IPv4Address("203.0.113.5"), address: first,
                    via: NetworkFixture.address(ofHost: 0), ports: [PortMapping(port: 80, containerPort: 8080)]))
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [], newAddress: first)
            let server = try await NetworkPeer.listener(in: inside, first, port: 8080)
            let client = try await NetworkPeer.stream(in: world.outside)
            try client.startConnecting(to: try IPv4Address("203.0.113.5"), port: 80)
            try await network.deliver(shop)
            try await client.finishConnecting()
            let (served, address) = try await server.accept()
            #expect(address == NetworkFixture.outsideAddress)

            try await hold(shop, inside, world, addresses: [first])
            let words = (0..<200).map { "word \($0);" }
            for word in words { try client.send(word) }
            try await network.deliver(shop)
            let expected = words.joined()
            #expect(try await served.receive(exactly: expected.utf8.count) == expected)
            try served.send("heard")
            #expect(try await client.receive() == "heard")
        }
    }

    @Test("a sealed address takes no new connection from the host or its containers, and keeps the open ones")
    func sealing() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first, second, third], via: NetworkFixture.address(ofHost: 0))
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
            try await network.deliver(shop)
            let neighbour = try await network.attach(try stay("other"), address: third)
            let server = try await NetworkPeer.listener(in: inside, IPv4Address(number: 0), port: 8080)
            let open = try await NetworkPeer.connection(in: world.gateway, to: first, port: 8080)
            let (served, _) = try await server.accept()

            try await network.seal(shop, oldAddresses: [first])

            await #expect(throws: PeerError.self) {
                _ = try await NetworkPeer.connection(in: neighbour, to: first, port: 8080)
            }
            await #expect(throws: PeerError(number: ECONNREFUSED)) {
                _ = try await NetworkPeer.connection(in: world.hosts[0], to: first, port: 8080)
            }
            try open.send("still here")
            #expect(try await served.receive() == "still here")
            _ = try await NetworkPeer.connection(in: world.gateway, to: second, port: 8080)
            await #expect(throws: StepFailure.self) { try await network.seal(shop, oldAddresses: [second]) }
        }
    }

    @Test("a client that has forgotten its connection, and comes again from its port, is served after a move")
    func forgetfulClient() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            let virtual = try IPv4Address("203.0.113.5")
            let place = NetworkFixture.address(ofHost: 0)
            func announcement(_ address: IPv4Address) -> AnnounceOrder {
                AnnounceOrder(
                    virtualAddress: virtual, address: address, via: place,
                    ports: [PortMapping(port: 80, containerPort: 8080)])
            }
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
            try await network.deliver(shop)
            try await gateway.route([first], via: place)
            try await gateway.announce(announcement(first))
            let server = try await NetworkPeer.listener(in: inside, IPv4Address(number: 0), port: 8080)
            let port: UInt16 = 40_000
            var client = try await NetworkPeer.connection(in: world.outside, from: port, to: virtual, port: 80)
            let (forgotten, _) = try await server.accept()
            try await gateway.announce(announcement(second))
            try await network.seal(shop, oldAddresses: [first])

            client.willVanish()
            client = try await NetworkPeer.stream(in: world.outside)
            client = try await NetworkPeer.connection(in: world.outside, from: port, to: virtual, port: 80)
            let (served, _) = try await server.accept()
            try served.send("welcome back")
            #expect(try await client.receive() == "welcome back")
            await #expect(throws: PeerError(number: ECONNRESET), "the client has no such connection") {
                _ = try await forgotten.receive()
            }
        }
    }

    @Test("an old address stays until no connection uses it, and then nothing of it is left")
    func idleAddresses() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first, second], via: NetworkFixture.address(ofHost: 0))
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
            try await network.deliver(shop)
            let server = try await NetworkPeer.listener(in: inside, IPv4Address(number: 0), port: 8080)
            var client: NetworkPeer? = try await NetworkPeer.connection(in: world.gateway, to: first, port: 8080)
            var served: NetworkPeer? = try await server.accept().peer
            #expect(try await network.dropIdleAddresses(shop) == [first], "not sealed yet")
            try await network.seal(shop, oldAddresses: [first])
            #expect(try await network.dropIdleAddresses(shop) == [first], "in use")

            client?.shutDownWriting()
            #expect(try await served?.receive() == "")
            #expect(try await network.dropIdleAddresses(shop) == [first], "half closed is in use")
            served = nil
            #expect(try await client?.receive() == "")
            client = nil
            try await eventually("they are given up") { try await network.dropIdleAddresses(shop).isEmpty }

            #expect(await network.attachments().map(\.retainedAddresses) == [[]])
            #expect(try await !world.output("ip route", in: world.hosts[0]).contains("\(first)"))
            #expect(try await !world.output("ip neigh", in: world.hosts[0]).contains("\(first)"))
            #expect(try await !world.output("nft list ruleset", in: world.hosts[0]).contains("\(first)"))
            #expect(try await !world.output("ip address", in: inside).contains("\(first)"))
            _ = try await NetworkPeer.connection(in: world.gateway, to: second, port: 8080)
        }
    }

    @Test("a connection that a server of IPv6 took over IPv4 keeps its address in use")
    func dualStack() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let network = try await world.hostNetwork(0)
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
            try await network.deliver(shop)
            let server = try await NetworkPeer.dualStackListener(in: inside, port: 8080)
            let client = try await NetworkPeer.connection(in: world.hosts[0], to: first, port: 8080)
            try await network.seal(shop, oldAddresses: [first])
            #expect(try await network.dropIdleAddresses(shop) == [first])
            let served = try await server.accept().peer
            try client.send("in use")
            #expect(try await served.receive() == "in use")
        }
    }

    @Test("a container cannot send from an address that is not its own")
    func spoofing() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first, second], via: NetworkFixture.address(ofHost: 0))
            let inside = try await network.attach(try stay("shop"), address: first)
            try await withNetworkNamespace(inside) { () throws(NetlinkError) in
                let socket = try NetlinkSocket()
                try socket.perform([.addAddress(second, link: try socket.requireLink(named: "eth0"))])
            }
            let outside = try await NetworkPeer.datagrams(in: world.outside, NetworkFixture.outsideAddress, port: 9)
            let liar = try await NetworkPeer.datagrams(in: inside, second, port: 9)
            let honest = try await NetworkPeer.datagrams(in: inside, first, port: 9)
            try liar.send("lie", to: NetworkFixture.outsideAddress, port: 9)
            try honest.send("truth", to: NetworkFixture.outsideAddress, port: 9)
            #expect(try await outside.receive() == "truth")
            #expect(try await world.output("nft list ruleset", in: world.hosts[0]).contains("\(first)"))
        }
    }

    @Test("a container reaches neither hosts nor other containers by their own addresses")
    func isolation() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let other = try await world.hostNetwork(1)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first, second], via: NetworkFixture.address(ofHost: 0))
            let shop = try await network.attach(try stay("shop"), address: first)
            let victim = try await network.attach(try stay("victim"), address: second)
            _ = other
            let services = [
                try await NetworkPeer.listener(in: victim, second, port: 80),
                try await NetworkPeer.listener(in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 80),
                try await NetworkPeer.listener(in: world.hosts[1], NetworkFixture.address(ofHost: 1), port: 80),
                try await NetworkPeer.listener(in: world.gateway, NetworkFixture.gatewayAddress, port: 80),
            ]
            // The last is where clouds tell their machines' secrets.
            let addresses = [
                second, NetworkFixture.address(ofHost: 1), NetworkFixture.gatewayAddress,
                try IPv4Address("169.254.169.254"),
            ]
            for address in addresses {
                await #expect(throws: PeerError.self, "\(address)") {
                    _ = try await NetworkPeer.connection(in: shop, to: address, port: 80)
                }
            }
            // The host drops what is for itself, so the refusal is silence; others must not have to wait for it.
            let knock = try await NetworkPeer.datagrams(in: shop, first, port: 9)
            let host = try await NetworkPeer.datagrams(in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 9)
            try knock.send("knock", to: NetworkFixture.address(ofHost: 0), port: 9)
            let local = try await NetworkPeer.datagrams(in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 0)
            try local.send("local", to: NetworkFixture.address(ofHost: 0), port: 9)
            #expect(try await host.receive() == "local")
            #expect(services.count == 4)
        }
    }

    @Test("packets for a container that leaves go back to the gateway, until it is reclaimed")
    func diverting() async throws {
        try await NetworkFixture.with { world in
            let source = try await world.hostNetwork(0)
            let destination = try await world.hostNetwork(1)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first], via: NetworkFixture.address(ofHost: 0))
            let leaving = try stay("shop")
            let before = try await source.attach(leaving, address: first)
            let after = try await destination.prepare(
                try stay("shop", 1), oldAddresses: [first], newAddress: second)
            try await destination.deliver(try stay("shop", 1))
            let old = try await NetworkPeer.datagrams(in: before, first, port: 7)
            let new = try await NetworkPeer.datagrams(in: after, first, port: 7)
            let client = try await NetworkPeer.datagrams(
                in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 0)

            try client.send("here", to: first, port: 7)
            #expect(try await old.receive() == "here")
            try await gateway.route([first], via: NetworkFixture.address(ofHost: 1))
            try await source.divert(leaving)
            try client.send("there", to: first, port: 7)
            #expect(try await new.receive() == "there")
            let outside = try await NetworkPeer.datagrams(in: world.outside, NetworkFixture.outsideAddress, port: 9)
            try old.send("last words", to: NetworkFixture.outsideAddress, port: 9)
            #expect(try await outside.receive() == "last words")
            try await source.reclaim(leaving)
            try client.send("back", to: first, port: 7)
            #expect(try await old.receive() == "back")
        }
    }

    @Test("a container cannot see by its packets' hops, nor by the host's complaints, where it is")
    func hops() async throws {
        try await NetworkFixture.with { world in
            let gateway = try await world.gatewayNetwork()
            let networks = [try await world.hostNetwork(0), try await world.hostNetwork(1)]
            var answers: [String] = []
            for (index, address) in [first, second].enumerated() {
                try await gateway.route([address], via: NetworkFixture.address(ofHost: index))
                let inside = try await networks[index].attach(try stay("shop\(index)"), address: address)
                for hops in [1, 2, 64] {
                    let ping = "busybox ping -c 1 -W 1 -t \(hops) \(NetworkFixture.outsideAddress)"
                    let answer = try await world.output(ping, in: inside)
                    #expect(answer.contains(" ttl=56 "), "\(hops): \(answer)")
                }
                for host in 0...1 {
                    let ping = "busybox ping -c 1 -W 1 \(NetworkFixture.address(ofHost: host))"
                    let answer = try await world.output(ping, in: inside)
                    #expect(answer.contains(" 0 packets received"), "\(host): \(answer)")
                }
                answers.append(try await world.output("python3 -c '\(Self.complaint)'", in: inside))
            }
            #expect(answers == ["169.254.1.1 3\n", "169.254.1.1 3\n"])
        }
    }

    /// Sends a datagram to where nothing may be sent, and prints who complains of it, and of what.
    private static let complaint = """
        import socket
        listener = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        listener.settimeout(5)
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("10.88.200.1", 9))
        packet, sender = listener.recvfrom(2000)
        print(sender[0], packet[20])
        """

    @Test("a container that opens connections without end has its share of the hosts' tables, and others go on")
    func connections() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let gateway = try await world.gatewayNetwork()
            try await gateway.route([first, second], via: NetworkFixture.address(ofHost: 0))
            let greedy = try await network.attach(try stay("greedy"), address: first)
            _ = try await world.output("python3 -c '\(Self.flood(20_000))'", in: greedy)
            // The rules are replaced; what was counted stays.
            let other = try await network.attach(try stay("other"), address: second)
            _ = try await world.output("python3 -c '\(Self.flood(20_000))'", in: greedy)
            for namespace in [world.hosts[0], world.gateway] {
                let tracked = try await world.trackedConnections(in: namespace)
                #expect((HostRules.mostConnections - 100...HostRules.mostConnections + 500).contains(tracked))
            }
            let outside = try await NetworkPeer.datagrams(in: world.outside, NetworkFixture.outsideAddress, port: 9)
            let peer = try await NetworkPeer.datagrams(in: other, second, port: 9)
            try peer.send("here", to: NetworkFixture.outsideAddress, port: 9)
            #expect(try await outside.receive() == "here")
        }
    }

    /// Sends a datagram to each of so many ports of the outside.
    private static func flood(_ count: Int) -> String {
        """
        import socket, time
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for port in range(20000, 20000 + \(count)):
            peer.sendto(b"x", ("\(NetworkFixture.outsideAddress)", port))
            if port % 100 == 0: time.sleep(0.001)
        """
    }

    @Test("what is under way when a container stands still reaches it, or leaves it, only when it goes on")
    func stillness() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let network = try await world.hostNetwork(0)
            let shop = try stay("shop")
            let inside = try await network.attach(shop, address: first)
            let server = try await NetworkPeer.listener(in: inside, first, port: 8080)
            let client = try await NetworkPeer.connection(in: world.hosts[0], to: first, port: 8080)
            let (served, _) = try await server.accept()
            let still = try await network.whenStill(shop)
            // Its routes stay: what comes now could have been let pass before they were taken away.
            #expect(try still.fallSilent { $0 > 0 } == 0)
            try client.send("late")
            try served.send("early")
            let another = try await NetworkPeer.stream(in: world.hosts[0])
            try another.startConnecting(to: first, port: 8080)
            #expect(served.unread == 0 && client.unread == 0)
            #expect(try still.fallSilent { $0 > 0 } == 0)
            try await network.reclaim(shop)
            #expect(try await served.receive() == "late")
            #expect(try await client.receive() == "early")
            try await another.finishConnecting()
            #expect(try still.fallSilent { $0 > 0 } == 1, "it waits to be accepted")
            try client.send("later")
            #expect(try await served.receive() == "later", "where too many wait everything passes again")
        }
    }

    @Test("detaching leaves nothing, and may be repeated")
    func detaching() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let before = try await traces(world)
            for round in 1...2 {
                let shop = try stay("shop", Int64(round))
                _ = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
                try await network.deliver(shop)
                try await network.seal(shop, oldAddresses: [first])
                #expect(try await traces(world) != before)
                try await network.detach(shop)
                try await network.detach(shop)
                let after = try await traces(world)
                #expect(after == before)
            }
            #expect(await network.attachments().isEmpty)
        }
    }

    @Test("an agent that starts again knows everything, and removes what was half made")
    func restart() async throws {
        try await NetworkFixture.with { world in
            let network = try await world.hostNetwork(0)
            let shop = try stay("shop", 1)
            let inside = try await network.prepare(shop, oldAddresses: [first], newAddress: second)
            let known = await network.attachments()
            let store = try AttachmentStore(directory: "\(world.directory)/state0")
            var half = try #require(try store.load().first)
            let broken = Attachment(
                stay: try stay("broken"), namespace: NetworkNamespace(path: "\(world.directory)/netns0/broken.0"),
                interface: try stay("broken").interfaceName, innerAddress: half.innerAddress,
                outerAddress: half.outerAddress, address: third, retained: [], phase: .building)
            try await broken.namespace.create()
            try store.save(broken)

            let next = try await world.hostNetwork(0)
            #expect(await next.attachments() == known)
            #expect(!broken.namespace.exists)
            #expect(try await next.prepare(shop, oldAddresses: [first], newAddress: second) == inside)
            let server = try await NetworkPeer.datagrams(in: inside, second, port: 7)
            let client = try await NetworkPeer.datagrams(
                in: world.hosts[0], NetworkFixture.address(ofHost: 0), port: 0)
            try client.send("waits", to: second, port: 7)
            try await next.deliver(shop)
            #expect(try await server.receive() == "waits")
            half = try #require(try store.load().first)
            #expect(half.phase == .delivering)
        }
    }

    @Test("what is not there is said to be not there")
    func absence() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let network = try await world.hostNetwork(0)
            let nobody = try stay("nobody", 3)
            await #expect(
                throws: StepFailure(code: .notHere, message: "the network of this host has nothing of nobody.3")
            ) {
                try await network.deliver(nobody)
            }
        }
    }

    // MARK: Parts

    /// Puts an attachment back into the hold, as if its container were still on its way.
    private func hold(
        _ stay: Stay, _ inside: NetworkNamespace, _ world: NetworkFixture, addresses: [IPv4Address]
    ) async throws {
        try await withNetworkNamespace(inside) { () throws(NetlinkError) in
            try Sysctl("ipv4/conf/all/arp_ignore", 8).apply()
        }
        try await withNetworkNamespace(world.hosts[0]) { () throws(NetlinkError) in
            let socket = try NetlinkSocket()
            let link = try socket.requireLink(named: stay.interfaceName)
            try socket.perform(addresses.map { .deleteNeighbour($0, link: link) })
        }
    }

    private func traces(_ world: NetworkFixture) async throws -> [String] {
        var traces: [String] = []
        for command in ["ip -o link", "ip route", "ip neigh show nud permanent", "nft list ruleset"] {
            traces.append(try await world.output(command, in: world.hosts[0]))
        }
        return traces + [
            try await world.output("ls \(world.directory)/netns0 \(world.directory)/state0", in: world.hosts[0])
        ]
    }
}
