import FleetModel
import MovingTarget
import Testing

@testable import FleetCore

@Suite("What is written down of a relocation")
struct RelocationRecordTests {
    private func step(_ kind: StepKind, attempt: Int = 1, _ state: StepState = .sent, at seconds: Double = 0) throws
        -> Step
    {
        var step = Step(
            kind: kind, host: try HostName("host1"), attempt: attempt, startedAt: epoch.advanced(bySeconds: seconds))
        step.state = state
        return step
    }

    private func move() throws -> Relocation {
        Relocation(
            id: RelocationID(7), container: try ContainerName("shop"), tenant: try TenantName("acme"),
            source: try HostName("host1"), destination: try HostName("host2"), trigger: .clock, actor: "clock",
            reason: nil, oldAddress: IPv4Address(number: 1), createdAt: epoch)
    }

    @Test("an outcome takes the place of its step and attempt; one of no step that was sent changes nothing")
    func outcomes() throws {
        var steps = [try step(.release), try step(.release, attempt: 2)]
        #expect(steps.take(try step(.release, .lost)) == true)
        #expect(steps.map(\.state) == [.lost, .sent])
        #expect(steps.take(try step(.release, attempt: 2, .succeeded)) == true)
        #expect(steps.map(\.state) == [.lost, .succeeded])
        #expect(steps.take(try step(.release, attempt: 3, .failed)) == false)
        #expect(steps.take(try step(.seal, .failed)) == false)
        #expect(steps.count == 2)
    }

    @Test("the pause is what was measured, or what the record says between steer and release")
    func pause() throws {
        for measured in [nil, 42.5] {
            var move = try move()
            move.begin([try step(.steer, at: 1)], at: epoch.advanced(bySeconds: 1))
            move.begin([try step(.release, at: 2)], at: epoch.advanced(bySeconds: 2))
            move.take(
                try step(.release, .succeeded, at: 2), report: nil, pauseMilliseconds: measured,
                at: epoch.advanced(bySeconds: 3))
            #expect(move.pauseMilliseconds == measured ?? 2000)
        }
        // Nothing stood still where nothing was released.
        for state in [StepState.failed, .lost] {
            var move = try move()
            move.begin([try step(.steer), try step(.release)], at: epoch)
            move.take(try step(.release, state), report: nil, pauseMilliseconds: 5, at: epoch)
            #expect(move.pauseMilliseconds == nil)
        }
        var unknown = try move()
        unknown.take(try step(.release, .succeeded), report: nil, pauseMilliseconds: 5, at: epoch)
        #expect(unknown.pauseMilliseconds == nil, "it was never sent")
    }

    @Test("a dump's size and the connections that are being closed are kept")
    func dump() throws {
        var move = try move()
        move.begin([try step(.checkpoint)], at: epoch)
        move.take(
            try step(.checkpoint, .succeeded), report: .dumped(bytes: 4096, closing: nil), pauseMilliseconds: nil,
            at: epoch)
        #expect(move.bytes == 4096 && move.closing == nil && move.steps.first?.state == .succeeded)
    }

    @Test("it runs from its first step on, and rolls back from the first step that undoes something")
    func states() throws {
        for kind in StepKind.allCases {
            var move = try move()
            move.begin([try step(kind)], at: epoch.advanced(bySeconds: 5))
            let undoes: Set<StepKind> = [.steerBack, .abandon, .revive, .disarm]
            #expect(move.state == (undoes.contains(kind) ? .rollingBack : .running), "\(kind)")
            #expect(move.startedAt == epoch.advanced(bySeconds: 5))
            move.begin([try step(.seal)], at: epoch.advanced(bySeconds: 9))
            #expect(move.startedAt == epoch.advanced(bySeconds: 5), "the beginning stays")
        }
        var move = try move()
        let failure = StepFailure(code: .unreachable, message: "gone")
        move.giveUp(failure)
        #expect(move.state == .rollingBack && move.failure == failure && move.endedAt == nil)
        move.end(.failed, failure: failure, at: epoch.advanced(bySeconds: 10))
        #expect(move.state == .failed && move.endedAt == epoch.advanced(bySeconds: 10))
    }

    @Test("what was to be removed at the end and was not, by the last attempt of each")
    func removals() throws {
        var move = try move()
        #expect(move.unfinishedRemovals.isEmpty)
        move.steps = [
            try step(.retire, .failed), try step(.retire, attempt: 2, .succeeded), try step(.abandon, .lost),
            try step(.disarm, .failed), try step(.seal, .lost),
        ]
        #expect(move.unfinishedRemovals.map(\.kind) == [.abandon, .disarm])
        #expect(move.subject == "relocation-7")
    }
}

