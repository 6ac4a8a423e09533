import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@Suite("The queue of relocations")
struct StartQueueTests {
    private static let plenty = RelocationLimits(
        concurrentInFleet: 1000, concurrentPerHost: 100, concurrentPerTenant: 100)

    @Test("operators go first, then alerts, drains and the clock; among equals the first to come")
    func order() throws {
        var queue = StartQueue()
        let triggers: [Trigger] = [.clock, .drain, .operator_, .alert, .clock, .operator_, .drain, .alert]
        for (index, trigger) in triggers.enumerated() {
            queue.add(try Some.waiting(Int64(index + 1), trigger, tenant: "t\(index)", source: "h\(index)"))
        }
        let expected: [Int64] = [3, 6, 4, 8, 2, 7, 1, 5]
        #expect(queue.waiting.map(\.id.number) == expected)
        let destination = try HostName("z")
        var started: [Int64] = []
        while case .start(let waiting, let host) = queue.next(
            limits: Self.plenty, choose: { _, _ in .host(destination) })
        {
            #expect(host == destination)
            started.append(waiting.id.number)
        }
        #expect(started == expected)
        #expect(queue.waitingCount == 0)
        #expect(queue.runningCount == 8)
    }

    @Test(
        "limits are never exceeded whatever comes, ends, is cancelled or resumed",
        arguments: 1...20 as ClosedRange<UInt64>)
    func limitsHold(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let limits = RelocationLimits(
            concurrentInFleet: Int.random(in: 1...6, using: &generator),
            concurrentPerHost: Int.random(in: 1...3, using: &generator),
            concurrentPerTenant: Int.random(in: 1...3, using: &generator))
        let hosts = try (0..<5).map { try HostName("h\($0)") }
        var queue = StartQueue()
        var running: [RelocationID: (StartQueue.Waiting, HostName)] = [:]
        var waiting: [RelocationID: StartQueue.Waiting] = [:]
        for id in 1...600 as ClosedRange<Int64> {
            let trigger = Trigger.allCases.randomElement(using: &generator) ?? .clock
            let source = Int.random(in: 0..<5, using: &generator)
            let entry = try Some.waiting(
                id, trigger, tenant: "t\(Int.random(in: 0..<4, using: &generator))", source: "h\(source)",
                destination: Bool.random(using: &generator) ? "h\((source + 1) % 5)" : nil)
            queue.add(entry)
            waiting[entry.id] = entry
            for _ in 0..<2 {
                guard let ended = running.keys.sorted().randomElement(using: &generator) else { break }
                queue.end(ended)
                running[ended] = nil
            }
            if id % 9 == 0, let cancelled = waiting.keys.sorted().randomElement(using: &generator) {
                let (first, second) = (queue.cancel(cancelled), queue.cancel(cancelled))
                #expect(first && !second)
                waiting[cancelled] = nil
            }
            starting: while true {
                let full = hosts.filter { host in
                    running.values.count { $0.0.source == host || $0.1 == host } >= limits.concurrentPerHost
                }
                let action = queue.next(limits: limits) { entry, busy in
                    #expect(busy.isSuperset(of: full))
                    if let destination = entry.destination { return .host(destination) }
                    let free = hosts.filter { $0 != entry.source && !busy.contains($0) }
                    return free.randomElement(using: &generator).map { .host($0) } ?? .later
                }
                guard case .start(let entry, let destination) = action else { break starting }
                #expect(waiting.removeValue(forKey: entry.id) == entry)
                #expect(entry.destination == nil || entry.destination == destination)
                running[entry.id] = (entry, destination)
                #expect(running.count <= limits.concurrentInFleet)
                for host in hosts {
                    let count = running.values.count { $0.0.source == host || $0.1 == host }
                    #expect(count <= limits.concurrentPerHost)
                }
                let ofTenant = running.values.count { $0.0.tenant == entry.tenant }
                #expect(ofTenant <= limits.concurrentPerTenant)
            }
            #expect(queue.waitingCount == waiting.count)
            #expect(queue.runningCount == running.count)
        }
        #expect(queue.waiting.map(\.id).sorted() == waiting.keys.sorted())
    }

    @Test("hosts are busy by the limits of the moment, also when these have changed")
    func changedLimits() throws {
        var queue = StartQueue()
        let destination = try HostName("z")
        var limits = Self.plenty
        for id in 1...3 as ClosedRange<Int64> {
            queue.add(try Some.waiting(id, .clock, tenant: "t\(id)", source: id < 3 ? "a" : "b"))
        }
        while case .start = queue.next(limits: limits, choose: { _, _ in .host(destination) }) {}
        func busy(_ most: Int) throws -> Set<HostName> {
            limits.concurrentPerHost = most
            let id = RelocationID(9)
            queue.add(try Some.waiting(id.number, .clock, tenant: "t9", source: "c"))
            defer { queue.cancel(id) }
            var found: Set<HostName> = []
            _ = queue.next(limits: limits) { _, busy in
                found = busy
                return .later
            }
            return found
        }
        let (a, b) = (try HostName("a"), try HostName("b"))
        #expect(try busy(3) == [destination])
        #expect(try busy(2) == [a, destination])
        #expect(try busy(1) == [a, b, destination])
        queue.end(RelocationID(1))
        #expect(try busy(1) == [a, b, destination])
        #expect(try busy(2) == [destination])
        queue.end(RelocationID(3))
        #expect(try busy(1) == [a, destination])
        #expect(try busy(2) == [])
    }

