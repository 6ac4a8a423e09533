import FleetCore
import FleetModel
import MovingTarget
import Testing

@testable import ControlPlane

@Suite("Who is started anew, and when")
struct RestartKeeperTests {
    private func stopped(_ desk: Desk, _ name: String, at next: Timestamp) async throws -> ContainerName {
        try await desk.add(name) { container in
            container.state = .stopped(reason: "it fell")
            container.restart = .always
            container.restarts = Restarts(count: 2, nextAt: next)
        }
    }

    private func look(_ desk: Desk, at now: Timestamp) async {
        await RestartKeeper(fleet: desk.fleet, containers: desk.containers, logger: desk.logger).look(at: now)
    }

    @Test("what is due is started anew, what is not waits; how often it was in a row goes on counting")
    func due() async throws {
        try await Desk.with { desk in
            let now = Timestamp.now
            let due = try await stopped(desk, "due", at: now)
            let later = try await stopped(desk, "later", at: now.advanced(bySeconds: 0.001))
            await look(desk, at: now)
            try await desk.until("it runs") { $0.containers[due]?.state == .running }
            #expect(desk.state.containers[due]?.restarts.count == 2)
            #expect(desk.state.containers[later]?.state == .stopped(reason: "it fell"))
            await look(desk, at: now.advanced(bySeconds: 1))
            try await desk.until("it runs, too") { $0.containers[later]?.state == .running }
        }
    }

    @Test("one that finds no place is put off with an alarm, which ends when it is started")
    func noPlace() async throws {
        try await Desk.with(hosts: 1) { desk in
            let now = Timestamp.now
            let name = try await stopped(desk, "shop", at: now)
            try await desk.set("host1") { $0.state = .cordoned }
            await look(desk, at: now)
            #expect(desk.standing == ["noFeasibleHost shop"])
            let container = try desk.container("shop")
            let next = try #require(container.restarts.nextAt)
            #expect(container.restarts.count == 3 && next > now)
            try await desk.set("host1") { $0.state = .ready }
            await look(desk, at: now.advanced(bySeconds: 600))
            try await desk.until("it runs") { $0.containers[name]?.state == .running }
            #expect(desk.standing == [])
        }
    }

    @Test("what somebody starts himself begins a new row")
    func byHand() async throws {
        try await Desk.with { desk in
            let name = try await stopped(desk, "shop", at: Timestamp.now.advanced(bySeconds: 600))
            try await desk.send(.post, "/v1/containers/shop/start?wait=60")
            let restarts = try #require(desk.state.containers[name]?.restarts)
            #expect(restarts.count == 0 && restarts.nextAt == nil && restarts.startedAt != nil)
        }
    }
}

@Suite("Containers that could not be moved")
struct MobilityKeeperTests {
    private let stuck = Mobility.immovable(reason: "a device", log: "")

    private func keeper(_ desk: Desk) -> MobilityKeeper {
        MobilityKeeper(fleet: desk.fleet, containers: desk.containers, firstPauseSeconds: 5)
    }

    @Test("are tried again after ever longer pauses, up to a quarter of an hour")
    func pauses() async throws {
        try await Desk.with(hosts: 1) { desk in
            let stuck = stuck
            try await desk.add("shop") { $0.mobility = stuck }
            let start = Timestamp.now
            var calendar = MobilityKeeper.Calendar()
            var trials: [Int] = []
            for second in 0...4000 {
                let before = desk.script.orders("trial").count
                if second.isMultiple(of: 5) {
                    desk.script.reply(to: "trial", .report(.mobility(stuck)))
                    await keeper(desk).look(at: start.advanced(bySeconds: Double(second)), &calendar)
                    if desk.script.orders("trial").count > before { trials.append(second) }
                }
            }
            #expect(trials.prefix(7) == [5, 15, 35, 75, 155, 315, 635])
            let pauses = zip(trials, trials.dropFirst()).map { $1 - $0 }
            #expect(pauses.suffix(2) == [900, 900])
        }
    }

    @Test("one that can move again has its clock begin, and its pauses are forgotten")
    func over() async throws {
        try await Desk.with(hosts: 1) { desk in
            let stuck = stuck
            let name = try await desk.add("shop") { $0.mobility = stuck }
            let start = Timestamp.now
            var calendar = MobilityKeeper.Calendar()
            await keeper(desk).look(at: start, &calendar)
            #expect(desk.script.kinds == [], "it has only just been found out")
            await keeper(desk).look(at: start.advanced(bySeconds: 5), &calendar)
            #expect(desk.state.containers[name]?.mobility == .movable)
            #expect(desk.state.containers[name]?.deadlineAt != nil)
            try await desk.change { draft in try draft.update(name) { $0.mobility = stuck } }
            await keeper(desk).look(at: start.advanced(bySeconds: 100), &calendar)
            #expect(desk.script.orders("trial").count == 1, "a first pause again")
        }
    }

