import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@Suite("How tenants share the slots for moves")
struct FairQueueTests {
    private static func limits(fleet: Int = 1000, host: Int = 100, tenant: Int = 100) -> RelocationLimits {
        RelocationLimits(concurrentInFleet: fleet, concurrentPerHost: host, concurrentPerTenant: tenant)
    }

    // MARK: The law

    @Test(
        "of tenants that always want a host's one slot, none holds it longer than another by more than one move takes",
        arguments: 1...10 as ClosedRange<UInt64>)
    func law(seed: UInt64) throws {
        try play(Self.limits(host: 1), hosts: 1, isShared: true, seed: seed, apart: 1)
    }

    @Test(
        "with several slots, none holds them longer than another by more than as many moves take as it may have at once",
        arguments: 1...10 as ClosedRange<UInt64>, [true, false])
    func lawOfSeveral(seed: UInt64, isShared: Bool) throws {
        try play(Self.limits(host: 4), hosts: 1, isShared: isShared, seed: seed, apart: isShared ? 3 : 4)
    }

    @Test(
        "the slots of the fleet are shared likewise among tenants on hosts of their own",
        arguments: 1...10 as ClosedRange<UInt64>)
    func lawOfFleet(seed: UInt64) throws {
        try play(Self.limits(fleet: 3), hosts: 5, isShared: true, seed: seed, apart: 2)
    }

    @Test(
        "nobody gains more than one move by moves that take longer than those before",
        arguments: 1...10 as ClosedRange<UInt64>)
    func misjudged(seed: UInt64) throws {
        try play(Self.limits(host: 1), hosts: 1, isShared: true, seed: seed, apart: 2, isSteady: false)
    }

    /// Five tenants that always have moves waiting; those of the first take the longest, and it asks for the most.
    private func play(
        _ limits: RelocationLimits, hosts: Int, isShared: Bool, seed: UInt64, apart moves: Double,
        isSteady: Bool = true
    ) throws {
        var generator = SeededGenerator(seed: seed)
        var play = QueuePlay(limits)
        play.isShared = isShared
        let (tenants, longest) = (5, 10_000)
        let usual = (0..<tenants).map { $0 == 0 ? longest : Int.random(in: 100...longest, using: &generator) }
        func ask(_ tenant: Int, _ play: inout QueuePlay) throws {
            let milliseconds = isSteady ? usual[tenant] : Int.random(in: 100...usual[tenant], using: &generator)
            try play.ask("t\(tenant)", from: "h\(tenant % hosts)", taking: Double(milliseconds) / 1000)
        }
        for tenant in 0..<tenants { for _ in 0..<(tenant == 0 ? 50 : 6) { try ask(tenant, &play) } }
        try play.start()
        for _ in 0..<600 {
            let next = play.endNext()
            let ended = try #require(next)
            try ask(try #require(Int(play.tenant(of: ended).dropFirst())), &play)
            try play.start()
            let held = (0..<tenants).map { play.held["t\($0)"] ?? 0 }
            let difference = (held.max() ?? 0) - (held.min() ?? 0)
            #expect(difference <= moves * Double(longest) / 1000 + 1e-6, "\(held)")
        }
    }

    // MARK: Victims

    @Test(
        "whoever shares a host with one tenant finds a slot at once, however many and however slow that one's moves are",
        arguments: [2, 3, 5], 1...3 as ClosedRange<UInt64>)
    func slotIsLeft(slots: Int, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var play = QueuePlay(Self.limits(host: slots))
        for _ in 0..<200 { try play.ask("spy", from: "h", taking: 60) }
        for _ in 0..<30 {
            try play.start()
            #expect(play.running.count == slots - 1)
            play.now += Double.random(in: 0...10, using: &generator)
            let victim = try play.ask("shop", from: "h", taking: 0.2)
            let started = try play.start()
            #expect(started == [victim])
            while play.running[victim] != nil { play.endNext() }
        }
    }

    @Test(
        "however many tenants crowd a host with slow moves, whose own are quick never waits longer than one move may take",
        arguments: 1...10 as ClosedRange<UInt64>)
    func crowd(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let budget = 60.0
        for slots in 1...3 {
            var play = QueuePlay(Self.limits(host: slots))
            for tenant in 0..<6 {
                for _ in 0..<40 { try play.ask("spy\(tenant)", from: "h", taking: budget) }
            }
            try play.start()
            // Nobody is new any more.
            for _ in 0..<6 {
                play.endNext()
                try play.start()
            }
            for _ in 0..<10 {
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    play.endNext()
                    try play.start()
                }
                // Its clock leaves it more than the others can take.
                let victim = try play.ask("shop", from: "h", taking: 0.5, by: play.now + budget)
                try play.start()
                while play.wait(of: victim) == nil {
                    play.endNext()
                    try play.start()
                }
                #expect(try #require(play.wait(of: victim)) <= budget)
            }
        }
    }

