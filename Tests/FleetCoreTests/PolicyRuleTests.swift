import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("Which policy holds for what")
struct PolicyRuleTests {
    private func policy(_ seconds: Double) -> Policy { .deadline(seconds: seconds, threshold: 0.5) }

    private func own(_ number: Int) throws -> PolicyName { try PolicyName("own\(number)") }

    @Test("a container's own, else its tenant's, else default; one that is not there any more counts as none")
    func precedence() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        for number in 1...2 {
            try fleet.change { _ = try $0.set(policy(Double(number) * 100), as: try own(number), by: "ann") }
        }
        func holds() throws -> PolicyName { fleet.state.policyName(of: try fleet.container(name)) }
        #expect(try holds() == .default)
        var tenant = try fleet.state.tenant(TenantName("acme"))
        tenant.policy = try own(1)
        fleet.change { $0.record(.tenant(tenant)) }
        #expect(try holds() == own(1))
        let second = try own(2)
        try fleet.change { try $0.update(name) { $0.policy = second } }
        #expect(try holds() == second)
        #expect(fleet.state.policy(of: try fleet.container(name)).assumedAttackSeconds > 200)
        #expect(fleet.state.users(of: second) == ["container 'shop'"])
        #expect(fleet.state.users(of: try own(1)) == ["tenant 'acme'"])
        #expect(fleet.state.users(of: .default) == [])
        fleet.change { $0.record(.policyRemoved(second)) }
        #expect(fleet.state.policy(of: try fleet.container(name)) == fleet.state.defaultPolicy)
    }

    @Test("default is there before anybody sets it; others are not")
    func builtIn() throws {
        let fleet = try SmallFleet()
        let record = try fleet.state.policy(.default)
        #expect(record.version == 0 && record.policy == Policy())
        let missing = try own(1)
        #expect(throws: FleetError.notFound(kind: "policy", name: "own1")) { try fleet.state.policy(missing) }
        #expect(throws: FleetError.invalid(field: "policy", detail: "there is no policy 'own1'")) {
            try fleet.state.checkPolicy(missing)
        }
        #expect(throws: Never.self) { try fleet.state.checkPolicy(.default) }
    }

    @Test("versions go on counting, also those of a policy that was removed in between")
    func versions() throws {
        var fleet = try SmallFleet()
        let name = try own(1)
        for number in 1...3 {
            let record = try fleet.change { try $0.set(policy(100), as: name, by: "ann") }
            #expect(record.version == number && record.changedBy == "ann" && record.changedAt == fleet.now)
            if number == 2 { fleet.change { $0.record(.policyRemoved(name)) } }
        }
    }

    @Test("what cannot work is refused, and what only default may set is set in default only")
    func refused() throws {
        var fleet = try SmallFleet()
        var impossible = policy(100)
        impossible.clock = .static
        impossible.dwell = DwellBounds(maxSeconds: 200)
        #expect(throws: PolicyRefusal.self) { try fleet.change { _ = try $0.set(impossible, as: .default, by: "ann") } }
        let limits: [(String, (inout RelocationLimits) -> Void)] = [
            ("concurrentInFleet", { $0.concurrentInFleet += 1 }), ("concurrentPerHost", { $0.concurrentPerHost += 1 }),
            ("startsPerMinute", { $0.startsPerMinute = 7 }),
        ]
        for (field, change) in limits {
            var policy = policy(100)
            change(&policy.limits)
            #expect(
                throws: FleetError.invalid(
                    field: "limits.\(field)",
                    detail: "holds for the whole fleet and is set in policy 'default'; leave it out here")
            ) { try fleet.change { _ = try $0.set(policy, as: try own(1), by: "ann") } }
            #expect(throws: Never.self) { try fleet.change { _ = try $0.set(policy, as: .default, by: "ann") } }
            try fleet.change { _ = try $0.set(Policy(), as: .default, by: "ann") }
        }
        var tenant = policy(100)
        tenant.limits.concurrentPerTenant = 9
        #expect(throws: Never.self) { try fleet.change { _ = try $0.set(tenant, as: try own(1), by: "ann") } }
        #expect(fleet.state.index.policies.map(\.text) == ["own1"])
    }

    @Test(
        "when a policy changes, those that it holds for are given new deadlines from their arrival on, and nobody else is"
    )
    func deadlines() throws {
        var fleet = try SmallFleet()
        try fleet.change { _ = try $0.set(policy(1000), as: try own(1), by: "ann") }
        let name = try own(1)
        let concerned = try fleet.add("concerned") { $0.policy = name }
        let stuck = try fleet.add("stuck") { container in
            container.policy = name
            container.mobility = .immovable(reason: "a device", log: "")
        }
        let stopped = try fleet.add("stopped") { container in
            container.policy = name
            container.state = .stopped(reason: "it ended")
        }
        let other = try fleet.add("other")
        let before = fleet.state
        fleet.now = epoch.advanced(bySeconds: 10)
        try fleet.change { _ = try $0.set(policy(50), as: name, by: "ann") }
        let deadline = try #require(try fleet.container(concerned).deadlineAt)
        #expect(deadline >= fleet.now && deadline <= epoch.advanced(bySeconds: 50))
        for name in [stuck, stopped, other] {
            #expect(fleet.state.containers[name] == before.containers[name], "\(name)")
        }
        #expect(Array(fleet.state.dues.map(\.container)) == [concerned])
    }

    @Test("a stay that is longer already than a new policy allows ends now", arguments: 0..<20 as Range<UInt64>)
    func overdue(seed: UInt64) throws {
        var fleet = try SmallFleet(seed: seed)
        let name = try fleet.add("shop")
        fleet.now = epoch.advanced(bySeconds: 500)
        try fleet.change { _ = try $0.set(policy(50), as: .default, by: "ann") }
        #expect(try fleet.container(name).deadlineAt == fleet.now)
        #expect(fleet.state.isDue(name, at: fleet.now))
    }

    @Test("under a clock that never fires nothing is due, nor is what cannot move")
    func still() throws {
        var fleet = try SmallFleet()
        var still = Policy()
        still.clock = .static
        let name = try fleet.add("shop") { $0.deadlineAt = epoch }
        try fleet.change { [still] draft in _ = try draft.set(still, as: .default, by: "ann") }
        #expect(try fleet.container(name).deadlineAt == nil && fleet.state.dues.isEmpty)
        try fleet.change { _ = try $0.set(policy(50), as: .default, by: "ann") }
        var container = try fleet.container(name)
        #expect(container.deadlineAt != nil)
        container.mobility = .immovable(reason: "a device", log: "")
        #expect(fleet.state.deadline(of: container, arrivedAt: epoch, at: epoch) == nil)
    }
}