    @Test(
        "once it was to be moved, an alarm stands, and what follows is what the policy says",
        arguments: ImmovableRule.allCases)
    func overdue(rule: ImmovableRule) async throws {
        try await Desk.with(hosts: 3) { desk in
            let stuck = stuck
            let shop = try await desk.add("shop") {
                $0.mobility = stuck
                $0.refusals = Refusals(since: .now, reason: "a device", dueAt: .now.advanced(bySeconds: 30))
            }
            let victim = try await desk.add("victim", of: "bravo")
            try await desk.add("rival", of: "bravo", on: "host2")
            try await desk.change { _ = try $0.set(Policy(whenImmovable: rule), as: .default, by: "ann") }
            let keeper = OverdueKeeper(
                fleet: desk.fleet, containers: desk.containers, relocator: desk.relocator, logger: desk.logger)
            var asked: [ContainerName: Timestamp] = [:]
            await keeper.look(at: .now, sparing: &asked)
            #expect(desk.standing == [], "its time has not come")
            let due = Timestamp.now.advanced(bySeconds: 31)
            await keeper.look(at: due, sparing: &asked)
            if rule == .alarm || rule == .evacuate { #expect(desk.standing == ["immovable shop"]) }
            switch rule {
            case .alarm: #expect(desk.state.containers[shop]?.state == .running && desk.state.relocations.isEmpty)
            case .restart, .isolate:
                try await desk.until("it has been stopped") { $0.restartsDue.map(\.container) == [shop] }
                await RestartKeeper(fleet: desk.fleet, containers: desk.containers, logger: desk.logger).look(at: .now)
                try await desk.until("it runs elsewhere") {
                    $0.containers[shop]?.state == .running && $0.containers[shop]?.host?.text != "host1"
                }
                if rule == .isolate { #expect(try desk.container("shop").host?.text == "host3") }
                #expect(desk.standing == [])
            case .evacuate:
                try await desk.until("its neighbour has left") {
                    $0.relocations.isEmpty && $0.containers[victim]?.host?.text != "host1"
                }
                #expect(try desk.container("shop").host?.text == "host1")
            }
        }
    }

    @Test(
        "what nothing comes of is asked again only after half a minute", arguments: [ImmovableRule.restart, .evacuate])
    func spared(rule: ImmovableRule) async throws {
        try await Desk.with(hosts: 1) { desk in
            let stuck = stuck
            let shop = try await desk.add("shop") {
                $0.mobility = stuck
                $0.refusals = Refusals(since: .now, reason: "a device", dueAt: .now)
            }
            let victim = try await desk.add("victim", of: "bravo")
            try await desk.change { _ = try $0.set(Policy(whenImmovable: rule), as: .default, by: "ann") }
            let keeper = OverdueKeeper(
                fleet: desk.fleet, containers: desk.containers, relocator: desk.relocator, logger: desk.logger)
            let concerned = rule == .restart ? shop : victim
            var asked: [ContainerName: Timestamp] = [:]
            let start = Timestamp.now.advanced(bySeconds: 1)
            for second in [0.0, 1, 29, 30] {
                await keeper.look(at: start.advanced(bySeconds: second), sparing: &asked)
                try await desk.until("no move is open") { $0.relocations.isEmpty }
                let last = start.advanced(bySeconds: second == 30 ? 30 : 0)
                #expect(asked == [concerned: last])
            }
            #expect(desk.state.containers[shop]?.state == .running, "no other host takes it")
            #expect(desk.state.nextRelocation == (rule == .evacuate ? 3 : 1))
        }
    }

    @Test("nobody is tried whose agent is away, or who is on the move; that is made up for later")
    func away() async throws {
        try await Desk.with(hosts: 1) { desk in
            let stuck = stuck
            try await desk.add("shop") { $0.mobility = stuck }
            let start = Timestamp.now
            var calendar = MobilityKeeper.Calendar()
            await keeper(desk).look(at: start, &calendar)
            desk.script.disconnect(try HostName("host1"))
            await keeper(desk).look(at: start.advanced(bySeconds: 10), &calendar)
            #expect(desk.script.kinds == [])
            desk.script.connect(try HostName("host1"))
            await keeper(desk).look(at: start.advanced(bySeconds: 11), &calendar)
            #expect(desk.script.kinds == ["trial"])
        }
    }
}

@Suite("Drains that take their time")
struct DrainKeeperTests {
    @Test(
        "one that has failed to leave is left alone for half a minute; one that no host takes is asked as soon as one can"
    )
    func pauses() async throws {
        try await Desk.with(hosts: 2) { desk in
            let name = try await desk.add("shop")
            try await desk.set("host1") { host in
                host.state = .draining
                host.drain = Drain(startedAt: .now, startedBy: "ann", total: 1)
            }
            let start = Timestamp.now
            var asked: [ContainerName: Timestamp] = [:]
            desk.script.fail("prepare", .imageMissing)
            await desk.drains.look(at: start, sparing: &asked)
            try await desk.until("it has failed") { $0.relocations.isEmpty && $0.nextRelocation == 2 }
            await desk.drains.look(at: start.advanced(bySeconds: 29), sparing: &asked)
            #expect(desk.state.nextRelocation == 2)
            try await desk.set("host2") { $0.state = .cordoned }
            await desk.drains.look(at: start.advanced(bySeconds: 30), sparing: &asked)
            try await desk.until("no host takes it") { $0.relocations.isEmpty && $0.nextRelocation == 3 }
            #expect(desk.standing == ["noFeasibleHost shop"])
            await desk.drains.look(at: start.advanced(bySeconds: 100), sparing: &asked)
            #expect(desk.state.nextRelocation == 3, "nothing has changed")
            try await desk.set("host2") { $0.state = .ready }
            await desk.drains.look(at: start.advanced(bySeconds: 101), sparing: &asked)
            try await desk.until("it has left") { $0.containers[name]?.host?.text == "host2" && $0.relocations.isEmpty }
            #expect(try desk.host("host1").state == .cordoned && desk.standing == [])
            await desk.drains.look(at: start.advanced(bySeconds: 102), sparing: &asked)
            #expect(asked.isEmpty, "it is not remembered any more")
        }
    }
}

@Suite("Hosts that are off for good by themselves")
struct LossKeeperTests {
    @Test("after so long a silence, while the gateway and the others are heard; its containers follow their rules")
    func automatic() async throws {
        try await Desk.with(lostAfterSeconds: 30) { desk in
            let stays = try await desk.add("stays")
            let comes = try await desk.add("comes") { $0.onHostLoss = .restart }
            let host = try HostName("host1")
            desk.script.disconnect(host)
            try await desk.set("host1") { $0.state = .unreachable }
            let seen = try #require(desk.agents.lastSeen(host))
            var withdrawn: Set<ContainerName> = []
            await desk.losses.look(at: seen.advanced(bySeconds: 29), since: seen, &withdrawn)
            #expect(try desk.host("host1").state == .unreachable)
            // Whoever was started anew repeats what is cut off, also when it is nothing.
            desk.script.forget()
            await desk.losses.look(at: seen.advanced(bySeconds: 30), since: seen, &withdrawn)
            #expect(try desk.host("host1").loss?.reason == "it was not heard for 30 seconds")
            try await desk.until("it runs") { $0.containers[comes]?.state == .running }
            #expect(desk.state.containers[stays]?.state == .lost(host) && withdrawn == [stays])
            let withdrawals = [comes, stays].map { name in
                AgentOrder.withdraw(
                    WithdrawOrder(
                        virtualAddress: desk.state.containers[name]?.virtualAddress,
                        ports: [PortMapping(port: 80, containerPort: 8080)], addresses: []))
            }
            #expect(desk.script.orders("withdraw") == withdrawals)
            await desk.losses.look(at: seen.advanced(bySeconds: 31), since: seen, &withdrawn)
            #expect(desk.script.orders("withdraw") == withdrawals, "the gateway is told once")
            #expect(desk.script.orders("fence").count == 1)
        }
    }

    @Test("what was being started on a host that is lost is lost with it, and has not failed")
    func lostWhileStarting() async throws {
        try await Desk.with { desk in
            desk.script.reply(to: "start", .silence)
            let name = try await desk.add("shop") { $0.state = .starting }
            desk.containers.begin(try desk.container("shop"))
            try await desk.script.heard("start")
            let host = try HostName("host1")
            try await desk.losses.declareLost(host, reason: "it burnt down", by: "ann")
            try await desk.script.heard("withdraw")
            var withdrawn: Set<ContainerName> = []
            await desk.losses.look(at: .now, since: .now, &withdrawn)
            try await desk.until("it is lost") { $0.containers[name]?.state == .lost(host) }
            #expect(desk.standing == ["hostLost host1", "lost shop"])
        }
    }

    @Test("never when nobody has asked for it, and never while the gateway is not heard")
    func never() async throws {
        for (limit, gateway) in [(nil, HostState.ready), (30.0, .unreachable)] as [(Double?, HostState)] {
            try await Desk.with(lostAfterSeconds: limit) { desk in
                try await desk.set("host1") { $0.state = .unreachable }
                try await desk.set(Desk.gateway) { $0.state = gateway }
                var withdrawn: Set<ContainerName> = []
                let now = Timestamp.now
                await desk.losses.look(at: now.advanced(bySeconds: 10_000), since: now, &withdrawn)
                #expect(try desk.host("host1").state == .unreachable)
            }
        }
    }

    @Test("what is to be started anew and finds no place says so, and is started when there is one")
    func noPlace() async throws {
        try await Desk.with(hosts: 2) { desk in
            let name = try await desk.add("shop") { $0.onHostLoss = .restart }
            desk.script.disconnect(try HostName("host1"))
            try await desk.set("host2") { $0.state = .cordoned }
            try await desk.send(.post, "/v1/hosts/host1/lost", #"{"reason":"burnt","confirm":"host1"}"#)
            var withdrawn: Set<ContainerName> = []
            await desk.losses.look(at: .now, since: .now, &withdrawn)
            #expect(desk.standing == ["hostLost host1", "noFeasibleHost shop"])
            try await desk.set("host2") { $0.state = .ready }
            await desk.losses.look(at: .now, since: .now, &withdrawn)
            try await desk.until("it runs") { $0.containers[name]?.state == .running }
            #expect(desk.standing == ["hostLost host1"])
        }
    }
}