    @Test("everything that waits starts in the end once nothing more comes", arguments: 1...5 as ClosedRange<UInt64>)
    func drains(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let limits = RelocationLimits(concurrentInFleet: 3, concurrentPerHost: 1, concurrentPerTenant: 1)
        var queue = StartQueue()
        for id in 1...200 as ClosedRange<Int64> {
            let source = Int.random(in: 0..<4, using: &generator)
            queue.add(
                try Some.waiting(id, tenant: "t\(id % 3)", source: "h\(source)", destination: "h\((source + 1) % 4)"))
        }
        var started = 0
        var running: [RelocationID] = []
        while queue.waitingCount > 0 {
            while case .start(let entry, _) = queue.next(
                limits: limits, choose: { entry, _ in entry.destination.map { .host($0) } ?? .later })
            {
                started += 1
                running.append(entry.id)
            }
            try #require(!running.isEmpty, "relocations wait although nothing runs")
            queue.end(running.remove(at: Int.random(in: 0..<running.count, using: &generator)))
        }
        #expect(started == 200)
    }

    @Test("a busy host or tenant keeps nobody else waiting")
    func passesOver() throws {
        let limits = RelocationLimits(concurrentInFleet: 10, concurrentPerHost: 1, concurrentPerTenant: 1)
        var queue = StartQueue()
        queue.resume(RelocationID(1), tenant: try TenantName("t1"), source: try HostName("a"), destination: nil)
        queue.add(try Some.waiting(2, tenant: "t2", source: "a"))
        queue.add(try Some.waiting(3, tenant: "t1", source: "b"))
        queue.add(try Some.waiting(4, tenant: "t4", source: "c", destination: "a"))
        queue.add(try Some.waiting(5, tenant: "t5", source: "d"))
        let destination = try HostName("e")
        let choose = { (entry: StartQueue.Waiting, _: Set<HostName>) in
            StartQueue.Choice.host(entry.destination ?? destination)
        }
        guard case .start(let first, _) = queue.next(limits: limits, choose: choose) else {
            Issue.record("nothing started")
            return
        }
        #expect(first.id.number == 5)
        let blocked = queue.next(limits: limits, choose: choose)
        #expect(blocked == .wait(until: nil))
        queue.end(RelocationID(5))
        queue.end(RelocationID(1))
        var others: Set<Int64> = []
        while case .start(let waiting, _) = queue.next(limits: limits, choose: choose) {
            others.insert(waiting.id.number)
            queue.end(waiting.id)
        }
        #expect(others == [2, 3, 4])
    }

    @Test("one that needs two hosts at once gets them although others take each as soon as it is free")
    func noStarvation() throws {
        let limits = RelocationLimits(concurrentInFleet: 10, concurrentPerHost: 1, concurrentPerTenant: 100)
        var queue = StartQueue()
        let choose = { (entry: StartQueue.Waiting, _: Set<HostName>) in
            entry.destination.map { StartQueue.Choice.host($0) } ?? .later
        }
        // One relocation always runs at host a and one at host b, and they end in turns.
        queue.add(try Some.waiting(1, source: "a", destination: "x"))
        queue.add(try Some.waiting(2, source: "b", destination: "y"))
        let actions = (0..<2).map { _ in queue.next(limits: limits, choose: choose) }
        #expect(!actions.contains(.wait(until: nil)))
        queue.add(try Some.waiting(3, source: "a", destination: "b"))
        var running = [(RelocationID(1), "a", "x"), (RelocationID(2), "b", "y")]
        for id in 4...200 as ClosedRange<Int64> {
            let (ended, host, other) = running.removeFirst()
            queue.end(ended)
            let next = try Some.waiting(id, source: host, destination: other)
            queue.add(next)
            running.append((next.id, host, other))
            while case .start(let entry, _) = queue.next(limits: limits, choose: choose) {
                if entry.id.number == 3 {
                    #expect(id > 4)
                    return
                }
            }
        }
        Issue.record("the relocation between the two busy hosts never started")
    }

    @Test("one without any possible destination leaves the queue, one whose destinations are busy stays")
    func nowhere() throws {
        var queue = StartQueue()
        queue.add(try Some.waiting(1, source: "a"))
        queue.add(try Some.waiting(2, source: "b"))
        let choose = { (entry: StartQueue.Waiting, _: Set<HostName>) -> StartQueue.Choice in
            entry.id.number == 1 ? .later : .nowhere
        }
        let actions = (0..<2).map { _ in queue.next(limits: Self.plenty, choose: choose) }
        #expect(actions == [.giveUp(try Some.waiting(2, source: "b")), .wait(until: nil)])
        #expect(queue.waiting.map(\.id.number) == [1])
        #expect(queue.runningCount == 0)
    }

