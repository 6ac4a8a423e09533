import FleetModel

/// The runs of a block, one after the other, in one world.
///
/// A run is a row of stays. Each is looked at once: when an attacker comes beside the container, when the attack would finish
/// if it went on, and when the clock is up. Whichever comes first is what happens next.
///
/// What the model leaves open is settled so:
///
/// - An attempt is one time beside an attacker, from its beginning until the container leaves. An attempt that has begun by
///   the horizon is followed to its end, so that short ones do not count more than long ones; what happens after the horizon
///   counts for nothing else.
/// - An attack that would finish in the instant at which the container leaves has succeeded: P(D ≥ A).
/// - A chaser needs its time after each arrival of the container, the first one included, and also when it was left behind
///   on the very host that the container comes to: it must find out first. With m chasers the first one counts, after an
///   exponential time with an m-th of the mean.
/// - For a start with a finished attack the attackers' time is over: where none is beside the container they sit, and begin
///   to chase it when it has moved. Nothing but reuse carries the attack on: what time it took does not count again. If the
///   first move fails, it has succeeded.
/// - A move that fails has drawn a host already, as in production. The stay goes on, and so do the attack and the search.
/// - A run that has no end in time ends when nothing more can happen: when the container is where it stays for good, and an
///   attacker, if one comes, is beside it.
struct BlockRunner {
    /// How far apart two instants may be that are meant to be one, in seconds. Times are sums of others, and so a little off.
    private static let instant = 1e-9

    private let scenario: Scenario
    private let horizonSeconds: Double
    private let horizonStays: Int
    private let chaseMean: Double?
    private let failureProbability: Double
    private let skipsIfAlone: Bool
    private let reuse: Reuse
    private var walk: Walk
    private var sites: AttackerSites
    private var attack: Attack
    private var visits: Visits
    private var stay = Stay()
    /// What decides failures, and where the container begins.
    private var chance = Xoshiro256(seed: 0)
    /// What decides all that attackers do.
    private var luck = Xoshiro256(seed: 0)

    /// - Parameter observerSeed: What decides what attackers saw who have watched for where containers go.
    init(_ scenario: Scenario, in world: World, observerSeed: UInt64) {
        self.scenario = scenario
        switch scenario.horizon {
        case .seconds(let seconds): (horizonSeconds, horizonStays) = (seconds, .max)
        case .stays(let stays): (horizonSeconds, horizonStays) = (.infinity, stays)
        }
        if case .chase(let mean) = scenario.attackers.pursuit { chaseMean = mean } else { chaseMean = nil }
        failureProbability = scenario.moves.failureProbability
        skipsIfAlone = scenario.policy.placement.skipIfAlone
        walk = Walk(scenario, in: world)
        reuse = Reuse(scenario, in: world)
        attack = Attack(scenario, in: world)
        visits = Visits(hosts: world.count)
        var popular: [Int] = []
        if case .mostVisited(let moves) = scenario.attackers.positions {
            popular = walk.mostVisited(observedMoves: moves, seed: observerSeed)
        }
        sites = AttackerSites(scenario.attackers, in: world, popular: popular)
    }

    /// Whether the clock ever ends a stay.
    var clockFires: Bool { walk.clock.fires }

    /// One run.
    /// - Parameters:
    ///   - seed: What decides it.
    ///   - isCancelled: Asked now and then.
    /// - Returns: `nil` when it was stopped.
    mutating func run(seed: UInt64, isCancelled: () -> Bool) -> RunRecord? {
        var record = RunRecord()
        begin(seed, &record)
        var stays = 1
        while walk.arrivedAt < horizonSeconds {
            guard !record.hasEnded, follow(&record) else { return record }
            guard stays < horizonStays else {
                record.seconds = walk.deadline
                return record
            }
            if stays & 0xFFF == 0, isCancelled() { return nil }
            stays += 1
            move(&record)
        }
        // The horizon came while the container was nowhere.
        record.seconds = horizonSeconds
        return record
    }

    // MARK: The beginning

    private mutating func begin(_ seed: UInt64, _ record: inout RunRecord) {
        let clock = Xoshiro256(seed: SplitMix64.seed(seed, 0))
        let placement = Xoshiro256(seed: SplitMix64.seed(seed, 1))
        chance = Xoshiro256(seed: SplitMix64.seed(seed, 2))
        luck = Xoshiro256(seed: SplitMix64.seed(seed, 3))
        let first = sites.first(using: &chance)
        sites.draw(around: first, using: &luck)
        attack.begin(using: &luck)
        visits.begin()
        visits.add(first, byMove: false, to: &record)
        stay = Stay()
        let hasFinished = scenario.attackers.start == .finished && sites.isAttacked(first)
        let movesAway = hasFinished && clockFires && !moveFails()
        walk.begin(
            at: first, attackers: walk.hasMemory ? sites.residents : [], clock: clock, placement: placement,
            leavesAtOnce: movesAway)
        if movesAway {
            move(&record)
        } else if hasFinished {
            record.attempts += 1
            record.succeed(at: 0)
            record.hasEnded = !scenario.continuesAfterSuccess
            attack.succeed()
            stay.besideFrom = 0
            stay.isBeside = true
        } else if chaseMean == nil || scenario.attackers.start != .anywhere {
            // A chaser that is put beside the container has found it.
            stay.besideFrom = sites.isAttacked(first) ? 0 : .infinity
        } else {
            stay.besideFrom = chaserArrival()
        }
    }

