import FleetModel
import MovingTarget
import Testing

@testable import FleetCore

@Suite("Whether somebody may have a container moved")
struct MovableTests {
    private func ask(
        _ fleet: SmallFleet, _ name: ContainerName, to host: Int? = nil, _ trigger: Trigger = .operator_,
        avoiding tenants: [TenantName] = []
    ) throws -> HostName {
        let wanted = RelocationRequest(
            container: name, to: host.map { fleet.hosts[$0] }, trigger: trigger, actor: "ann", avoidTenants: tenants)
        let exposure = ExposureLog()
        return try fleet.state.movable(wanted, at: fleet.now, exposure: exposure).source
    }

    @Test("one that runs, can be moved and is not held may, from where it is")
    func may() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        for trigger in Trigger.allCases { #expect(try ask(fleet, name, trigger) == fleet.hosts[1]) }
        #expect(try ask(fleet, name, to: 2) == fleet.hosts[1])
        #expect(try ask(fleet, name, avoiding: [TenantName("bravo")]) == fleet.hosts[1])
    }

    @Test(
        "only one that runs can be moved, and the words say what it does",
        arguments: [
            (ContainerState.starting, "starting"), (.stopping, "stopping"), (.stopped(reason: "it ended"), "stopped"),
            (.failed(reason: "no"), "failed"), (.removing, "removing"), (.stranded(RelocationID(3)), "stranded"),
        ])
    func states(state: ContainerState, word: String) throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { $0.state = state }
        #expect(throws: FleetError.conflict("container 'shop' is \(word); only a running one can be moved")) {
            try ask(fleet, name)
        }
    }

    @Test("nobody moves what is pinned, cannot be dumped, or is on its way")
    func held() throws {
        var fleet = try SmallFleet()
        let until = epoch.advanced(bySeconds: 60)
        let pinned = try fleet.add("pinned") { $0.pin = Pin(reason: "audit", until: until, setBy: "bob") }
        let stuck = try fleet.add("stuck") { $0.mobility = .immovable(reason: "it has a terminal", log: "") }
        let moving = try fleet.add("moving")
        try fleet.open(moving)
        for trigger in Trigger.allCases {
            #expect(
                throws: FleetError.conflict(
                    "container 'pinned' stays where it is: it is pinned until \(until) by bob: audit; take the pin away first"
                )
            ) { try ask(fleet, pinned, trigger) }
            #expect(throws: FleetError.conflict("container 'stuck' cannot be moved: it has a terminal")) {
                try ask(fleet, stuck, trigger)
            }
            #expect(throws: FleetError.conflict("container 'moving' is being moved already, by relocation 1")) {
                try ask(fleet, moving, trigger)
            }
        }
        fleet.now = until
        #expect(try ask(fleet, pinned) == fleet.hosts[1], "the pin is over")
    }

    @Test("what is named must be there, and be somebody else's")
    func names() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        let (nobody, own) = (try TenantName("nobody"), try TenantName("acme"))
        #expect(throws: FleetError.notFound(kind: "container", name: "blog")) {
            try ask(fleet, try ContainerName("blog"))
        }
        #expect(throws: FleetError.invalid(field: "avoidTenants", detail: "there is no tenant 'nobody'")) {
            try ask(fleet, name, avoiding: [nobody])
        }
        #expect(throws: FleetError.invalid(field: "avoidTenants", detail: "'acme' is the container's own tenant")) {
            try ask(fleet, name, avoiding: [own])
        }
        let wanted = RelocationRequest(
            container: name, to: try HostName("host9"), trigger: .operator_, actor: "ann")
        #expect(throws: FleetError.notFound(kind: "host", name: "host9")) {
            try fleet.state.movable(wanted, at: fleet.now, exposure: ExposureLog())
        }
    }

    @Test("a host that was asked for and cannot take it is refused with each reason")
    func destination() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        try fleet.set(2) { host in
            host.state = .cordoned
            host.capacity = HostCapacity(containers: 0, memoryBytes: 0)
        }
        let error = try #require(throws: FleetError.self) { try ask(fleet, name, to: 2) }
        #expect(error.description.hasPrefix("host 'host2' cannot take it: "))
        for words in ["it is cordoned", "it carries 0 containers, as many as it may", "0 bytes of memory left"] {
            #expect(error.description.contains(words), "\(error)")
        }
        for (host, words) in [(1, "the container is there already"), (0, "it is a gateway")] {
            let error = try #require(throws: FleetError.self) { try ask(fleet, name, to: host) }
            #expect(error.description.contains(words), "\(error)")
        }
    }

    @Test("without a gateway nobody could follow it")
    func gateway() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        let gateway = fleet.hosts[0]
        fleet.change { $0.record(.hostForgotten(gateway)) }
        for trigger in Trigger.allCases {
            #expect(
                throws: FleetError.conflict("no gateway has enrolled, so the container's clients could not follow it")
            ) { try ask(fleet, name, trigger) }
        }
        #expect(fleet.state.gatewayObstacle == "no gateway has enrolled")
        fleet = try SmallFleet()
        #expect(fleet.state.gatewayObstacle == nil)
        try fleet.set(0) { $0.state = .unreachable }
        #expect(
            fleet.state.gatewayObstacle
                == "the gateway 'host0' has not been heard since \(epoch): look at its agent and its network")
    }

    @Test("a decision keeps those that must not meet apart, whichever of the two says so")
    func neverBeside() throws {
        for saysIt in ["acme", "bravo"] {
            var fleet = try SmallFleet()
            let name = try fleet.add("shop")
            try fleet.add("rival", of: "bravo", on: 2)
            var tenant = try fleet.state.tenant(TenantName(saysIt))
            tenant.neverBeside = [try TenantName(saysIt == "acme" ? "bravo" : "acme")]
            fleet.change { $0.record(.tenant(tenant)) }
            let container = try fleet.container(name)
            for _ in 0..<20 {
                let decision = fleet.state.decision(
                    moving: container, from: fleet.hosts[1], at: fleet.now, exposure: ExposureLog()
                ).decision
                #expect(decision.chosen == fleet.hosts[3])
            }
        }
    }

    @Test("where nobody can take it, the words name each host and what stands against it")
    func nobody() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        for host in 2...3 { try fleet.set(host) { $0.state = .cordoned } }
        let decision = fleet.state.decision(
            moving: try fleet.container(name), from: fleet.hosts[1], at: fleet.now, exposure: ExposureLog()
        ).decision
        #expect(decision.chosen == nil)
        #expect(decision.words.hasPrefix("no host may take the container (host0: it is a gateway"))
        #expect(decision.words.contains("host1: the container is there already; host2: it is cordoned; host3:"))
        #expect(decision.reasons(against: try HostName("host9")) == "")
    }

    @Test("the decision of what waits is none when the container or the relocation is gone")
    func gone() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        let id = try fleet.open(name, to: nil, .queued)
        let waiting = fleet.state.waiting(try #require(fleet.state.relocations[id]))
        func decide(_ state: FleetState) -> PlacementOutcome? {
            state.decision(
                for: waiting, busy: [], at: epoch, exposure: ExposureLog(), listing: .likeliest)
        }
        #expect(decide(fleet.state)?.decision.chosen != nil)
        var state = fleet.state
        state.apply(.containerRemoved(name))
        #expect(decide(state) == nil)
        state = fleet.state
        var ended = try #require(state.relocations[id])
        ended.state = .cancelled
        state.apply(.relocation(ended))
        #expect(decide(state) == nil)
    }
}

