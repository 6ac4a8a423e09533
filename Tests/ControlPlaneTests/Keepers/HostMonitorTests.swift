import FleetCore
import FleetModel
import Testing

@testable import ControlPlane

@Suite("What heartbeats say")
struct HostMonitorTests {
    private func beat(
        _ desk: Desk, _ host: String = "host1", _ inventory: HostInventory? = nil, profile: HostProfile? = nil,
        tools: ToolFindings? = nil, tracking: ConnectionTable? = nil
    ) async throws {
        let name = try HostName(host)
        let session = desk.agents.drawSession(of: name)
        desk.agents.begin(session: session, of: name)
        _ = try await desk.monitor.take(
            Heartbeat(
                session: session, inventory: inventory, roundTripMilliseconds: nil, profile: profile, tools: tools,
                tracking: tracking), from: name)
        desk.script.connect(name)
    }

    private func inventory(_ presences: (ContainerName, PresenceState)..., retained: [IPv4Address] = [])
        -> HostInventory
    {
        HostInventory(
            containers: presences.map { name, state in
                ContainerPresence(name: name, state: state, address: nil, retainedAddresses: retained)
            })
    }

    // MARK: Who is there

    @Test(
        "who has been silent for too long is unreachable, with an alarm that says what it carries; heard again, it is back"
    )
    func silence() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            try await desk.set("host1") { $0.state = .cordoned }
            let now = Timestamp.now
            for host in ["gateway", "host1", "host2", "host3"] { desk.agents.expect(try HostName(host), since: now) }
            let later = Timestamp.now.advanced(bySeconds: 10)
            await desk.monitor.look(at: later)
            #expect(desk.state.hosts(in: .unreachable).map(\.text) == ["gateway", "host1", "host2", "host3"])
            let alarm = try #require(desk.state.alarms(of: .unreachable).first { $0.subject == "host1" })
            #expect(alarm.message == "host 'host1' is not heard; it carries 1 container")
            let isConnected = try desk.agents.isConnected(HostName("host1"))
            #expect(!isConnected, "a link that is silent is none")
            try await beat(desk)
            #expect(try desk.host("host1").state == .cordoned && !desk.standing.contains("unreachable host1"))
            let sequence = desk.state.sequence
            await desk.monitor.look(at: Timestamp.now)
            #expect(desk.state.sequence == sequence, "nobody is named twice")
        }
    }

    @Test("what a host is made of and what tools it has is brought up to date, and nothing is recorded that is known")
    func facts() async throws {
        try await Desk.with(hosts: 1) { desk in
            let profile = HostProfile(configuration: ["os.kernel": .text("6.1.0")])
            try await beat(desk, profile: profile, tools: ToolFindings(criuVersion: "4.3", problems: ["no runc"]))
            let facts = try desk.host("host1").facts
            #expect(facts.profile == profile && facts.criuVersion == "4.3" && facts.runcVersion == nil)
            #expect(facts.problems == ["no runc"] && facts.kernel == "6.18.0")
            let sequence = desk.state.sequence
            try await beat(desk, profile: profile)
            #expect(desk.state.sequence == sequence)
        }
    }

    @Test("a table of connections is nearly full from four fifths on, and until it is below two thirds")
    func tracking() async throws {
        try await Desk.with(hosts: 1) { desk in
            for (count, stands) in [
                (79, false), (80, true), (90, true), (70, true), (67, true), (66, false), (70, false),
            ] {
                try await beat(desk, tracking: ConnectionTable(count: count, limit: 100))
                #expect(desk.standing.contains("trackingFull host1") == stands, "\(count)")
            }
            try await beat(desk, tracking: ConnectionTable(count: 80, limit: 100))
            #expect(
                desk.state.alarms(of: .trackingFull).first?.message.contains("tracks 80 connections of at most 100")
                    == true)
            try await beat(desk, tracking: ConnectionTable(count: 5, limit: 0))
            #expect(desk.standing == [], "no limit is never full")
        }
    }

    // MARK: What is really there

    @Test("what is there is left alone")
    func asRecorded() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            let sequence = desk.state.sequence
            try await desk.monitor.compare(inventory((name, .running)), of: HostName("host1"))
            #expect(desk.state.sequence == sequence && desk.script.kinds == [])
        }
    }

    @Test("what is not there any more has ended, with what it ended with; its host is asked anew before that is said")
    func ended() async throws {
        try await Desk.with { desk in
            let host = try HostName("host1")
            let table: [(PresenceState?, String)] = [
                (nil, "its host has nothing of it any more"), (.exited(nil), "its process ended"),
                (.exited(.code(3)), "its process ended with status 3"),
                (.exited(.signal(9)), "its process ended with signal 9"),
            ]
            for (number, row) in table.enumerated() {
                let name = try await desk.add("shop\(number)")
                let found = row.0.map { inventory((name, $0)) } ?? inventory()
                desk.script.setInventory(found, of: host)
                desk.script.forget()
                try await desk.monitor.compare(found, of: host)
                #expect(desk.state.containers[name]?.state == .stopped(reason: row.1))
                #expect(desk.script.kinds == ["inspect"])
                try await desk.change { $0.record(.containerRemoved(name)) }
            }
        }
    }

    @Test(
        "a report that is older than what the fleet knows ends nothing; nor does a host that does not say what it has")
    func old() async throws {
        try await Desk.with { desk in
            let (name, host) = (try await desk.add("shop"), try HostName("host1"))
            // By the time it is asked, the container is there.
            try await desk.monitor.compare(inventory(), of: host)
            #expect(desk.state.containers[name]?.state == .running)
            desk.script.fail("inspect")
            try await desk.monitor.compare(inventory(), of: host)
            #expect(desk.state.containers[name]?.state == .running)
        }
    }

    @Test("what started meanwhile, or is being moved, is not judged")
    func passing() async throws {
        try await Desk.with { desk in
            let host = try HostName("host1")
            let starting = try await desk.add("starting") { $0.state = .starting }
            let moving = try await desk.add("moving") { $0.state = .relocating(RelocationID(9)) }
            let sequence = desk.state.sequence
            try await desk.monitor.compare(inventory(), of: host)
            #expect(desk.state.sequence == sequence && desk.script.kinds == [])
            #expect(desk.state.containers[starting]?.state == .starting && desk.state.containers[moving] != nil)
        }
    }

    @Test("addresses that no connection uses any more are forgotten, rest, and are unrouted")
    func idle() async throws {
        try await Desk.with { desk in
            let (kept, idle) = (IPv4Address(number: 0x0A58_0501), IPv4Address(number: 0x0A58_0502))
            let name = try await desk.add("shop") { $0.retainedAddresses = [kept, idle] }
            let host = try HostName("host1")
            let report = inventory((name, .running), retained: [kept])
            desk.script.setInventory(report, of: host)
            try await desk.monitor.compare(report, of: host)
            #expect(desk.state.containers[name]?.retainedAddresses == [kept])
            #expect(desk.state.quarantine.end(of: idle, at: .now) != nil)
            #expect(desk.state.quarantine.end(of: kept, at: .now) == nil)
            try await desk.script.heard("unroute")
            #expect(desk.script.orders("unroute") == [.unroute(UnrouteOrder(addresses: [idle]))])
        }
    }

    @Test(
        "what is settled elsewhere is removed, after its host was asked anew; what the fleet does not know is left alone"
    )
    func strays() async throws {
        try await Desk.with { desk in
            let (name, unknown, host) = (
                try await desk.add("shop", on: "host2"), try ContainerName("unknown"), try HostName("host1")
            )
            let report = inventory((name, .running), (unknown, .running))
            // It went away by itself before it was asked.
            desk.script.setInventory(inventory((unknown, .running)), of: host)
            try await desk.monitor.compare(report, of: host)
            #expect(desk.script.orders("stop") == [])
            desk.script.setInventory(report, of: host)
            try await desk.monitor.compare(report, of: host)
            #expect(desk.script.orders("stop") == [.stop(StopOrder(container: name, gracePeriodSeconds: 0))])
            #expect(desk.script.sent.filter { $0.kind == "stop" }.map(\.host) == [host])
        }
    }

    @Test("a leftover of one move does not keep another host's stray running")
    func straysBesideLeftovers() async throws {
        try await Desk.with { desk in
            let (name, host) = (try await desk.add("shop", on: "host2"), try HostName("host1"))
            try await desk.change {
                $0.raise(.leftover, about: "relocation-9", "something of another one is held by host3")
            }
            let report = inventory((name, .running))
            desk.script.setInventory(report, of: host)
            try await desk.monitor.compare(report, of: host)
            #expect(desk.script.orders("stop").count == 1)
            let dumped = inventory((name, .dumped(RelocationID(9))))
            desk.script.setInventory(dumped, of: host)
            try await desk.monitor.compare(dumped, of: host)
            #expect(desk.script.orders("stop").count == 1, "that is swept up by whoever sweeps after moves")
        }
    }

    @Test("containers that could be adopted are recorded when they change")
    func adoptable() async throws {
        try await Desk.with(hosts: 1) { desk in
            let host = try HostName("host1")
            let found = AdoptableContainer(id: "1", name: "web", tenant: "acme", image: "redis", obstacles: [])
            for _ in 0..<2 {
                try await desk.monitor.compare(HostInventory(containers: [], adoptable: [found]), of: host)
            }
            #expect(try desk.host("host1").adoptable == [found])
            let events = try await desk.send(.get, "/v1/actions?kind=host&subject=host1&actor=host:host1")
            #expect(events.items.count == 1)
            try await desk.monitor.compare(HostInventory(containers: []), of: host)
            #expect(try desk.host("host1").adoptable == nil)
        }
    }

    @Test("a readmitted host is as any other when it has nothing foreign and the gateway has forgotten its addresses")
    func absolved() async throws {
        try await Desk.with { desk in
            let (name, host) = (try await desk.add("shop"), try HostName("host1"))
            desk.script.disconnect(host)
            try await desk.send(.post, "/v1/hosts/host1/lost", #"{"reason":"burnt","confirm":"host1"}"#)
            let fenced = desk.state.fencedAddresses.sorted()
            #expect(!fenced.isEmpty)
            // Not before somebody lets it in again.
            try await desk.monitor.compare(inventory(), of: host)
            #expect(desk.state.fencedAddresses.sorted() == fenced)
            try await desk.send(.post, "/v1/hosts/host1/readmit")
            try await desk.monitor.compare(inventory((name, .running)), of: host)
            #expect(desk.state.fencedAddresses.sorted() == fenced, "it still has what it had")
            desk.script.fail("unroute")
            await #expect(throws: FleetError.self) { try await desk.monitor.compare(inventory(), of: host) }
            #expect(desk.state.fencedAddresses.sorted() == fenced, "the way is not forgotten")
            try await desk.monitor.compare(inventory(), of: host)
            #expect(try desk.state.fencedAddresses.isEmpty && desk.host("host1").loss == nil)
            #expect(desk.standing == ["lost shop"])
            for address in fenced { #expect(desk.state.quarantine.end(of: address, at: .now) != nil) }
        }
    }
}
