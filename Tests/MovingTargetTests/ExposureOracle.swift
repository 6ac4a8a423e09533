import FleetModel
import Glibc

@testable import MovingTarget

/// Says the same as `ExposureBook` by intersecting every stay with every other one.
///
/// Stays are compared by the place of their beginnings and ends in the history, which no two share, so that it needs no
/// rule for what happens at one instant.
struct ExposureOracle {
    struct Moment: Comparable {
        var place: Int
        var time: Timestamp
        static func < (left: Self, right: Self) -> Bool { left.place < right.place }
    }

    struct Stay {
        var container: ContainerName
        var tenant: TenantName
        var party: Party
        var host: HostName
        var from: Moment
        var to: Moment?
    }

    struct Interval {
        var from: Moment
        var to: Moment?
    }

    /// Who is in which group.
    let groups: [TenantName: TrustGroupName]
    private(set) var stays: [Stay] = []
    private var attacks: [ContainerName: [(from: Int, milliseconds: Int64)]] = [:]
    private var place = 0
    /// All co-residences, as of the last look.
    private var seen: [ContainerName: [Seen]] = [:]

    /// A co-residence with the place where it ended.
    struct Seen {
        var co: CoResidence
        var endPlace: Int?
    }

    init(groups: [TenantName: TrustGroupName] = [:]) { self.groups = groups }

    private func party(of tenant: TenantName) -> Party { groups[tenant].map { .group($0) } ?? .tenant(tenant) }

    mutating func arrive(_ residence: Residence, attackMilliseconds: Int64) {
        leave(residence.container, at: residence.arrivedAt)
        setAttack(attackMilliseconds, for: residence.container)
        stays.append(
            Stay(
                container: residence.container, tenant: residence.tenant, party: party(of: residence.tenant),
                host: residence.host, from: moment(residence.arrivedAt)))
    }

    mutating func leave(_ container: ContainerName, at time: Timestamp) {
        guard let open = stays.lastIndex(where: { $0.container == container && $0.to == nil }) else { return }
        stays[open].to = moment(time)
    }

    mutating func setAttack(_ milliseconds: Int64, for container: ContainerName) {
        attacks[container, default: []].append((moment(Timestamp(milliseconds: 0)).place, milliseconds))
    }

    private mutating func moment(_ time: Timestamp) -> Moment {
        place += 1
        return Moment(place: place, time: time)
    }
}

// MARK: What it says

extension ExposureOracle {
    /// Works out all co-residences, but for those that took no time. What is said of them afterwards is as of now.
    mutating func look() {
        let groups = Dictionary(grouping: stays, by: \.host).mapValues { Dictionary(grouping: $0, by: \.party) }
        seen = [:]
        for stay in stays {
            for (stranger, others) in groups[stay.host] ?? [:] where stranger != stay.party {
                for interval in Self.intervals(of: others, beside: stay) where interval.to?.time != interval.from.time {
                    let co = CoResidence(
                        container: stay.container, stranger: stranger, host: stay.host, since: interval.from.time,
                        until: interval.to?.time)
                    seen[stay.container, default: []].append(Seen(co: co, endPlace: interval.to?.place))
                }
            }
        }
    }

    /// A of a container as of a place in the history.
    private func attack(of container: ContainerName, at place: Int = .max) -> Int64 {
        attacks[container]?.last { $0.from <= place }?.milliseconds ?? 0
    }

    /// When others were beside a stay, overlapping times joined.
    private static func intervals(of others: [Stay], beside stay: Stay) -> [Interval] {
        let meetings = others.compactMap { other -> Interval? in
            let to = [stay.to, other.to].compactMap { $0 }.min()
            let from = max(stay.from, other.from)
            return to.map { from < $0 } ?? true ? Interval(from: from, to: to) : nil
        }
        return meetings.sorted { $0.from < $1.from }.reduce(into: []) { joined, next in
            guard let last = joined.last, last.to.map({ $0 > next.from }) ?? true else {
                joined.append(next)
                return
            }
            joined[joined.count - 1].to = last.to.flatMap { end in next.to.map { max(end, $0) } }
        }
    }

    private func strangers(beside stay: Stay) -> [Interval] {
        Self.intervals(of: stays.filter { $0.host == stay.host && $0.party != stay.party }, beside: stay)
    }

    private func seen(of party: Party, to stranger: Party) -> [Seen] {
        let own = Set(stays.lazy.filter { $0.party == party }.map(\.container))
        return seen.filter { own.contains($0.key) }.values.joined().filter { $0.co.stranger == stranger }
    }

