import FleetModel
import Glibc
import MovingTarget

/// The stays of the protected container, one after the other, made by the code that moves real containers: how long each
/// lasts is drawn by `RelocationClock`, and where the next one is by `Placement`.
///
/// Two generators decide a walk, and nothing else draws from them. The clock's gives one number for each stay it ends, as
/// `RelocationClock.draw` takes it; placement's gives one for each host that is drawn, as `Placement.decide` takes it. A move
/// that fails has drawn a host, too. So a test can give production the same two generators and see the same stays.
///
/// Where the next host depends on the present one alone, placement is asked for the law of each host once and the numbers are
/// looked up in it: `Transitions`. Otherwise it is asked each time, with a record of who was where: `PlacementMemory`. Both
/// give the same hosts for the same numbers. Only in fleets so large that placement draws among kinds of hosts may one host
/// stand for an equal one, since their order within a kind changes with what they carry.
///
/// As a sequence it is a walk among tenants that stand still, in which no move fails.
public struct Walk {
    /// A stay on a host.
    public struct Stay: Sendable, Hashable {
        /// The host.
        public var host: HostName
        /// When the container arrives, in seconds from the walk's beginning.
        public var arrivedAt: Double
        /// When it leaves; `nil` when it never does.
        public var leavesAt: Double?
    }

    let world: World
    let clock: RelocationClock
    /// The number of the host that the container is on.
    private(set) var host = 0
    /// When it arrived there, in seconds from the walk's beginning.
    private(set) var arrivedAt = 0.0
    /// When the clock is up; infinite when it never is.
    private(set) var deadline = Double.infinity
    private(set) var memory: PlacementMemory?
    /// Whether there is a record: to ask `memory` itself copies all of it, at each stay.
    private(set) var hasMemory = false
    private let skipsIfAlone: Bool

    private let policy: Policy
    private let strategy: Strategy
    private let gapSeconds: Double
    private var transitions: Transitions
    private var clockNumbers: Xoshiro256
    private var placementNumbers: Xoshiro256
    private var hasEnded = false

    /// A walk that begins on a host.
    /// - Parameters:
    ///   - policy: When the container moves and where to.
    ///   - hosts: Where it may be, and the tenants there, which stand still.
    ///   - first: Where it is at the beginning.
    ///   - gapSeconds: How long it is nowhere between two stays.
    ///   - clock: Decides how long stays last.
    ///   - placement: Decides where they are.
    /// - Throws: `SimulationError.outOfRange` when the policy cannot work, or there are too few or too many hosts or not that
    ///   one.
    public init(
        policy: Policy, hosts: [SimulatedHost], from first: HostName, gapSeconds: Double = 0, clock: Xoshiro256,
        placement: Xoshiro256
    ) throws(SimulationError) {
        let scenario = Scenario(
            fleet: .hosts(hosts), policy: policy, attackers: Attackers(count: 0),
            moves: MoveModel(gapSeconds: gapSeconds),
            horizon: .stays(1))
        try scenario.validate()
        let world = World(hosts, weights: policy.weights)
        guard let number = world.numbers[first] else {
            throw .outOfRange(field: "from", detail: "must be one of the hosts, and '\(first)' is none")
        }
        self.init(scenario, in: world)
        begin(at: Int(number), attackers: [], clock: clock, placement: placement)
    }

    /// A walk that has not begun.
    /// - Parameter keepsMemory: Whether placement is asked each time; `nil` where it must be.
    init(_ scenario: Scenario, in world: World, keepsMemory: Bool? = nil) {
        self.world = world
        policy = scenario.policy
        strategy = scenario.strategy
        gapSeconds = scenario.moves.gapSeconds
        skipsIfAlone = scenario.policy.placement.skipIfAlone
        clock = RelocationClock(policy)
        transitions = Transitions(hosts: world.count)
        clockNumbers = Xoshiro256(seed: 0)
        placementNumbers = clockNumbers
        let mustKeepMemory =
            clock.fires && (scenario.strategy != .policy || needsMemory(hasAttackers: scenario.hasAttackers))
        if keepsMemory ?? mustKeepMemory {
            memory = PlacementMemory(world, policy: policy)
            hasMemory = true
        }
    }

    // MARK: Steps