    @Test("a tenant with very many containers does not wait for ever beside one that has few, all on one host")
    func largeTenant() throws {
        var play = QueuePlay(Self.limits(fleet: 50, host: 1))
        for host in 0..<40 { for _ in 0..<30 { try play.ask("large", from: "h\(host)", taking: 5) } }
        for _ in 0..<30 { try play.ask("few", from: "h0", taking: 5) }
        try play.start()
        var atFirst: [String] = []
        while atFirst.count < 20, let ended = play.endNext() {
            if play.queue.waitingCount > 0 { try play.start() }
            if try Some.waiting(0, source: "h0").source == play.moves[ended]?.waiting.source {
                atFirst.append(play.tenant(of: ended))
            }
        }
        #expect(abs(atFirst.count { $0 == "large" } - 10) <= 1, "\(atFirst)")
    }

    @Test("the slots of the fleet do not go to who has many containers on many hosts")
    func fleetSlots() throws {
        var play = QueuePlay(Self.limits(fleet: 4, host: 1))
        for host in 0..<100 { for _ in 0..<5 { try play.ask("large", from: "h\(host)", taking: 30) } }
        try play.start()
        #expect(play.running.count == 3, "one slot is left, since others have containers, too")
        let victim = try play.ask("shop", from: "h0", to: "z", taking: 1)
        while play.wait(of: victim) == nil {
            play.endNext()
            try play.start()
        }
        #expect(try #require(play.wait(of: victim)) <= 30)
    }

    @Test("who is alone on a host uses all of its slots")
    func alone() throws {
        var play = QueuePlay(Self.limits(host: 3))
        play.isShared = false
        for _ in 0..<5 { try play.ask("shop", from: "h", taking: 5) }
        let started = try play.start()
        #expect(started.count == 3)
    }

    @Test("nobody moves to a host whose slots but one its tenant holds, where others have containers")
    func destination() throws {
        var play = QueuePlay(Self.limits(host: 2))
        let first = try play.ask("spy", from: "a", to: "z", taking: 60)
        let second = try play.ask("spy", from: "b", to: "z", taking: 60)
        let other = try play.ask("shop", from: "c", to: "z", taking: 60)
        let atOnce = try play.start()
        let ended = play.endNext()
        let later = try play.start()
        #expect(atOnce == [first, other] && ended == first && later == [second])
    }

    // MARK: Order

    @Test("time in which a tenant wanted nothing is no claim: from then on each gets every other slot")
    func idleTime() throws {
        var play = QueuePlay(Self.limits(host: 1))
        for _ in 0..<20 { try play.ask("busy", from: "h", taking: 10) }
        try play.start()
        for _ in 0..<10 {
            play.endNext()
            try play.start()
        }
        for _ in 0..<10 { try play.ask("idle", from: "h", taking: 10) }
        var turns: [String] = []
        for _ in 0..<10 {
            play.endNext()
            turns += try play.start().map { play.tenant(of: $0) }
        }
        #expect(abs(turns.count { $0 == "idle" } - 5) <= 1, "\(turns)")
        #expect(turns.first == "idle")
    }

    @Test("of a tenant's containers that goes first whose deadline comes first, and one without any last")
    func deadlines() throws {
        var play = QueuePlay(Self.limits(host: 1))
        let ids = try [nil, 30, 10, 20, nil].map { try play.ask("shop", from: "h", taking: 1, by: $0) }
        var order: [RelocationID] = []
        repeat { order += try play.start() } while play.endNext() != nil
        #expect(order == [2, 3, 1, 0, 4].map { ids[$0] })
    }

    @Test("ranks come before shares: what an operator asks for starts although its tenant has had more")
    func ranks() throws {
        var play = QueuePlay(Self.limits(host: 1))
        try play.ask("busy", from: "h", taking: 50)
        try play.start()
        try play.ask("idle", from: "h", taking: 1)
        let wanted = try play.ask("busy", from: "h", taking: 1, .operator_)
        play.endNext()
        let started = try play.start()
        #expect(started == [wanted])
    }

