import FleetAPI
import FleetCore
import FleetModel
import Testing

@testable import ControlPlane

@Suite("Shapes on the wire")
struct ViewTests {
    private func json(_ value: some Encodable) throws -> JSONValue {
        try FleetJSON.decode(JSONValue.self, from: try FleetJSON.encode(value))
    }

    private func container(_ state: ContainerState) throws -> Container {
        Container(
            spec: ContainerSpec(
                name: try ContainerName("shop"), tenant: try TenantName("acme"), image: "redis",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), command: ["redis-server"],
                runtime: .runc),
            state: state, createdAt: Timestamp(milliseconds: 0))
    }

    @Test("a container's state is a word, with what belongs to it in fields of their own")
    func states() throws {
        let host = try HostName("host2")
        let table: [(ContainerState, String, String?, Double?, String?)] = [
            (.starting, "starting", nil, nil, nil), (.running, "running", nil, nil, nil),
            (.relocating(RelocationID(4)), "relocating", nil, 4, nil), (.stopping, "stopping", nil, nil, nil),
            (.stopped(reason: "it ended"), "stopped", "it ended", nil, nil),
            (.failed(reason: "no"), "failed", "no", nil, nil), (.removing, "removing", nil, nil, nil),
            (.stranded(RelocationID(4)), "stranded", "relocation 4 failed on both hosts", 4, nil),
            (.lost(host), "lost", "it was lost with host 'host2'", nil, "host2"),
        ]
        for (state, word, detail, relocation, lost) in table {
            let view = try json(ContainerView(container: try container(state)))
            #expect(view["state"]?.text == word)
            #expect(view["stateDetail"]?.text == detail, "\(word)")
            #expect(view["relocation"]?.number == relocation && view["lostHost"]?.text == lost, "\(word)")
        }
    }

    @Test("every field of a container is always there, also when it is empty: clients need not ask whether")
    func fields() throws {
        let view = try json(ContainerView(container: try container(.starting)))
        for field in [
            "name", "tenant", "image", "digest", "command", "ports", "limits", "runtime", "state", "stateDetail",
            "relocation",
            "lostHost", "host", "virtualAddress", "address", "retainedAddresses", "mobility", "createdAt", "arrivedAt",
            "deadlineAt", "policy", "pin", "isPaused", "onHostLoss", "restart", "restarts",
        ] {
            #expect(view[field] != nil, "\(field)")
        }
        #expect(view["spec"] == nil, "the specification is beside the state and not within")
    }

    @Test("whether it can be moved: a word, and where not, why, with the tool's own words")
    func mobility() throws {
        var container = try container(.running)
        for (mobility, state, reason) in [
            (Mobility.unknown, "unknown", nil), (.movable, "movable", nil),
            (.immovable(reason: "a device", log: "criu: no"), "immovable", "a device"),
        ] as [(Mobility, String, String?)] {
            container.mobility = mobility
            let view = try json(ContainerView(container: container))["mobility"]
            #expect(view?["state"]?.text == state && view?["reason"]?.text == reason)
            #expect((view?["log"]?.text == "criu: no") == (reason != nil))
        }
    }

    @Test(
        "an event has what it is about under the name of its kind, or the name of what is gone; an action says its kind, too"
    )
    func events() throws {
        let host = try Desk.host("host1", 1)
        let digest = try ImageDigest("sha256:" + String(repeating: "ab", count: 32))
        let move = Relocation(
            id: RelocationID(7), container: try ContainerName("shop"), tenant: try TenantName("acme"),
            source: host.name,
            destination: nil, trigger: .clock, actor: "clock", reason: nil, oldAddress: IPv4Address(number: 1),
            createdAt: Timestamp(milliseconds: 0))
        let table: [(FleetChange, String, String?)] = [
            (.host(host), "host", "host1"), (.hostForgotten(host.name), "name", nil),
            (.tenant(Tenant(name: try TenantName("acme"), createdAt: Timestamp(milliseconds: 0))), "tenant", "acme"),
            (.tenantRemoved(try TenantName("acme")), "name", nil),
            (.container(try container(.running)), "container", "shop"),
            (.containerRemoved(try ContainerName("shop")), "name", nil), (.relocation(move), "relocation", nil),
            (
                .policy(
                    PolicyRecord(
                        name: .default, version: 1, changedAt: Timestamp(milliseconds: 0), changedBy: "ann",
                        policy: Policy())),
                "policy", "default"
            ),
            (.policyRemoved(.default), "name", nil),
            (
                .image(
                    Image(
                        digest: digest, names: ["redis"], bytes: 1, importedAt: Timestamp(milliseconds: 0),
                        defaults: ImageDefaults(command: [], environment: [:]))), "image", nil
            ),
            (.scheduler(paused: true), "paused", nil),
            (
                .alarm(Alarm(kind: .lost, subject: "shop", message: "lost", raisedAt: Timestamp(milliseconds: 0))),
                "alarm",
                nil
            ),
            (.refused(action: "move", subject: "shop", reason: "no"), "reason", nil),
        ]
        #expect(Set(table.map(\.0.kind)).count == table.count)
        for (change, field, name) in table {
            let event = FleetEvent(sequence: 9, at: Timestamp(milliseconds: 0), actor: "ann", change: change)
            let view = try json(EventView(event: event))
            #expect(view["sequence"]?.number == 9 && view["actor"]?.text == "ann", "\(change.kind)")
            #expect(view[field] != nil && view[field]?["name"]?.text == name, "\(change.kind)")
            #expect(view["kind"] == nil || change.kind.rawValue == "kind")
            #expect(try json(ActionView(event: event))["kind"]?.text == change.kind.rawValue)
        }
    }

    @Test(
        "a list has its items, the cursor of the next part, which is null on the last, and how many there are if that is known"
    )
    func lists() throws {
        let whole = try json(ListView(items: [1, 2], next: nil, total: 2))
        #expect(whole["next"] == .null && whole["total"]?.number == 2)
        let part = try json(ListView(items: [1], next: "abc", total: nil))
        #expect(part["next"]?.text == "abc" && part["total"] == nil)
    }
}