    @Test("a destination that is busy is not taken although it is chosen")
    func wrongChoice() throws {
        let limits = RelocationLimits(concurrentInFleet: 10, concurrentPerHost: 1, concurrentPerTenant: 10)
        var queue = StartQueue()
        queue.resume(
            RelocationID(1), tenant: try TenantName("t"), source: try HostName("a"), destination: try HostName("b"))
        queue.add(try Some.waiting(2, source: "c"))
        let busy = try HostName("b")
        let action = queue.next(limits: limits) { _, _ in .host(busy) }
        #expect(action == .wait(until: nil))
        #expect(queue.runningCount == 1)
    }

    @Test("the clock and drains wait when enough have started in a minute, operators and alerts do not")
    func startsPerMinute() throws {
        var limits = Self.plenty
        limits.startsPerMinute = 3
        var queue = StartQueue()
        let destination = try HostName("z")
        func next(after seconds: Double) -> StartQueue.Action {
            queue.next(at: epoch.advanced(bySeconds: seconds), limits: StartLimits(fleet: limits)) { _, _ in
                .host(destination)
            }
        }
        for id in 1...5 as ClosedRange<Int64> {
            queue.add(try Some.waiting(id, id % 2 == 0 ? .clock : .drain, tenant: "t\(id)", source: "h\(id)"))
        }
        var started: [Int64] = []
        for seconds in [0.0, 10, 20] {
            guard case .start(let waiting, _) = next(after: seconds) else { continue }
            started.append(waiting.id.number)
        }
        #expect(started == [1, 3, 5])
        let held = next(after: 20)
        #expect(held == .wait(until: epoch.advanced(bySeconds: 60)))
        queue.add(try Some.waiting(6, .operator_, tenant: "t6", source: "h6"))
        queue.add(try Some.waiting(7, .alert, tenant: "t7", source: "h7"))
        for expected in [6, 7] as [Int64] {
            guard case .start(let waiting, _) = next(after: 30) else {
                Issue.record("relocation \(expected) did not start")
                return
            }
            #expect(waiting.id.number == expected)
        }
        // Those two count as well: of five in the last minute, three have to be a minute old.
        let stillHeld = next(after: 30)
        #expect(stillHeld == .wait(until: epoch.advanced(bySeconds: 80)))
        guard case .start(let waiting, _) = next(after: 80) else {
            Issue.record("nothing starts when the minute is over")
            return
        }
        #expect(waiting.id.number == 2)
    }

    @Test("the clock leaves a tenant's containers alone when they have stood still for long enough in an hour")
    func downtime() throws {
        var limits = Self.plenty
        limits.downtimeSecondsPerHour = 0.1
        var queue = StartQueue()
        let destination = try HostName("z")
        func next(after seconds: Double) -> StartQueue.Action {
            queue.next(at: epoch.advanced(bySeconds: seconds), limits: StartLimits(fleet: limits)) { _, _ in
                .host(destination)
            }
        }
        let tenant = try TenantName("t")
        queue.notePause(seconds: 0.06, of: tenant, at: epoch)
        queue.notePause(seconds: 0.06, of: tenant, at: epoch.advanced(bySeconds: 100))
        queue.add(try Some.waiting(1, .clock, tenant: "t", source: "a"))
        let held = next(after: 200)
        #expect(held == .wait(until: epoch.advanced(bySeconds: 3600)))
        queue.add(try Some.waiting(2, .drain, tenant: "t", source: "b"))
        queue.add(try Some.waiting(3, .clock, tenant: "other", source: "c"))
        var started: [Int64] = []
        while case .start(let waiting, _) = next(after: 201) { started.append(waiting.id.number) }
        #expect(started == [2, 3])
        while case .start(let waiting, _) = next(after: 3600) { started.append(waiting.id.number) }
        #expect(started == [2, 3, 1])
    }
}

/// Where time plays no part, all tenants have the fleet's limits, and none has others beside it.
extension StartQueue {
    fileprivate mutating func next(
        limits: RelocationLimits, choose: (_ waiting: Waiting, _ busy: Set<HostName>) -> Choice
    ) -> Action {
        next(at: epoch, limits: StartLimits(fleet: limits), choose: choose)
    }

    fileprivate mutating func next(
        at now: Timestamp, limits: StartLimits, choose: (_ waiting: Waiting, _ busy: Set<HostName>) -> Choice
    ) -> Action {
        next(at: now, limits: limits, sharing: { _, _ in false }, choose: choose)
    }

    fileprivate mutating func add(_ waiting: Waiting) { add(waiting, at: epoch) }

    fileprivate mutating func end(_ id: RelocationID) { end(id, at: epoch) }

    fileprivate mutating func resume(
        _ id: RelocationID, tenant: TenantName, source: HostName, destination: HostName?
    ) {
        resume(id, tenant: tenant, source: source, destination: destination, at: epoch)
    }
}