@Suite("Why a container cannot leave its host")
struct ObstacleTests {
    @Test("a table")
    func table() throws {
        let host = try HostName("host2")
        let table: [(ContainerState, Mobility, String?)] = [
            (.running, .movable, nil), (.relocating(RelocationID(4)), .movable, nil),
            (.running, .unknown, "it has not been found out yet whether it can move"),
            (.running, .immovable(reason: "a device", log: ""), "it cannot be moved: a device"),
            (.starting, .movable, "it is being started"), (.stopping, .movable, "it is being stopped"),
            (.removing, .movable, "it is being removed"),
            (.stopped(reason: "it ended"), .movable, "it does not run (it ended): start it anew or remove it"),
            (.failed(reason: "no"), .movable, "it could not be started (no): start it anew or remove it"),
            (.lost(host), .unknown, "it was lost with host 'host2': start it anew or remove it"),
            (
                .stranded(RelocationID(4)), .movable,
                "relocation 4 failed on both hosts: start it anew or remove it"
            ),
        ]
        var fleet = try SmallFleet()
        for (state, mobility, words) in table {
            let name = try fleet.add("shop") { container in
                container.state = state
                container.mobility = mobility
            }
            #expect(fleet.state.obstacle(to: try fleet.container(name), at: epoch) == words, "\(state)")
        }
    }

    @Test("a pin stands before everything else, as long as it holds")
    func pin() throws {
        var fleet = try SmallFleet()
        let until = epoch.advanced(bySeconds: 10)
        let name = try fleet.add("shop") { $0.pin = Pin(reason: "audit", until: until, setBy: "bob") }
        let container = try fleet.container(name)
        #expect(
            fleet.state.obstacle(to: container, at: epoch) == "it is pinned until \(until) by bob: audit")
        #expect(fleet.state.obstacle(to: container, at: until) == nil)
        #expect(container.pin(at: epoch) != nil && container.pin(at: until) == nil)
    }
}

@Suite("Strays")
struct StrayTests {
    @Test("what is settled on another host has no business here; what is under way, or unknown, is left alone")
    func table() throws {
        var fleet = try SmallFleet()
        let settled = try fleet.add("settled", on: 1)
        let moving = try fleet.add("moving", on: 1)
        let starting = try fleet.add("starting", on: 1) { $0.state = .starting }
        let stopped = try fleet.add("stopped", on: 1) { $0.state = .stopped(reason: "it ended") }
        let stranded = try fleet.add("stranded", on: 1) { $0.state = .stranded(RelocationID(9)) }
        try fleet.open(moving)
        func isStray(_ name: ContainerName, _ presence: PresenceState = .running, on host: Int = 2) -> Bool {
            let presence = ContainerPresence(name: name, state: presence, address: nil, retainedAddresses: [])
            return fleet.state.isStray(presence, on: fleet.hosts[host])
        }
        #expect(isStray(settled))
        #expect(!isStray(settled, on: 1), "it is there")
        for name in [moving, starting, stopped, stranded, try ContainerName("unknown")] {
            #expect(!isStray(name), "\(name)")
        }
        let ofMoves = [PresenceState.dumped(RelocationID(1)), .prepared(RelocationID(1)), .held(RelocationID(1))]
        for presence in ofMoves { #expect(isStray(settled, presence)) }
        // While something is to be swept up after a move, what a move has left is left to that; what runs is not, whoever's
        // leftover it is.
        fleet.change { $0.raise(.leftover, about: "relocation-9", "something is held") }
        for presence in ofMoves { #expect(!isStray(settled, presence)) }
        #expect(isStray(settled) && isStray(settled, .exited(.code(1))))
    }
}