@Suite("Relocations that wait")
struct QueueTests {
    @Test("only what is more urgent takes the place of what waits", arguments: Trigger.allCases)
    func ranks(waiting: Trigger) throws {
        let order: [Trigger] = [.operator_, .alert, .drain, .clock]
        for wanted in Trigger.allCases {
            var fleet = try SmallFleet()
            let name = try fleet.add("shop")
            let id = try fleet.open(name, to: nil, .queued, trigger: waiting)
            let request = RelocationRequest(container: name, trigger: wanted, actor: "bob")
            let replaced = fleet.change { $0.makeWay(for: request) }
            let isUrgent = try #require(order.firstIndex(of: wanted)) < (try #require(order.firstIndex(of: waiting)))
            #expect(replaced == (isUrgent ? id : nil), "\(wanted) over \(waiting)")
            #expect((fleet.state.openRelocation(of: name) == nil) == isUrgent)
            #expect(fleet.isCounted)
        }
    }

    @Test("what has begun is not pushed aside by anybody, and nothing is replaced where nothing waits")
    func begun() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        let request = RelocationRequest(container: name, trigger: .operator_, actor: "bob")
        #expect(fleet.change { $0.makeWay(for: request) } == nil)
        try fleet.open(name, .running, trigger: .clock)
        #expect(fleet.change { $0.makeWay(for: request) } == nil)
        #expect(fleet.state.openRelocation(of: name) != nil)
    }

    @Test("who replaced it is on record, and when")
    func record() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        try fleet.open(name, to: nil, .queued, trigger: .clock)
        fleet.now = epoch.advanced(bySeconds: 3)
        let request = RelocationRequest(container: name, trigger: .alert, actor: "bob")
        let draft = fleet.draft { _ = $0.makeWay(for: request) }
        guard case .relocation(let ended) = draft.changes.first else {
            Issue.record("nothing was recorded")
            return
        }
        #expect(ended.state == .cancelled && ended.cancelledBy == "bob" && ended.endedAt == fleet.now)
    }

    @Test("one that is given up leaves its container where it is, and it is tried again after half of its stay")
    func givenUp() throws {
        for hasDeadline in [true, false] {
            var fleet = try SmallFleet()
            try fleet.change { draft in
                _ = try draft.set(.deadline(seconds: 60, threshold: 0.5), as: .default, by: "ann")
            }
            let name = try fleet.add("shop") { $0.deadlineAt = hasDeadline ? epoch : nil }
            let id = try fleet.open(name, to: nil, .queued, trigger: .clock)
            fleet.now = epoch.advanced(bySeconds: 100)
            let move = try #require(fleet.state.relocations[id])
            fleet.change { $0.giveUp(move, .noFeasibleHost, "no host may take it") }
            #expect(fleet.state.relocations.isEmpty)
            let container = try fleet.container(name)
            #expect(container.state == .running && container.host == fleet.hosts[1])
            // One that the clock leaves alone is left alone further on.
            #expect(container.deadlineAt == (hasDeadline ? fleet.now.advanced(bySeconds: 50) : nil))
            #expect(fleet.state.due(of: name) == container.deadlineAt)
        }
    }

    @Test("one whose container ends meanwhile is given up: the next life has another place and another address")
    func ended() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { $0.restart = .always }
        let id = try fleet.open(name, to: nil, .queued)
        let draft = try fleet.draft { try $0.ended(name, with: .code(1), "it fell") }
        guard case .relocation(let move) = draft.changes.first else {
            Issue.record("it waits on")
            return
        }
        #expect(move.id == id && move.state == .failed && move.failure?.code == .notHere)
        #expect(draft.state.relocations.isEmpty && draft.state.restartsDue.count == 1)
    }

    @Test("what a relocation is in the queue")
    func waiting() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { $0.arrivedAt = nil }
        let id = try fleet.open(name, to: 3, .queued, trigger: .drain)
        let relocation = try #require(fleet.state.relocations[id])
        var expected = StartQueue.Waiting(
            id: id, trigger: .drain, tenant: try TenantName("acme"), source: fleet.hosts[1],
            destination: fleet.hosts[3])
        #expect(fleet.state.waiting(relocation) == expected, "nobody knows when it came")
        // t* of the policy that holds from the beginning.
        let longest = Policy().deadlineSeconds(threshold: 0.13)
        fleet.change { try? $0.update(name) { $0.arrivedAt = epoch } }
        expected.deadline = epoch.advanced(bySeconds: longest)
        #expect(fleet.state.waiting(relocation) == expected)
        let later = epoch.advanced(bySeconds: longest + 60)
        fleet.change { try? $0.update(name) { $0.deadlineAt = later } }
        expected.deadline = later
        #expect(fleet.state.waiting(relocation) == expected, "a stay may begin anew where the container is")
    }
}

@Suite("What the end of a relocation means")
struct SettleTests {
    private func ended(
        _ state: RelocationState, _ body: (inout Relocation) throws -> Void = { _ in }
    ) throws -> (SmallFleet, ContainerName, Relocation) {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { $0.virtualAddress = IPv4Address(number: 0xCB00_7101) }
        let id = try fleet.open(name)
        fleet.change { draft in
            draft.raise(.stepPending, about: "relocation-1", "'seal' is being repeated")
            draft.raise(.noFeasibleHost, about: "shop", "no host may take it")
        }
        var move = try #require(fleet.state.relocations[id])
        try body(&move)
        fleet.now = epoch.advanced(bySeconds: 10)
        try fleet.change { draft in
            if state == .completed { try draft.arrive(move) }
            move.end(state, failure: move.failure, at: draft.now)
            draft.record(.relocation(move))
            try draft.settle(move)
        }
        return (fleet, name, move)
    }