    @Test("no slot stays empty because those whose turn it is cannot start")
    func noSlotIsWasted() throws {
        var play = QueuePlay(Self.limits(host: 1))
        try play.ask("busy", from: "h", taking: 50)
        try play.start()
        let able = try play.ask("busy", from: "h", taking: 1)
        try play.ask("idle", from: "h", taking: 1)
        play.endNext()
        let started = try play.start { $0.tenant.text == "idle" }
        #expect(started == [able])
    }

    @Test("what its own tenant's limit keeps back has no room kept for it that others could use")
    func ownLimit() throws {
        var play = QueuePlay(Self.limits(fleet: 100, host: 2, tenant: 1))
        try play.ask("spy", from: "x", taking: 1e6)
        try play.start()
        for host in 0..<10 { for _ in 0..<3 { try play.ask("spy", from: "h\(host)", taking: 1) } }
        for round in 0..<(StartQueue.patience * 2) {
            let others = try (0..<2).map { try play.ask("shop\($0)", from: "h\(round % 10)", taking: 1) }
            let started = try play.start()
            #expect(Set(started) == Set(others), "\(round)")
            for _ in others { play.endNext() }
        }
    }

    // MARK: Those that wait for too long

    @Test("who waits beyond its deadline is named after a moment, and then now and then until it starts")
    func overdue() throws {
        var play = QueuePlay(Self.limits(host: 1))
        try play.ask("spy", from: "h", taking: 1000)
        try play.start()
        let victim = try play.ask("shop", from: "h", taking: 1, by: 10)
        try play.ask("shop", from: "h", taking: 1)
        func overdue(_ seconds: Double) -> [RelocationID] {
            play.queue.overdue(at: epoch.advanced(bySeconds: seconds), most: 10).map(\.id)
        }
        #expect(overdue(11.9) == [])
        #expect(play.queue.nextNotice == epoch.advanced(bySeconds: 12))
        #expect(overdue(12) == [victim] && overdue(13) == [] && overdue(132) == [victim])
        play.endNext()
        try play.start()
        #expect(play.queue.nextNotice == nil && overdue(5000) == [])
        // Asked for when it was too late already: not at once, but all the same.
        let late = try play.ask("shop", from: "h", taking: 1, by: 10)
        #expect(play.queue.nextNotice == epoch.advanced(bySeconds: 1002))
        play.queue.cancel(late)
        #expect(play.queue.nextNotice == nil)
    }

    @Test("it is said what keeps one from starting, and who holds it")
    func obstacles() throws {
        func found(
            _ limits: RelocationLimits, isShared: Bool, _ running: [(String, String, String)], _ tenant: String,
            _ source: String, _ destination: String? = nil
        ) throws -> (StartQueue.Obstacle, [RelocationID])? {
            var queue = StartQueue()
            for (number, move) in running.enumerated() {
                queue.resume(
                    RelocationID(Int64(number)), tenant: try TenantName(move.0), source: try HostName(move.1),
                    destination: try HostName(move.2), at: epoch)
            }
            let waiting = try Some.waiting(99, tenant: tenant, source: source, destination: destination)
            return queue.obstacle(to: waiting, limits: StartLimits(fleet: limits), sharing: { _, _ in isShared })
        }
        let running = [("spy", "a", "b"), ("spy", "a", "c"), ("shop", "d", "e")]
        let (one, two, three) = (RelocationID(0), RelocationID(1), RelocationID(2))
        let (a, b) = (try HostName("a"), try HostName("b"))
        let fleet = try found(Self.limits(fleet: 3), isShared: false, running, "new", "x")
        #expect(fleet?.0 == .fleet && fleet?.1 == [one, two, three])
        let tenant = try found(Self.limits(tenant: 2), isShared: false, running, "spy", "x")
        #expect(tenant?.0 == .tenant && tenant?.1 == [one, two])
        let source = try found(Self.limits(host: 2), isShared: false, running, "shop", "a")
        #expect(source?.0 == .host(a) && source?.1 == [one, two])
        let target = try found(Self.limits(host: 1), isShared: false, running, "shop", "x", "b")
        #expect(target?.0 == .host(b) && target?.1 == [one])
        let share = try found(Self.limits(host: 3), isShared: true, running, "spy", "a")
        #expect(share?.0 == .share(a) && share?.1 == [one, two])
        #expect(try found(Self.limits(host: 3), isShared: false, running, "spy", "a") == nil)
        #expect(try found(Self.limits(host: 3), isShared: true, running, "shop", "a") == nil)
    }
}