@Suite("When the clock has to move a container")
struct DueTests {
    @Test("a table: only what runs, can move and is left to the clock")
    func table() throws {
        let soon = epoch.advanced(bySeconds: 10)
        let late = epoch.advanced(bySeconds: 90)
        let table: [(String, Timestamp?, (inout Container) -> Void)] = [
            ("as it is", soon, { _ in }), ("no deadline", nil, { $0.deadlineAt = nil }),
            ("paused", nil, { $0.isPaused = true }), ("not known to be movable", nil, { $0.mobility = .unknown }),
            ("immovable", nil, { $0.mobility = .immovable(reason: "a device", log: "") }),
            ("starting", nil, { $0.state = .starting }), ("stopped", nil, { $0.state = .stopped(reason: "it ended") }),
            ("pinned for longer", late, { $0.pin = Pin(reason: "audit", until: late, setBy: "bob") }),
            ("pinned for less", soon, { $0.pin = Pin(reason: "audit", until: epoch, setBy: "bob") }),
        ]
        for (what, expected, body) in table {
            var fleet = try SmallFleet()
            let name = try fleet.add("shop") { container in
                container.deadlineAt = soon
                body(&container)
            }
            #expect(fleet.state.due(of: name) == expected, "\(what)")
            #expect(fleet.state.dues.map(\.at) == [expected].compactMap(\.self), "\(what)")
            if let expected {
                #expect(fleet.state.isDue(name, at: expected), "\(what)")
                #expect(!fleet.state.isDue(name, at: expected.advanced(bySeconds: -0.001)), "\(what)")
                fleet.change { $0.record(.scheduler(paused: true)) }
            }
            #expect(!fleet.state.isDue(name, at: late), "\(what)")
        }
    }

