import FleetModel
import MovingTarget
import Testing

@testable import FleetCore

@Suite("Containers that do not let themselves be moved")
struct RefusalTests {
    /// A fleet with a container whose clock was to move it at `due`, and a move of it that has begun.
    private func moving(due: Double?) throws -> (SmallFleet, ContainerName, RelocationID) {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { $0.deadlineAt = due.map { epoch.advanced(bySeconds: $0) } }
        let id = try fleet.open(name)
        return (fleet, name, id)
    }

    private func end(_ fleet: inout SmallFleet, _ id: RelocationID, _ state: RelocationState, _ failure: StepFailure?)
        throws
    {
        var move = try #require(fleet.state.relocations[id])
        try fleet.change { draft in
            if state == .completed { try draft.arrive(move) }
            move.end(state, failure: failure, at: draft.now)
            draft.record(.relocation(move))
            try draft.settle(move)
        }
    }

    private let refusal = StepFailure(code: .dumpRefused, message: "a device is open")

    @Test("refusals are counted, with since when and why, until the container is moved")
    func counted() throws {
        var (fleet, name, id) = try moving(due: 5)
        fleet.now = epoch.advanced(bySeconds: 10)
        try end(&fleet, id, .failed, refusal)
        let first = Refusals(
            since: fleet.now, reason: "a device is open", dueAt: epoch.advanced(bySeconds: 5))
        #expect(try fleet.container(name).refusals == first)
        let since = fleet.now
        fleet.now = epoch.advanced(bySeconds: 20)
        try fleet.change { draft in
            var container = try draft.container(name)
            draft.refuses(&container, because: "a terminal is open", log: "")
            draft.record(.container(container))
        }
        let second = try #require(try fleet.container(name).refusals)
        #expect(second == Refusals(since: since, count: 2, reason: "a terminal is open", dueAt: first.dueAt))
        #expect(second.words == "has refused to move since \(since), 2 times, because a terminal is open")
        try fleet.change { draft in
            var container = try draft.container(name)
            draft.canMove(&container)
            draft.record(.container(container))
        }
        #expect(try fleet.container(name).deadlineAt == first.dueAt, "it is late, and no new stay begins")
        #expect(try fleet.container(name).refusals == second, "it has not been moved")
        #expect(fleet.state.dues.map(\.container) == [name])
        let again = try fleet.open(name)
        try end(&fleet, again, .completed, nil)
        #expect(try fleet.container(name).refusals == nil)
    }

    @Test(
        "a move that fails for another reason is tried again soon, and begins no new stay",
        arguments: [(10.0, 15.0), (1000, 1100), (100_000, 100_300)])
    func failedMove(now: Double, retry: Double) throws {
        for state in [RelocationState.failed, .rolledBack] {
            var (fleet, name, id) = try moving(due: 5)
            fleet.now = epoch.advanced(bySeconds: now)
            try end(&fleet, id, state, StepFailure(code: .restoreFailed, message: "no"))
            #expect(try fleet.container(name).deadlineAt == epoch.advanced(bySeconds: retry))
        }
    }

    @Test("what is mostly over at the next moment makes a container immovable when it has stood in the way three times")
    func moments() throws {
        for code in [FailureCode.fleetingFile, .clientsWaiting, .tookTooLong] {
            var (fleet, name, id) = try moving(due: 5)
            for count in 1...3 {
                fleet.now = epoch.advanced(bySeconds: Double(count) * 100)
                try end(&fleet, id, .failed, StepFailure(code: code, message: "a file is open"))
                let container = try fleet.container(name)
                #expect(container.refusals?.count == count)
                #expect(container.refusals?.dueAt == epoch.advanced(bySeconds: 5))
                #expect(container.mobility.isImmovable == (count == 3))
                #expect((container.deadlineAt == nil) == (count == 3))
                if count < 3 { id = try fleet.open(name) }
            }
        }
    }

    @Test("whose time has not come yet, or who has none, keeps it after a move that failed")
    func keptDeadline() throws {
        for due in [500.0, nil] {
            var (fleet, name, id) = try moving(due: due)
            fleet.now = epoch.advanced(bySeconds: 10)
            try end(&fleet, id, .failed, StepFailure(code: .restoreFailed, message: "no"))
            #expect(try fleet.container(name).deadlineAt == due.map { epoch.advanced(bySeconds: $0) })
        }
    }

