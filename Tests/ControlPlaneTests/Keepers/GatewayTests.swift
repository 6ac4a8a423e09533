import FleetCore
import FleetModel
import Testing

@testable import ControlPlane

@Suite("What the gateway is told to cut off")
struct FenceKeeperTests {
    private let addresses = [IPv4Address(number: 0x0A58_0101), IPv4Address(number: 0x0A58_0102)]

    private func lose(_ desk: Desk, _ fenced: [IPv4Address]) async throws {
        try await desk.set("host1") { host in
            host.state = .lost
            host.loss = HostLoss(declaredAt: .now, declaredBy: "ann", reason: "burnt", fenced: fenced)
        }
    }

    @Test("all of it at once, in order, and it counts as told until something else is to be cut off")
    func tell() async throws {
        try await Desk.with { desk in
            #expect(await !desk.fences.isUpToDate, "nobody was told yet")
            try await lose(desk, addresses.reversed())
            #expect(try await desk.fences.tell() == Set(addresses))
            #expect(desk.script.orders("fence") == [.fence(FenceOrder(addresses: addresses))])
            #expect(await desk.fences.isUpToDate)
            try await lose(desk, [addresses[0]])
            #expect(await !desk.fences.isUpToDate)
        }
    }

    @Test("what the gateway refuses is not confirmed, and without one nothing is")
    func refused() async throws {
        try await Desk.with(hosts: 1) { desk in
            desk.script.fail("fence", .networkFailed, "nft said no")
            let error = await #expect(throws: FleetError.self) { try await desk.fences.tell() }
            #expect(error?.description == "gateway: nft said no")
            #expect(await !desk.fences.isUpToDate)
            let gateway = try HostName(Desk.gateway)
            try await desk.change { $0.record(.hostForgotten(gateway)) }
            await #expect(throws: FleetError.conflict("no gateway has enrolled")) { try await desk.fences.tell() }
        }
    }

    @Test("of two who tell it at once neither may say what holds: nobody knows which order came last")
    func twice() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await lose(desk, addresses)
            desk.script.reply(to: "fence", .silence)
            async let first = desk.fences.tell()
            try await desk.script.heard("fence")
            #expect(try await desk.fences.tell() == nil)
            // The first is answered when the gateway's stream is opened anew.
            desk.script.connect(try HostName(Desk.gateway))
            #expect(try await first == nil)
            #expect(await !desk.fences.isUpToDate)
            #expect(try await desk.fences.tell() == Set(addresses))
        }
    }
}

@Suite("What a gateway that has enrolled must know")
struct GatewayMemoryTests {
    private func memory(_ desk: Desk) -> GatewayMemory {
        GatewayMemory(fleet: desk.fleet, agents: desk.agents, fences: desk.fences, logger: desk.logger)
    }

    /// Tells the gateway everything in a session of its own.
    private func restore(_ desk: Desk) async throws {
        let gateway = try HostName(Desk.gateway)
        desk.script.forget()
        await memory(desk).restore(to: gateway, in: desk.script.connect(gateway))
    }

    /// What the gateway was told of containers, order by order.
    private func told(_ desk: Desk) -> [RememberOrder] {
        desk.script.orders("remember").compactMap { if case .remember(let order) = $0 { order } else { nil } }
    }