    @Test("neither what waits for its move is due, nor what is a paused tenant's")
    func waiting() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { $0.deadlineAt = epoch }
        let id = try fleet.open(name, to: nil, .queued)
        #expect(fleet.state.due(of: name) == nil && fleet.state.dues.isEmpty)
        var move = try #require(fleet.state.relocations[id])
        move.state = .cancelled
        fleet.change { $0.record(.relocation(move)) }
        #expect(fleet.state.due(of: name) == epoch && fleet.state.dues.count == 1)
        var tenant = try fleet.state.tenant(TenantName("acme"))
        tenant.isPaused = true
        fleet.change { $0.record(.tenant(tenant)) }
        #expect(fleet.state.due(of: name) == nil && fleet.state.dues.isEmpty)
    }
}

@Suite("How long moves took lately")
struct MoveTimesTests {
    private func move(_ seconds: Double, pause: Double?, to host: String = "host2") throws -> Relocation {
        var move = Relocation(
            id: RelocationID(1), container: try ContainerName("shop"), tenant: try TenantName("acme"),
            source: try HostName("host1"), destination: try HostName(host), trigger: .clock, actor: "clock",
            reason: nil, oldAddress: IPv4Address(number: 1), createdAt: epoch)
        move.startedAt = epoch
        move.endedAt = epoch.advanced(bySeconds: seconds)
        move.pauseMilliseconds = pause
        move.state = .completed
        return move
    }

    @Test("nothing is known before the first; then the median of the last 64 counts")
    func median() throws {
        var times = MoveTimes()
        #expect(times.moveSeconds == nil && times.pauseSeconds == nil)
        for number in 1...64 { times.note(try move(Double(number), pause: Double(number) * 10)) }
        #expect(times.moveSeconds == 33 && times.pauseSeconds == 0.33)
        for _ in 1...64 { times.note(try move(5, pause: 100)) }
        #expect(times.moveSeconds == 5 && times.pauseSeconds == 0.1, "what is older does not count")
    }

    @Test("what never began or stood still says nothing")
    func unknown() throws {
        var times = MoveTimes()
        var unfinished = try move(5, pause: 100)
        unfinished.startedAt = nil
        times.note(unfinished)
        times.note(try move(5, pause: nil))
        #expect(times.moveSeconds == 5 && times.pauseSeconds == nil)
        #expect(times.cost(of: try HostName("host2")) == 0)
    }

    @Test("a host costs the more the longer pauses are, never as much as 1, and others' pauses do not count")
    func cost() throws {
        var times = MoveTimes()
        var last = 0.0
        let (host, other) = (try HostName("host2"), try HostName("host3"))
        for pause in [10.0, 100, 1000, 10_000, 100_000] {
            for _ in 0..<100 { times.note(try move(1, pause: pause)) }
            let cost = times.cost(of: host)
            #expect(cost > last && cost < 1)
            last = cost
        }
        #expect(times.cost(of: other) == 0)
        var steady = MoveTimes()
        for _ in 0..<10 { steady.note(try move(1, pause: 1000)) }
        #expect(steady.cost(of: host) == 0.5, "a pause of a second costs half of the most")
    }

    @Test("what a ledger remembers counts as what has just happened does")
    func remembered() throws {
        var (told, remembering) = (try SmallFleet(), try SmallFleet())
        let moves = try (1...9).map { try move(Double($0), pause: Double($0) * 50) }
        let name = try told.add("shop")
        #expect(name.text == "shop")
        for move in moves { told.change { $0.record(.relocation(move)) } }
        remembering.state.remember(moves)
        #expect(told.state.moveTimes.moveSeconds == remembering.state.moveTimes.moveSeconds)
        #expect(told.state.moveTimes.pauseSeconds == remembering.state.moveTimes.pauseSeconds)
    }
}

extension FleetState {
    /// Whether a clock that looks now for the first time moves a container.
    fileprivate func isDue(_ name: ContainerName, at now: Timestamp) -> Bool {
        var watch = DueWatch()
        return watch.look(at: self, now).due.contains(name)
    }
}
