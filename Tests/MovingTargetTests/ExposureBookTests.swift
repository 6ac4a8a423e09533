import FleetModel
import RelocateTesting
import Testing

@testable import MovingTarget

@Suite("The exposure book")
struct ExposureBookTests {
    private static let seeds: Range<UInt64> = 0..<300

    @Test("every figure of a random history equals what intersecting all stays gives")
    func equalsOracle() throws {
        var (compared, overdue, alone) = (0, 0, 0)
        for seed in Self.seeds {
            var history = try ExposureHistory(seed: seed)
            for _ in 0..<8 {
                for _ in 0..<12 { try history.act() }
                history.look()
                try Self.compare(&history)
                overdue += history.book.overdue(at: history.now).count
                alone += history.containers.count(where: history.book.wasAlone)
                compared += 1
                // The same figures some time later, when nothing has changed.
                history.pass(milliseconds: 1234)
                try Self.compare(&history)
            }
        }
        #expect(compared == 2400)
        // The histories must be such that the comparison means something.
        #expect(overdue > 1000 && alone > 1000)
    }

    @Test("what is remembered of time beside others is the weighted time, however long ago it was")
    func remembered() throws {
        for seed in Self.seeds {
            let memory = [0.5, 7, 400][Int(seed % 3)]
            var history = try ExposureHistory(seed: seed, memorySeconds: memory)
            for _ in 0..<6 {
                for _ in 0..<15 { try history.act() }
                history.look()
                for tenant in history.parties {
                    let seconds = history.book.partySeconds(of: tenant, at: history.now)
                    #expect(seconds[tenant] == nil)
                    for stranger in history.parties where stranger != tenant {
                        let expected = history.oracle.partySeconds(
                            of: tenant, to: stranger, at: history.now, memory: memory)
                        #expect(abs((seconds[stranger] ?? 0) - expected) <= 1e-9 * max(1, expected))
                    }
                }
            }
        }
    }

    @Test("where a tenant meets too many to add up what goes on, that is looked up, and the figures are the same")
    func lookedUp() throws {
        var lookedUp = 0
        for seed in Self.seeds {
            // Five others are more than four, and not a quarter more.
            var history = try ExposureHistory(seed: seed, tenantCount: 6, rowLimit: 4)
            for _ in 0..<6 {
                for _ in 0..<15 { try history.act() }
                history.look()
                try Self.compare(&history)
                lookedUp += history.book.rows.values.count { !$0.isSummed }
                for pair in history.pairs {
                    let (tenant, stranger) = (pair.tenant, pair.stranger)
                    let seconds = history.book.partySeconds(of: tenant, at: history.now)[stranger] ?? 0
                    let expected = history.oracle.partySeconds(of: tenant, to: stranger, at: history.now, memory: 30)
                    #expect(abs(seconds - expected) <= 1e-9 * max(1, expected))
                }
            }
        }
        #expect(lookedUp > 100)
    }