    @Test("first what is cut off, then the way to each container that runs and is settled")
    func all() async throws {
        try await Desk.with { desk in
            let old = IPv4Address(number: 0x0A58_0501)
            try await desk.add("shop") { $0.retainedAddresses = [old] }
            try await desk.add("job", on: "host2") { $0.virtualAddress = nil }
            try await desk.add("failed") { $0.state = .failed(reason: "it ended at once") }
            try await desk.add("stopped") { $0.state = .stopped(reason: "it ended") }
            try await restore(desk)
            #expect(desk.script.kinds == ["fence", "remember"])
            let (shop, job) = (try desk.container("shop"), try desk.container("job"))
            let (first, second) = (try desk.host("host1").address, try desk.host("host2").address)
            #expect(
                told(desk) == [
                    RememberOrder(
                        routes: [
                            RouteOrder(addresses: [try #require(shop.address), old], via: first),
                            RouteOrder(addresses: [try #require(job.address)], via: second),
                        ],
                        announcements: [
                            AnnounceOrder(
                                virtualAddress: try #require(shop.virtualAddress),
                                address: try #require(shop.address), via: first, ports: shop.spec.ports)
                        ])
                ])
        }
    }

    @Test("what it does not take is left out, and the rest is told all the same")
    func failures() async throws {
        try await Desk.with { desk in
            for name in ["a", "b", "c"] { try await desk.add(name) }
            desk.script.fail("fence")
            // All three at once, then the first alone.
            desk.script.fail("remember", times: 2)
            try await restore(desk)
            let addresses = try ["a", "b", "c"].map { try desk.container($0).virtualAddress }
            #expect(
                told(desk).map { $0.announcements.map(\.virtualAddress) } == [
                    addresses, [addresses[0]], Array(addresses[1...]),
                ])
        }
    }

    @Test("a gateway that enrols is told by itself")
    func enrols() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.add("shop")
            let gateway = try desk.host(Desk.gateway)
            desk.script.disconnect(gateway.name)
            _ = try await desk.enrolments.enrol(
                Enrolment(
                    host: gateway.name, role: .gateway, address: gateway.address, facts: gateway.facts,
                    capacity: gateway.capacity), secret: Desk.joinToken)
            desk.script.open(gateway.name)
            try await desk.script.heard("remember")
            #expect(desk.script.kinds == ["fence", "remember"])
        }
    }
}

@Suite("Whom a leftover of a move is left to")
struct LeftoverSweeperTests {
    private func sweeper(_ desk: Desk) -> LeftoverSweeper {
        LeftoverSweeper(
            fleet: desk.fleet, ledger: desk.ledger, agents: desk.agents, times: desk.times, logger: desk.logger)
    }

    /// A move whose last steps have not removed everything.
    private func leave(_ desk: Desk, _ kinds: [String]) async throws {
        try await desk.add("shop")
        for kind in kinds { desk.script.fail(kind) }
        if kinds.contains("abandon") { desk.script.fail("restore", .restoreFailed) }
        try await desk.send(.post, "/v1/containers/shop/relocate?wait=60", #"{"to":"host2"}"#)
        #expect(desk.standing == ["leftover relocation-1"])
        desk.script.forget()
    }

    @Test(
        "what is left is asked for again, by what it was, and then nobody is told of it any more",
        arguments: [
            (["retire"], ["retire"]), (["abandon"], ["abandon"]), (["abandon", "disarm"], ["abandon", "disarm"]),
        ])
    func sweep(failed: [String], expected: [String]) async throws {
        try await Desk.with { desk in
            try await leave(desk, failed)
            await sweeper(desk).sweep()
            #expect(desk.script.kinds == expected && desk.standing == [])
            await sweeper(desk).sweep()
            #expect(desk.script.kinds == expected, "once it is done it is done")
        }
    }

    @Test("what fails again stays and is tried another time")
    func again() async throws {
        try await Desk.with { desk in
            try await leave(desk, ["retire"])
            desk.script.fail("retire")
            await sweeper(desk).sweep()
            #expect(desk.standing == ["leftover relocation-1"])
            await sweeper(desk).sweep()
            #expect(desk.standing == [] && desk.script.orders("retire").count == 2)
        }
    }

    @Test("a host that is away is waited for; one that is forgotten holds nothing of the fleet's")
    func away() async throws {
        try await Desk.with { desk in
            try await leave(desk, ["retire"])
            let host = try HostName("host1")
            desk.script.disconnect(host)
            await sweeper(desk).sweep()
            #expect(desk.script.kinds == [] && desk.standing == ["leftover relocation-1"])
            try await desk.change { $0.record(.hostForgotten(host)) }
            await sweeper(desk).sweep()
            #expect(desk.script.kinds == [] && desk.standing == [])
        }
    }

    @Test(
        "an alarm about a move that nobody knows of any more is cleared",
        arguments: ["relocation-99", "relocation-x", "x"])
    func unknown(subject: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.change { $0.raise(.leftover, about: subject, "something") }
            await sweeper(desk).sweep()
            #expect(desk.standing == [])
        }
    }
}