    @Test("completed: it is at its destination under its new address, and its old ones still count")
    func completed() throws {
        let (fleet, name, move) = try ended(.completed)
        let container = try fleet.container(name)
        #expect(container.state == .running && container.host == fleet.hosts[2])
        #expect(container.address == move.newAddress && container.retainedAddresses == [move.oldAddress])
        #expect(container.arrivedAt == fleet.now)
        #expect(fleet.state.alarms.isEmpty)
        #expect(fleet.isCounted)
    }

    @Test(
        "not moved: it is where it was, and the address that it was to get rests",
        arguments: [RelocationState.failed, .rolledBack, .cancelled])
    func notMoved(state: RelocationState) throws {
        let (fleet, name, move) = try ended(state)
        let container = try fleet.container(name)
        #expect(container.state == .running && container.host == fleet.hosts[1])
        #expect(container.address == move.oldAddress && container.retainedAddresses == [])
        let address = try #require(move.newAddress)
        #expect(fleet.state.quarantine.end(of: address, at: fleet.now) == fleet.now.advanced(bySeconds: 600))
        #expect(fleet.state.standing == ["noFeasibleHost shop"], "that no host could take it may hold still")
    }

    @Test("refused by the dump: it cannot be moved, shows why, and the clock leaves it alone")
    func refused() throws {
        let (fleet, name, _) = try ended(.failed) {
            $0.failure = StepFailure(code: .dumpRefused, message: "a device is open", toolMessage: "criu: no")
        }
        let container = try fleet.container(name)
        #expect(container.mobility == .immovable(reason: "a device is open", log: "criu: no"))
        #expect(container.deadlineAt == nil && fleet.state.due(of: name) == nil)
        #expect(fleet.state.stuckContainers.map(\.name) == [name])
    }

    @Test("stranded: it runs nowhere, an alarm says how it is started anew, and the clock leaves it alone")
    func stranded() throws {
        let (fleet, name, move) = try ended(.stranded)
        #expect(try fleet.container(name).state == .stranded(move.id))
        let alarm = try #require(fleet.state.alarms(of: .stranded).first)
        #expect(alarm.message.contains("POST /v1/containers/shop/start"))
        #expect(fleet.state.due(of: name) == nil)
    }

    @Test("what could not be removed is an alarm that names who holds it and why")
    func leftover() throws {
        for state in [RelocationState.completed, .failed, .rolledBack, .cancelled] {
            let (fleet, _, _) = try ended(state) { move in
                var lost = Step(kind: .retire, host: try HostName("host1"), attempt: 1, startedAt: epoch)
                lost.state = .lost
                var failed = Step(kind: .abandon, host: try HostName("host2"), attempt: 1, startedAt: epoch)
                failed.state = .failed
                failed.failure = StepFailure(code: .runtimeFailed, message: "busy")
                move.steps = [lost, failed]
            }
            let alarm = try #require(fleet.state.alarms(of: .leftover).first, "\(state)")
            #expect(alarm.subject == "relocation-1")
            #expect(
                alarm.message == "something of container 'shop' is still held by host1 (no answer) and host2 (busy)")
        }
    }

    @Test("the last one to leave a drained host ends the drain; it stays cordoned")
    func drained() throws {
        var fleet = try SmallFleet()
        let (first, second) = (try fleet.add("shop"), try fleet.add("blog"))
        try fleet.set(1) { host in
            host.state = .draining
            host.drain = Drain(startedAt: epoch, startedBy: "ann", total: 2)
        }
        for (number, name) in [first, second].enumerated() {
            let id = try fleet.open(name, to: 3)
            var move = try #require(fleet.state.relocations[id])
            try fleet.change { draft in
                try draft.arrive(move)
                move.end(.completed, failure: nil, at: draft.now)
                draft.record(.relocation(move))
                try draft.settle(move)
            }
            let host = try fleet.state.host(fleet.hosts[1])
            #expect(host.state == (number == 0 ? .draining : .cordoned))
            #expect((host.drain?.endedAt != nil) == (number == 1))
        }
    }

    @Test("a step is called pending from the fourth attempt on, with what went wrong last", arguments: 1...6)
    func repetition(attempt: Int) throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        let id = try fleet.open(name)
        var move = try #require(fleet.state.relocations[id])
        var step = Step(kind: .seal, host: fleet.hosts[2], attempt: attempt - 1, startedAt: epoch)
        step.state = .failed
        step.failure = StepFailure(code: .networkFailed, message: "nft said no")
        move.steps = [step]
        fleet.change { $0.noticeRepetition(of: move, attempt: attempt) }
        let words = "'seal' on host2 for container 'shop' is being repeated: nft said no"
        #expect(fleet.state.alarms(of: .stepPending).map(\.message) == (attempt > 3 ? [words] : []))
    }
}
