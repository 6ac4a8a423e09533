import FleetModel
import MovingTarget
import Testing

@testable import FleetCore

@Suite("A change that is being put together")
struct FleetDraftTests {
    @Test("it sees its own changes, keeps them in order, and touches nothing else")
    func own() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        let before = fleet.state
        let draft = try fleet.draft { draft in
            #expect(draft.isEmpty)
            draft.record(.scheduler(paused: true))
            try draft.update(name) { $0.isPaused = true }
            #expect(draft.state.isPaused && draft.state.containers[name]?.isPaused == true)
        }
        #expect(draft.changes.map(\.kind) == [.scheduler, .container])
        #expect(!before.isPaused && before.containers[name]?.isPaused == false)
    }

    @Test("notes are kept apart from changes; an address that is to rest does so from then on")
    func notes() throws {
        let fleet = try SmallFleet()
        let address = IPv4Address(number: 0x0A58_0099)
        let until = epoch.advanced(bySeconds: 5)
        let draft = fleet.draft { draft in
            draft.note(.quarantine(address, until: until))
            draft.note(.credentialRevoked(fleet.hosts[1]))
        }
        #expect(draft.changes.isEmpty && !draft.isEmpty)
        #expect(draft.notes == [.quarantine(address, until: until), .credentialRevoked(fleet.hosts[1])])
        #expect(draft.state.quarantine.end(of: address, at: epoch) == until)
    }

    @Test(
        "an alarm is raised once for the same words, and again when they change; clearing one that does not stand is none"
    )
    func alarms() throws {
        var fleet = try SmallFleet()
        fleet.change { $0.raise(.exited, about: "shop", "it fell") }
        #expect(fleet.draft { $0.raise(.exited, about: "shop", "it fell") }.isEmpty)
        #expect(fleet.draft { $0.clear(.exited, about: "blog") }.isEmpty)
        #expect(fleet.draft { $0.clear(.lost, about: "shop") }.isEmpty)
        fleet.change { $0.raise(.exited, about: "shop", "it fell twice") }
        #expect(fleet.state.alarms.values.map(\.message) == ["it fell twice"])
        let draft = fleet.draft { $0.clear(.exited, about: "shop") }
        guard case .alarm(let cleared) = draft.changes.first else {
            Issue.record("nothing was recorded")
            return
        }
        #expect(cleared.clearedAt == fleet.now && cleared.message == "it fell twice")
        #expect(draft.state.alarms.isEmpty && FleetIndex(of: draft.state) == draft.state.index)
    }

    @Test("what is not there is said in words, with its kind and name")
    func missing() throws {
        var fleet = try SmallFleet()
        let (host, container, tenant) = (try HostName("h"), try ContainerName("c"), try TenantName("t"))
        #expect(throws: FleetError.notFound(kind: "host", name: "h")) { try fleet.change { _ = try $0.host(host) } }
        #expect(throws: FleetError.notFound(kind: "container", name: "c")) {
            try fleet.change { try $0.update(container) { $0.isPaused = true } }
        }
        #expect(throws: FleetError.notFound(kind: "tenant", name: "t")) { try fleet.state.tenant(tenant) }
    }

    @Test("every error says what is wrong and what would be right")
    func words() throws {
        let host = try HostName("host1")
        let failure = StepFailure(code: .runtimeFailed, message: "runc said no", toolMessage: "exit 1")
        let table: [(FleetError, String)] = [
            (.notFound(kind: "host", name: "x"), "there is no host 'x'"),
            (.exists(kind: "tenant", name: "x"), "there is a tenant 'x' already"), (.conflict("no"), "no"),
            (.invalid(field: "ports", detail: "must be 1"), "ports: must be 1"),
            (.stale(current: "\"4\""), "it was changed in between; the present version is \"4\""),
            (.agent(host: host, failure), "host1: runc said no: exit 1"),
            (
                .hostLost(host),
                "host 'host1' was declared off for good; 'relocate hosts readmit host1' lets it in again"
            ),
        ]
        for (error, words) in table { #expect("\(error)" == words) }
    }
}

@Suite("Alarms about what is gone")
struct GoneAlarmTests {
    @Test("a host that is forgotten leaves no alarm behind, whatever was wrong with it")
    func forgotten() throws {
        var fleet = try SmallFleet()
        try fleet.set(1) { $0.state = .unreachable }
        let (host, subject) = (fleet.hosts[1], fleet.hosts[1].text)
        fleet.change { draft in
            for kind in [AlarmKind.unreachable, .hostLost, .stepPending, .trackingFull] {
                draft.raise(kind, about: subject, "something")
            }
            draft.raise(.trackingFull, about: "host2", "another one's")
        }
        try fleet.change { try $0.forget(host) }
        #expect(fleet.state.standing == ["trackingFull host2"])
    }

    @Test("of a host that is off for good only that is said: how many connections it tracked is over")
    func lost() throws {
        var fleet = try SmallFleet()
        try fleet.set(1) { $0.state = .unreachable }
        let (host, subject) = (fleet.hosts[1], fleet.hosts[1].text)
        fleet.change { draft in
            for kind in [AlarmKind.unreachable, .trackingFull] { draft.raise(kind, about: subject, "something") }
        }
        try fleet.change { _ = try $0.declareLost(host, reason: "it burnt down", by: "ann") }
        #expect(fleet.state.standing == ["hostLost host1"])
    }
}