    @Test("of very many others those are forgotten beside whom a tenant was for the shortest time; what goes on counts")
    func bounded() throws {
        var forgotten = 0
        for seed in Self.seeds {
            var history = try ExposureHistory(seed: seed, tenantCount: 6, rowLimit: 2)
            for _ in 0..<6 {
                for _ in 0..<15 { try history.act() }
                history.look()
                for row in history.book.rows.values { #expect(row.pairs.count <= 2) }
                for pair in history.pairs {
                    let (tenant, stranger) = (pair.tenant, pair.stranger)
                    let seconds = history.book.partySeconds(of: tenant, at: history.now)[stranger] ?? 0
                    let all = history.oracle.partySeconds(of: tenant, to: stranger, at: history.now, memory: 30)
                    let ongoing = history.oracle.ongoingSeconds(of: tenant, to: stranger, at: history.now, memory: 30)
                    #expect(seconds >= ongoing - 1e-9 && seconds <= all + 1e-9)
                    if seconds < all - 1e-6 { forgotten += 1 }
                }
            }
        }
        #expect(forgotten > 100)
    }

    @Test("the worst containers and pairs are those that a look at all of them finds")
    func worst() throws {
        for seed in Self.seeds {
            var history = try ExposureHistory(seed: seed)
            for _ in 0..<6 {
                for _ in 0..<15 { try history.act() }
                let (book, now) = (history.book, history.now)
                let containers = history.containers.compactMap { book.exposure(of: $0, at: now) }
                let pairs = history.pairs.compactMap { book.exposure(of: $0.tenant, to: $0.stranger, at: now) }
                #expect(book.pairCount == pairs.count)
                for count in [1, 3, 100] {
                    let worst = book.worstContainers(count, at: now) { party in
                        containers.filter { book.party(of: $0.tenant) == party }.map(\.container)
                    }
                    #expect(Set(worst).count == min(count, containers.count))
                    #expect(worst.count == min(count, containers.count))
                    let found = worst.compactMap { book.exposure(of: $0, at: now)?.share(at: now) }
                    #expect(found == Array(containers.map { $0.share(at: now) }.sorted(by: >).prefix(count)))

                    let worstPairs = book.worstPairs(count, at: now)
                    #expect(Set(worstPairs).count == min(count, pairs.count))
                    let seconds = worstPairs.compactMap {
                        book.exposure(of: $0.tenant, to: $0.stranger, at: now)?.longest?.seconds(at: now)
                    }
                    let expected = pairs.compactMap { $0.longest?.seconds(at: now) }.sorted(by: >)
                    #expect(seconds == Array(expected.prefix(count)))
                }
                let overdue = Dictionary(grouping: book.overdue(at: now), by: \.container).compactMapValues(
                    \.first?.since)
                let longest = book.longestOverdue(at: now).map { ($0.container, $0.since) }
                #expect(Dictionary(longest, uniquingKeysWith: min) == overdue && longest.count == overdue.count)
            }
        }
    }

    @Test("of many that a container is beside the oldest are named, and all are counted")
    func naming() throws {
        var scene = try Scene()
        try scene.arrive("victim", of: "v", at: 0)
        for number in 1...5 { try scene.arrive("spy-\(number)", of: "u\(number)", at: Double(number)) }
        let exposure = try #require(
            scene.book.exposure(of: try ContainerName("victim"), at: Scene.time(9), naming: 2))
        #expect(exposure.current.map(\.stranger.description) == ["u1", "u2"])
        #expect(exposure.currentCount == 5)
    }

    @Test("a timer set to the next instant finds a co-residence overdue then, and none that became so before")
    func timer() throws {
        for seed in Self.seeds {
            var history = try ExposureHistory(seed: seed)
            for _ in 0..<40 {
                try history.act()
                let before = Set(history.book.overdue(at: history.now))
                guard let next = history.nextOverdue() else { continue }
                #expect(next > history.now)
                let last = Timestamp(milliseconds: next.milliseconds - 1)
                #expect(Set(history.book.overdue(at: last)) == before)
                #expect(Set(history.book.overdue(at: next)).count > before.count)
            }
        }
    }

    @Test("a book made from stays in the order of their arrivals says what the book that saw them says")
    func replay() throws {
        for seed in Self.seeds {
            var history = try ExposureHistory(seed: seed, smallestStep: 1)
            for _ in 0..<100 { try history.act(attacks: [3000]) }
            var replay = ExposureReplay(memorySeconds: history.book.memorySeconds, groups: history.groups)
            for stay in history.oracle.stays {
                replay.add(
                    Residence(
                        container: stay.container, tenant: stay.tenant, host: stay.host, arrivedAt: stay.from.time,
                        leftAt: stay.to?.time), limits: ExposureHistory.limits(3))
            }
            var book = replay.finish()
            let now = history.now
            for name in history.containers {
                let (made, seen) = (book.exposure(of: name, at: now), history.book.exposure(of: name, at: now))
                #expect(made.map { $0.agrees(with: seen) } ?? (seen == nil))
                #expect(book.visits(of: name) == history.book.visits(of: name))
                #expect(book.wasAlone(name) == history.book.wasAlone(name))
            }
            for tenant in history.parties {
                #expect(book.exposures(of: tenant, at: now) == history.book.exposures(of: tenant, at: now))
                let (made, seen) = (
                    book.partySeconds(of: tenant, at: now), history.book.partySeconds(of: tenant, at: now)
                )
                #expect(made.keys == seen.keys)
                // Sums in another order differ in their last digits.
                #expect(made.allSatisfy { abs($1 - (seen[$0] ?? -1)) < 1e-6 }, "\(made) is not \(seen)")
            }
            #expect(book.overdue(at: now) == history.book.overdue(at: now))
            #expect(book.nextOverdue(after: now) == history.nextOverdue())
        }
    }

