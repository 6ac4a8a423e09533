import FleetModel

/// A situation that is simulated: a fleet, a policy, and attackers who want one container's secrets.
///
/// The container is on a random host when a run begins. The run ends when an attack has succeeded or at the horizon.
public struct Scenario: Codable, Sendable, Hashable {
    /// The hosts.
    public var fleet: SimulatedFleet
    /// When the container moves and where to, as in production where it has not been measured yet how long moves take: without
    /// `dwell.minSeconds` no stay is shorter than a second. `limits` are not simulated.
    public var policy: Policy
    /// Who decides where the container goes.
    public var strategy: Strategy
    /// Where attackers are, and what they do when the container moves.
    public var attackers: Attackers
    /// How long an attack takes beside its victim.
    public var attack: AttackDuration
    /// What of an attack outlives a move.
    public var memory: AttackMemory
    /// Whether what worked on one host works on the next.
    public var reuse: ExploitReuse
    /// How moves go.
    public var moves: MoveModel
    /// When a run ends.
    public var horizon: Horizon
    /// Whether a run goes on after an attack has succeeded, so that rates can be counted. At most one success counts for
    /// each time beside attackers.
    public var continuesAfterSuccess: Bool

    /// A situation; the defaults are 30 different hosts and one attacker, who needs a fixed time and stays where it is.
    public init(
        fleet: SimulatedFleet = .synthetic(SyntheticFleet()), policy: Policy = Policy(), strategy: Strategy = .policy,
        attackers: Attackers = Attackers(), attack: AttackDuration = .fixed(seconds: 120),
        memory: AttackMemory = .strict,
        reuse: ExploitReuse = .never, moves: MoveModel = MoveModel(), horizon: Horizon = .seconds(3600),
        continuesAfterSuccess: Bool = false
    ) {
        self.fleet = fleet
        self.policy = policy
        self.strategy = strategy
        self.attackers = attackers
        self.attack = attack
        self.memory = memory
        self.reuse = reuse
        self.moves = moves
        self.horizon = horizon
        self.continuesAfterSuccess = continuesAfterSuccess
    }
}

extension Scenario {
    /// Whether there is an attacker at all.
    var hasAttackers: Bool {
        if case .tenants = attackers.positions { return true }
        return attackers.count > 0
    }
}

/// Who decides where the container goes.
public enum Strategy: String, Codable, Sendable, CaseIterable {
    /// The policy's placement: the code of production.
    case policy
    /// The host on whose tenants the least of the container's remembered time was spent, the first of equals at random: what
    /// NOMAD's greedy heuristic comes to for one container. For comparison.
    case nomadGreedy
    /// A host without an attacker, if there is one: what a defender could do who knows everything. For comparison.
    case oracle
}

/// How moves go.
public struct MoveModel: Codable, Sendable, Hashable {
    /// How long the container is on no host, in seconds, at least 0.
    public var gapSeconds: Double
    /// How long its clients wait, in seconds, at least 0: for the share of downtime. It may be longer than the gap, since a
    /// container that is frozen is still on its host.
    public var pauseSeconds: Double
    /// The probability that a move fails, 0 to 0.99: the container stays where it is, an attack there goes on, and the
    /// clock draws anew.
    public var failureProbability: Double

    /// Moves; by default they take no time and succeed.
    public init(gapSeconds: Double = 0, pauseSeconds: Double = 0, failureProbability: Double = 0) {
        self.gapSeconds = gapSeconds
        self.pauseSeconds = pauseSeconds
        self.failureProbability = failureProbability
    }
}

/// When a run ends, if no attack has succeeded.
public enum Horizon: Sendable, Hashable {
    /// After so many seconds, above 0 and at most ten years, in which there are no more than a million moves on average.
    case seconds(Double)
    /// After so many stays, however long they are. A clock that never fires never ends one: then only a success does, and
    /// where none can come the container has survived, and the run ends when nothing more can happen.
    case stays(Int)
}

extension Scenario {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case fleet, policy, strategy, attackers, attack, memory, reuse, moves, horizon, continuesAfterSuccess
    }

    /// Decodes a situation; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = Scenario()
        fleet = try fields.value(.fleet, or: defaults.fleet)
        policy = try fields.value(.policy, or: defaults.policy)
        strategy = try fields.value(.strategy, or: defaults.strategy)
        attackers = try fields.value(.attackers, or: defaults.attackers)
        attack = try fields.value(.attack, or: defaults.attack)
        memory = try fields.value(.memory, or: defaults.memory)
        reuse = try fields.value(.reuse, or: defaults.reuse)
        moves = try fields.value(.moves, or: defaults.moves)
        horizon = try fields.value(.horizon, or: defaults.horizon)
        continuesAfterSuccess = try fields.value(.continuesAfterSuccess, or: defaults.continuesAfterSuccess)
    }
}

extension MoveModel {
    private enum CodingKeys: String, CodingKey, CaseIterable { case gapSeconds, pauseSeconds, failureProbability }

    /// Decodes how moves go; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = MoveModel()
        gapSeconds = try fields.value(.gapSeconds, or: defaults.gapSeconds)
        pauseSeconds = try fields.value(.pauseSeconds, or: defaults.pauseSeconds)
        failureProbability = try fields.value(.failureProbability, or: defaults.failureProbability)
    }
}