@Suite("A container that somebody wants")
struct NewContainerTests {
    private func wanted(_ body: (inout NewContainer) throws -> Void = { _ in }) throws -> NewContainer {
        var container = NewContainer(
            name: try ContainerName("shop"), tenant: try TenantName("acme"), image: "redis", command: ["run"],
            environment: ["A": "b"], ports: [PortMapping(port: 80, containerPort: 80)], limits: ResourceLimits())
        try body(&container)
        return container
    }

    @Test("what can be right is")
    func right() throws {
        #expect(throws: Never.self) { try wanted().validate() }
        #expect(throws: Never.self) {
            try wanted { container in
                container.ports = [
                    PortMapping(port: 1, containerPort: 80), PortMapping(port: 65535, containerPort: 80),
                ]
                container.environment = ["_": "", "LONG_NAME": "a=b"]
                container.command = []
            }.validate()
        }
    }

    @Test("what cannot be is named with its field")
    func wrong() throws {
        let table: [(String, (inout NewContainer) -> Void)] = [
            ("ports: must be 1 to 65535, is 0", { $0.ports = [PortMapping(port: 0, containerPort: 80)] }),
            ("ports: must be 1 to 65535, is 0", { $0.ports = [PortMapping(port: 80, containerPort: 0)] }),
            (
                "ports: the same port is mapped twice",
                { $0.ports = [PortMapping(port: 80, containerPort: 1), PortMapping(port: 80, containerPort: 2)] }
            ),
            ("environment: '' is not the name of a variable", { $0.environment = ["": "x"] }),
            ("environment: 'A=B' is not the name of a variable", { $0.environment = ["A=B": "x"] }),
            ("command: commands and variables cannot hold NUL", { $0.command = ["a\0b"] }),
            ("command: commands and variables cannot hold NUL", { $0.environment = ["A": "b\0c"] }),
        ]
        for (words, body) in table {
            let error = try #require(throws: FleetError.self) { try wanted(body).validate() }
            #expect(error.description == words)
        }
        for body: (inout NewContainer) -> Void in [
            { $0.limits.memoryBytes = 0 }, { $0.limits.cpus = 0 }, { $0.limits.processes = 0 },
            { $0.limits.cpus = .nan },
        ] { #expect(throws: ModelError.self) { try wanted(body).validate() } }
    }

    @Test("a runtime that nobody names is one that the fleet has: runc before Docker before the simulated one")
    func runtimes() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.importImage()
            let wanted = try wanted { $0.image = "test" }
            let table: [(RuntimeKind, Set<RuntimeKind>)] = [
                (.runc, [.runc, .docker, .simulated]), (.docker, [.docker, .simulated]), (.simulated, [.simulated]),
                (.simulated, []),
            ]
            for (expected, runtimes) in table {
                #expect(try wanted.resolve(with: desk.images, runtimes: runtimes).runtime == expected)
            }
            var named = wanted
            named.runtime = .docker
            #expect(try named.resolve(with: desk.images, runtimes: [.runc]).runtime == .docker)
        }
    }
}

