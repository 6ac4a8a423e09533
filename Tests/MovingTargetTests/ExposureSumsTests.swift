import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import MovingTarget

@Suite("Exposure in sum")
struct ExposureSumsTests {
    @Test("stays beside one tenant add up, each second weighted with its age, and so does what goes on")
    func exact() throws {
        var walk = try Walks(window: 100, group: 50, strangers: 60)
        try walk.stay("victim", of: "v", on: "a", from: 0)
        try walk.stay("spy", of: "u", on: "a", from: 0, to: 10)
        try walk.stay("spy-2", of: "u", on: "a", from: 30)
        let exposure = try walk.victim(at: 50)
        // ∫ e^(−(50 − s)/100) over 0…10 and 30…50.
        let expected = 100 * (exp(-0.4) - exp(-0.5)) + 100 * (1 - exp(-0.2))
        #expect(abs((exposure.sums.first?.seconds ?? 0) - expected) < 1e-9)
        #expect(abs(exposure.strangersSum - expected) < 1e-9)
        #expect(exposure.sums.map(\.isBeside) == [true] && exposure.longest?.seconds(at: walk.time(50)) == 20)
    }

    @Test("short stays beside an accomplice on every host raise an alarm in sum where none was long")
    func accomplices() throws {
        var walk = try Walks(window: 1000, group: 200, strangers: 500)
        for host in ["a", "b", "c"] { try walk.stay("spy-\(host)", of: "u", on: host, from: 0) }
        var alarmedAt: Double?
        for number in 0..<60 {
            let time = Double(number) * 10
            try walk.stay("victim", of: "v", on: ["a", "b", "c"][number % 3], from: time)
            walk.book.updateSums(at: walk.time(time))
            #expect(!walk.book.overdue(at: walk.time(time)).contains { $0.container == walk.name })
            if alarmedAt == nil, walk.book.overGroupLimit[walk.name] != nil { alarmedAt = time }
        }
        // 1000·ln(1000/800) s of time beside it make 200.
        #expect(alarmedAt == (1000 * log(1000.0 / 800) / 10).rounded(.up) * 10)
        #expect(walk.book.overGroupLimit[walk.name] == .tenant(try TenantName("u")))
    }

    @Test("under another name on every host, and under a new one for every container, they are strangers as a whole")
    func names() throws {
        for isFresh in [false, true] {
            var walk = try Walks(window: 1000, group: 200, strangers: 500)
            for host in ["a", "b", "c", "d", "e", "f"] {
                try walk.stay("spy-\(host)", of: "u-\(host)", on: host, from: 0)
            }
            for number in 0..<80 {
                let (time, host) = (Double(number) * 10, ["a", "b", "c", "d", "e", "f"][number % 6])
                if isFresh { try walk.stay("spy-\(host)", of: "fresh-\(number)", on: host, from: time) }
                try walk.stay("victim", of: "v", on: host, from: time)
                walk.book.updateSums(at: walk.time(time))
                #expect(walk.book.overGroupLimit[walk.name] == nil)
                // 1000·ln 2 s of time beside anybody make 500; they are beside the victim only now and then.
                #expect(walk.book.overStrangersLimit(walk.limits) == (time < 1000 * log(2) ? 0 : 1), "\(time)")
            }
            // An operator who sees through it has them added up at once.
            guard !isFresh else { continue }
            for host in ["a", "b", "c", "d", "e", "f"] {
                walk.book.setGroup(try TrustGroupName("ring"), of: try TenantName("u-\(host)"), at: walk.time(800))
            }
            walk.book.updateSums(at: walk.time(800))
            #expect(walk.book.overGroupLimit[walk.name] == .group(try TrustGroupName("ring")))
            let exposure = try walk.victim(at: 800)
            #expect(abs((exposure.sums.first?.seconds ?? 0) - exposure.strangersSum) < 1e-9 && exposure.sumCount == 1)
        }
    }

    @Test("which sums are above their limits is what adding all stays up says, whenever somebody asks")
    func limits() throws {
        var over = (groups: 0, strangers: 0, falls: 0)
        for seed in 0..<200 as Range<UInt64> {
            var history = try ExposureHistory(seed: seed)
            var were: Set<ContainerName> = []
            for _ in 0..<40 {
                for _ in 0..<Int(seed % 7) + 1 { try history.act(attacks: [1000]) }
                history.pass(milliseconds: Int64(seed % 5) * 1500)
                history.look()
                history.updateSums()
                let limits = ExposureHistory.limits(1)
                let all = history.containers.compactMap { history.expected($0) }
                let isNear = all.contains { exposure in
                    abs((exposure.sums.first?.seconds ?? 0) - 6) < 0.01 || abs(exposure.strangersSum - 10) < 0.01
                }
                guard !isNear else { continue }
                let worst = all.filter { ($0.sums.first?.seconds ?? 0) >= 6 }
                let names = Set(worst.map(\.container))
                #expect(Set(history.book.overGroupLimit.keys) == names)
                let crowded = all.count { $0.strangersSum >= 10 }
                #expect(history.book.overStrangersLimit(limits) == crowded)
                over.groups += worst.count
                over.strangers += crowded
                over.falls += were.subtracting(names).count
                were = names
            }
        }
        #expect(over.groups > 500 && over.strangers > 500 && over.falls > 50, "\(over)")
    }