    // MARK: Stays

    /// The stay that the container is in.
    private struct Stay {
        /// The host that the container left to come here; `nil` where the run began.
        var source: Int?
        /// Δ to that host.
        var difference = Double.nan
        /// When an attacker comes beside the container; infinite when none does.
        var besideFrom = Double.infinity
        /// Whether one has come.
        var isBeside = false
        /// Whether an attempt is under way.
        var isAttempted = false
        /// When it would succeed.
        var finish = Double.infinity
    }

    /// The container moves at the deadline.
    @inline(__always)
    private mutating func move(_ record: inout RunRecord) {
        let move = walk.draw()
        record.add(move)
        stay = Stay(source: walk.host, difference: move.difference)
        walk.go(move)
        guard walk.arrivedAt < horizonSeconds else { return }
        visits.add(move.host, byMove: true, to: &record)
        if chaseMean != nil {
            stay.besideFrom = chaserArrival()
        } else if sites.isAttacked(move.host) {
            stay.besideFrom = walk.arrivedAt
        }
    }

    /// When the first chaser has found the container.
    private mutating func chaserArrival() -> Double {
        guard let chaseMean, sites.count > 0 else { return .infinity }
        return walk.arrivedAt + luck.exponential(mean: chaseMean / Double(sites.count))
    }

    /// All that happens until the container leaves.
    /// - Returns: whether it does before the run ends.
    @inline(__always)
    private mutating func follow(_ record: inout RunRecord) -> Bool {
        while true {
            let leaves = walk.deadline
            if !stay.isBeside, stay.besideFrom <= leaves, stay.besideFrom < horizonSeconds { comeBeside() }
            if stay.finish < .infinity, stay.finish <= leaves + Self.instant, !succeed(&record) { return false }
            guard leaves < horizonSeconds else {
                end(&record)
                return false
            }
            // The walk's record is large: asking for it at each stay would copy it.
            if skipsIfAlone, walk.staysForBeingAlone {
                guard stay.besideFrom.isFinite else {
                    record.seconds = horizonSeconds.isFinite ? horizonSeconds : leaves
                    return false
                }
                walk.goOn()
            } else if moveFails() {
                _ = walk.draw()
                walk.goOn()
            } else {
                leave(at: leaves, &record)
                return true
            }
        }
    }

    @inline(__always)
    private mutating func moveFails() -> Bool { failureProbability > 0 && chance.uniform() < failureProbability }

    /// An attacker is beside the container from now on.
    private mutating func comeBeside() {
        stay.isBeside = true
        if chaseMean != nil, stay.besideFrom > walk.arrivedAt {
            walk.bring(attacker: luck.index(below: sites.count), at: stay.besideFrom)
        }
        let isReused =
            stay.source.map { reuse.works(from: $0, to: walk.host, difference: stay.difference, using: &luck) } ?? false
        guard let finish = attack.start(at: stay.besideFrom, on: walk.host, isReused: isReused, using: &luck) else {
            return
        }
        stay.isAttempted = true
        stay.finish = finish
    }

    /// The attack finishes before the container leaves.
    /// - Returns: whether the run goes on.
    private mutating func succeed(_ record: inout RunRecord) -> Bool {
        let finish = stay.finish
        record.attempts += 1
        attack.succeed()
        stay.isAttempted = false
        stay.finish = .infinity
        guard finish <= horizonSeconds else { return true }
        record.succeed(at: finish)
        guard !scenario.continuesAfterSuccess else { return true }
        record.seconds = finish
        record.besideSeconds += finish - stay.besideFrom
        return false
    }

    /// The container leaves its host.
    @inline(__always)
    private mutating func leave(at seconds: Double, _ record: inout RunRecord) {
        if stay.isBeside {
            record.besideSeconds += seconds - stay.besideFrom
            if stay.isAttempted {
                record.attempts += 1
                record.resisted += 1
                attack.stop(at: seconds)
            }
        }
        attack.endStay(hadAttacker: stay.isBeside)
    }

    /// The run ends while the container is on a host.
    private mutating func end(_ record: inout RunRecord) {
        guard horizonSeconds.isFinite else {
            record.seconds = stay.isBeside ? max(walk.arrivedAt, stay.besideFrom) : walk.arrivedAt
            return
        }
        record.seconds = horizonSeconds
        if stay.isBeside { record.besideSeconds += horizonSeconds - stay.besideFrom }
        guard stay.isAttempted, walk.deadline.isFinite else { return }
        record.attempts += 1
        while moveFails() {
            walk.goOn()
            if stay.finish <= walk.deadline + Self.instant { return }
        }
        record.resisted += 1
    }
}