@Suite("How far a drain is")
struct DrainViewTests {
    @Test("each container that is left moves, waits or is blocked, and what blocks it is said")
    func remaining() async throws {
        try await Desk.with { desk in
            try await desk.set("host1") { host in
                host.state = .draining
                host.drain = Drain(startedAt: .now, startedBy: "ann", total: 9)
            }
            let until = Timestamp.now.advanced(bySeconds: 100)
            let now = Timestamp.now
            let waits = try await desk.add("a-waits")
            let moves = try await desk.add("b-moves")
            try await desk.add("c-pinned") { $0.pin = Pin(reason: "audit", until: until, setBy: "bob") }
            try await desk.add("d-full")
            try await desk.add("e-new")
            let host = try HostName("host1")
            try await desk.change { draft in
                for (name, state) in [(waits, RelocationState.queued), (moves, .running)] {
                    var move = Relocation(
                        id: RelocationID(draft.state.nextRelocation), container: name, tenant: try TenantName("acme"),
                        source: host, destination: nil, trigger: .drain, actor: "ann", reason: nil,
                        oldAddress: IPv4Address(number: 1), createdAt: draft.now)
                    move.state = state
                    draft.record(.relocation(move))
                }
                try draft.update(moves) { $0.state = .relocating(RelocationID(2)) }
                draft.raise(.noFeasibleHost, about: "d-full", "no host may take it")
            }
            let view = try DrainView(try desk.host("host1"), in: desk.state, at: now)
            #expect(view.total == 9 && view.moved == 4 && view.startedBy == "ann")
            #expect(view.remaining.map(\.state.known) == [.waiting, .moving, .blocked, .blocked, .waiting])
            #expect(view.remaining.map(\.relocation) == [RelocationID(1), RelocationID(2), nil, nil, nil])
            #expect(
                view.remaining.map(\.reason) == [
                    nil, nil, "it is pinned until \(until) by bob: audit", "no host may take it", nil,
                ])
            #expect(throws: FleetError.notFound(kind: "drain of host", name: "host2")) {
                try DrainView(try desk.host("host2"), in: desk.state, at: now)
            }
        }
    }

    @Test("containers that came after the drain had begun are counted, too")
    func more() async throws {
        try await Desk.with(hosts: 1) { desk in
            for name in ["a", "b", "c"] { try await desk.add(name) }
            try await desk.set("host1") { $0.drain = Drain(startedAt: .now, startedBy: "ann", total: 1) }
            let view = try DrainView(try desk.host("host1"), in: desk.state, at: .now)
            #expect(view.total == 3 && view.moved == 0)
        }
    }
}