    /// Begins anew.
    /// - Parameter leavesAtOnce: Whether the first stay is over as soon as it has begun, whatever the clock says.
    mutating func begin(
        at host: Int, attackers: [World.Resident], clock: Xoshiro256, placement: Xoshiro256, leavesAtOnce: Bool = false
    ) {
        self.host = host
        arrivedAt = 0
        clockNumbers = clock
        placementNumbers = placement
        hasEnded = false
        memory?.begin(at: host, attackers: attackers)
        deadline = 0
        if !leavesAtOnce { goOn() }
    }

    /// A stay of the clock's begins where the container is, at the deadline.
    @inline(__always)
    mutating func goOn() { deadline += clock.draw(using: &clockNumbers) ?? .infinity }

    /// Draws where the container goes at the deadline.
    @inline(__always)
    mutating func draw() -> Move {
        guard !hasMemory else { return drawWithMemory() }
        if !transitions.knows(host) { learn(host) }
        return transitions.move(from: host, draw: placementNumbers.uniform())
    }

    /// The container leaves at the deadline and arrives elsewhere.
    @inline(__always)
    mutating func go(_ move: Move) {
        let source = host
        host = move.host
        arrivedAt = deadline + gapSeconds
        deadline = arrivedAt
        if hasMemory { memory?.arrive(at: host, from: source, arrivedAt) }
        goOn()
    }

    /// An attacker comes to the container's host.
    mutating func bring(attacker number: Int, at seconds: Double) {
        memory?.bring(attacker: number, to: host, seconds)
    }

    /// Whether the container stays at the deadline, since it was alone and its policy lets it stay then.
    var staysForBeingAlone: Bool { skipsIfAlone && memory?.wasAlone ?? false }
}

// MARK: Laws

extension Walk {
    /// Whether the next host depends on more than the one that is left.
    private mutating func needsMemory(hasAttackers: Bool) -> Bool {
        let rules = policy.placement
        if rules.skipIfAlone { return true }
        let heedsKnowledge = rules.terms.knowledge > 0 && rules.attackerShare > 0
        let heedsTenants = rules.terms.tenants > 0 && (hasAttackers || !world.residents.isEmpty)
        guard heedsKnowledge || heedsTenants else { return false }
        switch rules.rule {
        case .softmax: return true
        // Scores count only where visits cannot be balanced.
        case .balanced: return (0..<world.count).contains { law(leaving: $0).usesScores }
        case .roulette, .mostDifferent, .leastDifferent, .uniform: return false
        }
    }

    private func law(leaving host: Int) -> PlacementLaw {
        Placement.law(
            PlacementRequest(
                party: .tenant(world.owner), memoryBytes: 0, runtime: .simulated, source: world.names[host],
                now: World.epoch),
            in: world.index, policy: policy)
    }

    private mutating func learn(_ host: Int) {
        transitions.learn(law(leaving: host), from: host, numbers: world.numbers)
    }

    private mutating func drawWithMemory() -> Move {
        switch strategy {
        case .policy:
            memory?.next(from: host, deadline, using: &placementNumbers)
                ?? Move(host: host, difference: .nan, entropyShare: .nan)
        case .nomadGreedy: drawEvenly(among: memory?.leastExposed(leaving: host, deadline, in: world) ?? [])
        case .oracle: drawEvenly(among: memory?.safe(leaving: host, in: world) ?? [])
        }
    }

    private mutating func drawEvenly(among hosts: [Int]) -> Move {
        if !transitions.knows(host) { learn(host) }
        let chosen = hosts[placementNumbers.index(below: hosts.count)]
        return Move(
            host: chosen, difference: transitions.difference(from: host, to: chosen),
            entropyShare: Transitions.share(log(Double(hosts.count)), of: world.count - 1))
    }
}

extension Walk: Sequence, IteratorProtocol {
    /// The next stay; `nil` after one that never ends.
    public mutating func next() -> Stay? {
        guard !hasEnded else { return nil }
        let (host, arrivedAt) = (world.names[host], arrivedAt)
        // Nobody comes here who was not there before, so a container that was alone once stays for good.
        guard deadline.isFinite, !staysForBeingAlone else {
            hasEnded = true
            return Stay(host: host, arrivedAt: arrivedAt, leavesAt: nil)
        }
        let leavesAt = deadline
        go(draw())
        return Stay(host: host, arrivedAt: arrivedAt, leavesAt: leavesAt)
    }
}