    @Test("a second container of the same tenant that comes before the first leaves interrupts nothing")
    func relay() throws {
        var scene = try Scene()
        try scene.arrive("victim", of: "v", at: 0)
        try scene.arrive("spy-1", of: "u", at: 1)
        try scene.arrive("spy-2", of: "u", at: 5)
        try scene.leave("spy-1", at: 6)
        #expect(try scene.victim(at: 9).current.map(\.since) == [Scene.time(1)])
        try scene.leave("spy-2", at: 10)
        let exposure = try scene.victim(at: 20)
        #expect(exposure.seconds == 9)
        #expect((exposure.endedCount, exposure.endedBeforeAttackCount) == (1, 1))
        // Each spy was beside v for some time, and v's one container beside u for all of it.
        let reverse = try #require(
            scene.book.exposure(of: .tenant(try TenantName("u")), to: .tenant(try TenantName("v")), at: Scene.time(20)))
        #expect((reverse.seconds, reverse.endedCount) == (10, 2))
    }

    @Test("a co-residence of exactly A is overdue while it goes on, and did not end before the attack")
    func exactlyA() throws {
        var scene = try Scene()
        try scene.arrive("victim", of: "v", at: 0)
        try scene.arrive("spy", of: "u", at: 0)
        #expect(scene.book.nextOverdue(after: Scene.time(0)) == Scene.time(10))
        #expect(scene.book.overdue(at: Timestamp(milliseconds: Scene.time(10).milliseconds - 1)).isEmpty)
        #expect(scene.book.overdue(at: Scene.time(10)).count == 2)
        try scene.leave("spy", at: 10)
        #expect(try scene.victim(at: 10).endedBeforeAttackCount == 0)
    }

    @Test("a co-residence is judged by the attack time in force when it ends")
    func changedAttack() throws {
        var scene = try Scene()
        try scene.arrive("victim", of: "v", at: 0)
        try scene.arrive("spy", of: "u", at: 0)
        scene.book.setLimits(ExposureLimits(attackSeconds: 3), for: try ContainerName("victim"), at: Scene.time(0))
        #expect(scene.book.nextOverdue(after: Scene.time(0)) == Scene.time(3))
        try scene.leave("spy", at: 4)
        scene.book.setLimits(ExposureLimits(attackSeconds: 100), for: try ContainerName("victim"), at: Scene.time(4))
        let exposure = try scene.victim(at: 5)
        #expect((exposure.endedCount, exposure.endedBeforeAttackCount) == (1, 0))
        #expect(exposure.attackSeconds == 100)
    }

    @Test("a stay that ended does not begin again, whoever says so")
    func endedStaysEnded() throws {
        var scene = try Scene()
        try scene.arrive("spy", of: "u", at: 0)
        try scene.arrive("victim", of: "v", at: 0)
        try scene.leave("victim", at: 2)
        try scene.arrive("victim", of: "v", at: 0)
        let exposure = try scene.victim(at: 50)
        #expect((exposure.seconds, exposure.residenceCount) == (2, 1))
        #expect(exposure.current.isEmpty)
    }

    @Test("a container that was forgotten begins anew, also as somebody else's; its tenant's exposure stays")
    func forgetting() throws {
        var scene = try Scene()
        try scene.arrive("spy", of: "u", at: 0)
        try scene.arrive("victim", of: "v", at: 0)
        scene.book.remove(try ContainerName("victim"), at: Scene.time(3))
        #expect(scene.book.exposure(of: try ContainerName("victim"), at: Scene.time(4)) == nil)
        #expect(scene.book.visits(of: try ContainerName("victim")).isEmpty)
        let (v, u) = (Party.tenant(try TenantName("v")), Party.tenant(try TenantName("u")))
        #expect(scene.book.exposure(of: v, to: u, at: Scene.time(4))?.seconds == 3)
        try scene.arrive("victim", of: "w", at: 5)
        #expect(try scene.victim(at: 6).seconds == 1)
        // Its name goes to yet another tenant although nobody said that it was removed.
        try scene.arrive("victim", of: "x", at: 7)
        #expect(try scene.victim(at: 8).tenant == TenantName("x"))
        #expect(scene.book.exposure(of: .tenant(try TenantName("w")), to: u, at: Scene.time(9))?.seconds == 2)
        scene.book.remove(try TenantName("u"))
        #expect(scene.book.exposure(of: v, to: u, at: Scene.time(9)) == nil)
        #expect(scene.book.exposures(of: v, at: Scene.time(9)).isEmpty)
    }

    @Test("a clock that is put back makes no length negative and nothing fail")
    func clockPutBack() throws {
        var generator = SeededGenerator(seed: 5)
        for seed in 0..<50 as Range<UInt64> {
            var history = try ExposureHistory(seed: seed)
            for _ in 0..<100 {
                try history.act()
                if Int.random(in: 0..<5, using: &generator) == 0 { history.pass(milliseconds: -5000) }
                _ = history.nextOverdue()
                for tenant in history.parties {
                    for exposure in history.book.exposures(of: tenant, at: history.now) {
                        #expect(exposure.seconds >= 0)
                    }
                    #expect(history.book.partySeconds(of: tenant, at: history.now).values.allSatisfy { $0 >= 0 })
                }
                for name in history.containers {
                    #expect(history.book.exposure(of: name, at: history.now).map { $0.seconds >= 0 } ?? true)
                }
            }
        }
    }

    private static func compare(_ history: inout ExposureHistory) throws {
        let (book, oracle, now) = (history.book, history.oracle, history.now)
        for name in history.containers {
            let (said, expected) = (book.exposure(of: name, at: now), history.expected(name))
            #expect(said.map { $0.agrees(with: expected) } ?? (expected == nil), "\(name)")
            #expect(book.wasAlone(name) == oracle.wasAlone(name))
            #expect(book.visits(of: name) == oracle.visits(of: name))
        }
        for tenant in history.parties {
            let expected = history.parties.filter { $0 != tenant }
                .compactMap { oracle.exposure(of: tenant, to: $0, at: now) }
            #expect(book.exposures(of: tenant, at: now) == expected)
            for stranger in history.parties where stranger != tenant {
                let exposure = book.exposure(of: tenant, to: stranger, at: now)
                #expect(exposure == oracle.exposure(of: tenant, to: stranger, at: now))
            }
        }
        #expect(book.overdue(at: now) == oracle.overdue(at: now))
        #expect(history.nextOverdue() == oracle.nextOverdue(after: now))
    }
}