    /// - Parameter limits: How the container is judged, but for A.
    func exposure(
        of container: ContainerName, at now: Timestamp, limits: (_ attack: Double) -> ExposureLimits
    ) -> ContainerExposure? {
        let mine = stays.filter { $0.container == container }
        guard let tenant = mine.first?.tenant else { return nil }
        let all = seen[container] ?? []
        let beside = mine.flatMap(strangers)
        let attack = Double(attack(of: container)) / 1000
        let limits = limits(attack)
        let sums = Dictionary(grouping: all.map(\.co), by: \.stranger).map { stranger, times in
            ContainerExposure.Sum(
                stranger: stranger,
                seconds: Self.faded(times.map { ($0.since, $0.until) }, at: now, limits.windowSeconds),
                isBeside: times.contains { $0.until == nil })
        }
        return ContainerExposure(
            container: container, tenant: tenant, attackSeconds: attack,
            seconds: Double(beside.reduce(0) { $0 + Self.length($1.from.time, $1.to?.time ?? now) }) / 1000,
            longest: Self.longest(all.map(\.co), at: now),
            current: all.map(\.co).filter { $0.until == nil }
                .sorted { ($0.since, $0.stranger) < ($1.since, $1.stranger) },
            currentCount: all.count { $0.co.until == nil },
            endedCount: all.count { $0.endPlace != nil }, endedBeforeAttackCount: all.count(where: endedBeforeAttack),
            residenceCount: mine.count, limits: limits,
            sums: sums.sorted { ($1.seconds, $0.stranger) < ($0.seconds, $1.stranger) }, sumCount: sums.count,
            strangersSum: Self.faded(beside.map { ($0.from.time, $0.to?.time) }, at: now, limits.windowSeconds))
    }

    /// ∫ e^(−(now − s)/m) ds over times that are not two at once.
    private static func faded(_ times: [(from: Timestamp, to: Timestamp?)], at now: Timestamp, _ memory: Double)
        -> Double
    {
        times.reduce(0) { sum, time in
            let ages = [time.from, time.to ?? now].map { now.seconds(since: $0) }
            return sum + memory * (exp(-ages[1] / memory) - exp(-ages[0] / memory))
        }
    }

    func exposure(of tenant: Party, to stranger: Party, at now: Timestamp) -> TenantExposure? {
        let all = seen(of: tenant, to: stranger)
        guard !all.isEmpty else { return nil }
        return TenantExposure(
            tenant: tenant, stranger: stranger,
            seconds: Double(all.reduce(0) { $0 + Self.length($1.co.since, $1.co.until ?? now) }) / 1000,
            longest: Self.longest(all.map(\.co), at: now), endedCount: all.count { $0.endPlace != nil },
            endedBeforeAttackCount: all.count(where: endedBeforeAttack),
            currentCount: all.count { $0.endPlace == nil })
    }

    func partySeconds(of tenant: Party, to stranger: Party, at now: Timestamp, memory: Double) -> Double {
        seen(of: tenant, to: stranger).reduce(0) { sum, found in
            let ages = [found.co.since, found.co.until ?? now].map { now.seconds(since: $0) }
            return sum + memory * (exp(-ages[1] / memory) - exp(-ages[0] / memory))
        }
    }

    /// The same, of what goes on.
    func ongoingSeconds(of tenant: Party, to stranger: Party, at now: Timestamp, memory: Double) -> Double {
        seen(of: tenant, to: stranger).filter { $0.co.until == nil }.reduce(0) { sum, found in
            sum + memory * (1 - exp(-now.seconds(since: found.co.since) / memory))
        }
    }

    func overdue(at now: Timestamp) -> [CoResidence] {
        current.filter { Self.length($0.since, now) >= attack(of: $0.container) }
            .sorted { ($0.since, $0.container, $0.stranger) < ($1.since, $1.container, $1.stranger) }
    }

    func nextOverdue(after now: Timestamp) -> Timestamp? {
        current.map { $0.since.milliseconds + attack(of: $0.container) }.filter { $0 > now.milliseconds }.min()
            .map { Timestamp(milliseconds: $0) }
    }

    func wasAlone(_ container: ContainerName) -> Bool {
        guard let stay = stays.last(where: { $0.container == container }), stay.to == nil else { return false }
        return !strangers(beside: stay).contains { $0.to?.time != $0.from.time }
    }

    func visits(of container: ContainerName) -> [Residence] {
        stays.filter { $0.container == container }.suffix(16).map { stay in
            Residence(
                container: container, tenant: stay.tenant, host: stay.host, arrivedAt: stay.from.time,
                leftAt: stay.to?.time)
        }
    }

    private var current: [CoResidence] { seen.values.joined().map(\.co).filter { $0.until == nil } }

    private func endedBeforeAttack(_ found: Seen) -> Bool {
        guard let place = found.endPlace, let until = found.co.until else { return false }
        return Self.length(found.co.since, until) < attack(of: found.co.container, at: place)
    }

    private static func length(_ from: Timestamp, _ to: Timestamp) -> Int64 { to.milliseconds - from.milliseconds }

    private static func longest(_ all: [CoResidence], at now: Timestamp) -> CoResidence? {
        all.min { left, right in
            let lengths = [left, right].map { length($0.since, $0.until ?? now) }
            guard lengths[0] == lengths[1] else { return lengths[0] > lengths[1] }
            return (left.since, left.container, left.stranger) < (right.since, right.container, right.stranger)
        }
    }
}

extension ContainerExposure {
    /// Whether it says the same as another one, sums to the last digits.
    func agrees(with other: ContainerExposure?) -> Bool {
        guard let other, plain == other.plain, sums.count == other.sums.count else { return false }
        let others = Dictionary(uniqueKeysWithValues: other.sums.map { ($0.stranger, $0) })
        return abs(strangersSum - other.strangersSum) < 1e-6
            && sums.allSatisfy { sum in
                others[sum.stranger].map { $0.isBeside == sum.isBeside && abs($0.seconds - sum.seconds) < 1e-6 }
                    ?? false
            }
    }

    private var plain: ContainerExposure {
        var plain = self
        plain.sums = []
        plain.strangersSum = 0
        return plain
    }
}