    @Test("no sum beside somebody is above the one beside anybody, nor that above the window, whoever is grouped when")
    func bounds() throws {
        var generator = SeededGenerator(seed: 3)
        for seed in 0..<150 as Range<UInt64> {
            var history = try ExposureHistory(seed: seed)
            for _ in 0..<60 {
                try history.act()
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    let tenant = try TenantName("t\(Int.random(in: 0..<5, using: &generator))")
                    let group = try ["ring", "t0", nil].randomElement(using: &generator)?.map { try TrustGroupName($0) }
                    history.setGroup(group ?? nil, of: tenant)
                }
                for name in history.containers {
                    guard let exposure = history.book.exposure(of: name, at: history.now) else { continue }
                    let own = history.book.party(of: exposure.tenant)
                    #expect(!exposure.sums.contains { $0.stranger == own })
                    #expect(!exposure.current.contains { $0.stranger == own })
                    #expect(exposure.sums.allSatisfy { $0.seconds <= exposure.strangersSum + 1e-9 })
                    #expect(exposure.strangersSum <= exposure.limits.windowSeconds)
                    #expect(exposure.strangersSum >= 0 && exposure.seconds >= 0)
                }
                for party in history.parties {
                    let seconds = history.book.partySeconds(of: party, at: history.now)
                    #expect(seconds[party] == nil && seconds.values.allSatisfy { $0 >= 0 })
                }
            }
        }
    }

    @Test("from the moment two are of one group their time beside each other counts no more, and before it does")
    func grouping() throws {
        var walk = try Walks(window: 1000, group: 200, strangers: 500)
        let (group, spy) = (try TrustGroupName("ring"), try TenantName("u"))
        try walk.stay("victim", of: "v", on: "a", from: 0)
        try walk.stay("spy", of: "u", on: "a", from: 0)
        walk.book.setGroup(group, of: try TenantName("v"), at: walk.time(10))
        #expect(try walk.victim(at: 20).current.map(\.stranger) == [.tenant(spy)])
        walk.book.setGroup(group, of: spy, at: walk.time(20))
        let friends = try walk.victim(at: 60)
        #expect(friends.current.isEmpty && friends.sums.isEmpty && friends.seconds == 20)
        #expect(walk.book.exposures(of: .group(group), at: walk.time(60)).isEmpty)
        #expect(walk.book.nextOverdue(after: walk.time(60)) == nil)
        // It leaves the group: they are strangers again, from now on.
        walk.book.setGroup(nil, of: spy, at: walk.time(60))
        let strangers = try walk.victim(at: 70)
        #expect(strangers.current.map(\.since) == [walk.time(60)] && strangers.seconds == 30)
        #expect(strangers.residenceCount == 1 && walk.book.visits(of: walk.name).map(\.leftAt) == [nil])
    }

    @Test("who leaves a group keeps what the group had: nobody is rid of a record by another name")
    func leavingGroup() throws {
        var walk = try Walks(window: 1000, group: 200, strangers: 500)
        let ring = try TrustGroupName("ring")
        for name in ["u", "w"] { walk.book.setGroup(ring, of: try TenantName(name), at: walk.time(0)) }
        try walk.stay("spy", of: "u", on: "a", from: 0, to: 50)
        try walk.stay("victim", of: "v", on: "a", from: 0)
        let before = try walk.victim(at: 60).sums
        walk.book.setGroup(nil, of: try TenantName("u"), at: walk.time(60))
        let after = try walk.victim(at: 60).sums
        #expect(before.map(\.stranger) == [.group(ring)])
        #expect(Set(after.map(\.stranger)) == [.group(ring), .tenant(try TenantName("u"))])
        #expect(after.allSatisfy { abs($0.seconds - (before.first?.seconds ?? 0)) < 1e-9 })
    }

    @Test("of a container that meets very many the longest sums are kept, and the one beside anybody is exact")
    func manyNames() throws {
        var walk = try Walks(window: 1e6, group: 1e5, strangers: 5e5, pairLimit: 0)
        try walk.stay("victim", of: "v", on: "a", from: 0)
        for number in 0..<200 {
            let start = Double(number) * 100
            try walk.stay("spy-\(number)", of: "u\(number)", on: "a", from: start, to: start + Double(number % 50) + 1)
        }
        let exposure = try walk.victim(at: 20_000)
        #expect(exposure.sumCount <= 20)
        #expect(exposure.sums.prefix(4).allSatisfy { $0.seconds > 45 })
        #expect(abs(exposure.strangersSum - exposure.seconds) < 0.03 * exposure.seconds)
    }
}

/// A victim and others on several hosts, told in the order of their coming; times in seconds.
private struct Walks {
    var book: ExposureBook
    let limits: ExposureLimits
    let name = ContainerName(known: "victim")
    private var departures: [(name: ContainerName, time: Double)] = []

    init(window: Double, group: Double, strangers: Double, pairLimit: Int = 1 << 20) throws {
        book = ExposureBook(memorySeconds: 60, pairLimit: pairLimit, rowLimit: 64)
        var limits = ExposureLimits(attackSeconds: 100)
        (limits.windowSeconds, limits.groupSeconds, limits.strangersSeconds) = (window, group, strangers)
        self.limits = limits
    }

    func time(_ seconds: Double) -> Timestamp { ExposureHistory.start.advanced(bySeconds: seconds) }

    mutating func stay(_ name: String, of tenant: String, on host: String, from start: Double, to end: Double? = nil)
        throws
    {
        leave(until: start)
        let residence = Residence(
            container: try ContainerName(name), tenant: try TenantName(tenant), host: try HostName(host),
            arrivedAt: time(start))
        book.arrive(residence, limits: limits)
        if let end { departures.append((residence.container, end)) }
    }

    private mutating func leave(until now: Double) {
        for departure in departures.filter({ $0.time <= now }).sorted(by: { $0.time < $1.time }) {
            book.leave(departure.name, at: time(departure.time))
        }
        departures.removeAll { $0.time <= now }
    }

    mutating func victim(at seconds: Double) throws -> ContainerExposure {
        leave(until: seconds)
        return try #require(book.exposure(of: name, at: time(seconds)))
    }
}