    /// A fleet with a container of `acme` on the first host that has refused to move and was to.
    private func stuck() throws -> (SmallFleet, ContainerName) {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") {
            $0.mobility = .immovable(reason: "a device is open", log: "")
            $0.refusals = Refusals(since: epoch, reason: "a device is open", dueAt: epoch.advanced(bySeconds: 5))
        }
        fleet.now = epoch.advanced(bySeconds: 5)
        return (fleet, name)
    }

    @Test("whoever was to be moved by now and cannot be raises an alarm, once, but for those that nobody wants to move")
    func overdue() throws {
        let (fleet, name) = try stuck()
        #expect(fleet.state.overdueStuckContainers(at: epoch.advanced(bySeconds: 4)).isEmpty)
        #expect(fleet.state.overdueStuckContainers(at: fleet.now).map(\.name) == [name])
        for spare: (inout Container) -> Void in [
            { $0.isPaused = true }, { $0.refusals?.dueAt = nil },
            { $0.pin = Pin(reason: "audit", until: epoch.advanced(bySeconds: 60), setBy: "bob") },
        ] {
            var other = fleet
            try other.change { try $0.update(name, spare) }
            #expect(other.state.overdueStuckContainers(at: other.now).isEmpty)
        }
        var told = fleet
        for _ in 0..<2 {
            try told.change { draft in draft.noticeOverdue(try draft.container(name)) }
            #expect(
                told.state.alarms(of: .immovable).map(\.message) == [
                    "container 'shop' was to leave host '\(fleet.hosts[1])' at \(epoch.advanced(bySeconds: 5)) and cannot be "
                        + "moved: a device is open"
                ])
        }
        let id = try told.open(name)
        try end(&told, id, .completed, nil)
        #expect(told.state.alarms.isEmpty)
    }

    @Test("nobody else's container comes beside one that cannot be moved, unless a policy lets it")
    func besideNobody() throws {
        var (fleet, name) = try stuck()
        func reasons(for tenant: String, _ fleet: SmallFleet) throws -> [ExclusionReason] {
            var other = fleet
            let guest = try other.add("guest", of: tenant, on: 2)
            let decision = other.state.decision(
                moving: try other.container(guest), from: other.hosts[2], at: other.now, exposure: ExposureLog(),
                listing: .all
            ).decision
            return decision.exclusions.first { $0.host == other.hosts[1] }?.reasons ?? []
        }
        let acme = try TenantName("acme")
        #expect(try reasons(for: "bravo", fleet) == [.besideImmovable(.tenant(acme))])
        #expect(try reasons(for: "acme", fleet) == [])
        let starting = fleet.state.decision(
            starting: Container(
                spec: ContainerSpec(
                    name: try ContainerName("new"), tenant: try TenantName("bravo"), image: "redis",
                    digest: try fleet.container(name).spec.digest, runtime: .simulated),
                state: .starting, createdAt: fleet.now),
            requested: fleet.hosts[1], at: fleet.now)
        #expect(starting.decision.chosen == nil)
        let policy = Policy(placement: PlacementRules(besideImmovable: true))
        try fleet.change { _ = try $0.set(policy, as: .default, by: "ann") }
        #expect(try reasons(for: "bravo", fleet) == [])
        try fleet.change { _ = try $0.set(Policy(), as: .default, by: "ann") }
        try fleet.change { try $0.update(name) { $0.mobility = .movable } }
        #expect(try reasons(for: "bravo", fleet) == [])
    }

    @Test("one that is started cold because it cannot be moved goes to another host, or stays where none takes it")
    func elsewhere() throws {
        for leaving in Leaving.allCases {
            var (fleet, name) = try stuck()
            try fleet.add("rival", of: "bravo", on: 2)
            _ = try fleet.change { try $0.beginStarting(name, leaving, by: "clock") }
            #expect(try fleet.container(name).state == .stopping)
            try fleet.change { try $0.stopped(name, by: "clock") }
            let network = fleet.network
            let container = try fleet.change { try $0.startAnew(name, in: network) }
            #expect(container.host != fleet.hosts[1])
            if leaving == .alone { #expect(container.host == fleet.hosts[3]) }
            #expect(container.refusals == nil && container.restarts.leaving == nil)
        }
        var (fleet, name) = try stuck()
        for host in [2, 3] { try fleet.set(host) { $0.state = .cordoned } }
        #expect(throws: FleetError.self) { try fleet.change { try $0.beginStarting(name, .elsewhere, by: "clock") } }
        #expect(try fleet.container(name).state == .running)
    }

    @Test("its victims are those of others on its host that can be moved")
    func victims() throws {
        var (fleet, name) = try stuck()
        let victim = try fleet.add("victim", of: "bravo")
        try fleet.add("own", of: "acme")
        try fleet.add("far", of: "bravo", on: 2)
        try fleet.add("stuck", of: "bravo") { $0.mobility = .immovable(reason: "no", log: "") }
        let moving = try fleet.add("moving", of: "bravo")
        try fleet.open(moving)
        #expect(try fleet.state.victims(beside: fleet.container(name), at: fleet.now) == [victim])
    }
}