extension ExposureHistory {
    /// All ordered pairs of parties.
    fileprivate var pairs: [TenantPair] {
        parties.flatMap { tenant in
            parties.filter { $0 != tenant }.map { TenantPair(tenant: tenant, stranger: $0) }
        }
    }
}

extension ContainerExposure {
    fileprivate func share(at now: Timestamp) -> Double { (longest?.seconds(at: now) ?? 0) / attackSeconds }
}

/// One host, and times in seconds.
private struct Scene {
    var book = ExposureBook(memorySeconds: 60)
    private let host: HostName

    init() throws { host = try HostName("h") }

    static func time(_ seconds: Double) -> Timestamp { ExposureHistory.start.advanced(bySeconds: seconds) }

    mutating func arrive(_ name: String, of tenant: String, at seconds: Double) throws {
        let residence = Residence(
            container: try ContainerName(name), tenant: try TenantName(tenant), host: host,
            arrivedAt: Self.time(seconds))
        book.arrive(residence, attackSeconds: 10)
    }

    mutating func leave(_ name: String, at seconds: Double) throws {
        book.leave(try ContainerName(name), at: Self.time(seconds))
    }

    func victim(at seconds: Double) throws -> ContainerExposure {
        try #require(book.exposure(of: try ContainerName("victim"), at: Self.time(seconds)))
    }
}
