import FleetModel

/// Where attackers are, and what they do when the container moves (section 2.2 of the model).
///
/// Attackers cannot be told from other tenants' containers: placement sees them as tenants among others.
public struct Attackers: Codable, Sendable, Hashable {
    /// m: how many containers they have, 0 or more.
    public var count: Int
    /// Where those are.
    public var positions: Positions
    /// Where they are when a run begins.
    public var start: Start
    /// What they do when the container has moved.
    public var pursuit: Pursuit
    /// To how many tenants their containers belong, in turn; at least 1.
    public var tenants: Int

    /// Attackers; by default one who sits on a random host.
    public init(
        count: Int = 1, positions: Positions = .distinct, start: Start = .anywhere, pursuit: Pursuit = .sit,
        tenants: Int = 1
    ) {
        self.count = count
        self.positions = positions
        self.start = start
        self.pursuit = pursuit
        self.tenants = tenants
    }

    /// Where attackers' containers are.
    public enum Positions: Sendable, Hashable {
        /// On random hosts, no two on one: the share of hosts with an attacker is c = m/n.
        case distinct
        /// On random hosts, each drawn by itself: c = 1 − (1 − 1/n)^m.
        case independent
        /// On the hosts to which containers with this policy go most often, as seen in this many moves before.
        case mostVisited(observedMoves: Int)
        /// Wherever these tenants of given hosts have containers; `count` is not looked at.
        case tenants([TenantName])
    }

    /// Where attackers are when a run begins.
    public enum Start: String, Codable, Sendable, CaseIterable {
        /// Where their positions happen to be.
        case anywhere
        /// One of them is beside the container: what the paper counts, an attack that has begun.
        case beside
        /// As `anywhere`, and if one is beside the container its attack has finished there: the run begins with the move
        /// away from it, and what counts is whether the attack can be carried on. Without a move it has succeeded.
        case finished
    }

    /// What attackers do when the container has moved.
    public enum Pursuit: Sendable, Hashable {
        /// They stay where they are.
        case sit
        /// One of them finds the container and comes to its host, after an exponential time with this mean in seconds. If
        /// the container has left by then it begins to look again.
        case chase(meanSeconds: Double)
    }
}

/// What of an attack outlives a move.
public enum AttackMemory: String, Codable, Sendable, CaseIterable {
    /// Nothing: each time beside the container it begins anew. This is the paper's attacker.
    case strict
    /// It goes on if the next host carries an attacker, too, and begins anew after a host without one.
    case collusive
    /// Everything: the seconds beside the container add up.
    case accumulating
    /// It is directed at one attribute of hosts, drawn by the attributes' weights at the beginning, and the seconds add up on
    /// hosts that have the same value.
    case learning
}

/// Whether what worked on one host works on the next: then an attacker there succeeds at once (section 2.2 of the model).
///
/// s = 1 − Δ, with Δ the difference between the host that the container left and the one that it came to. Where it does not
/// work, the attack must be made in the usual time.
public enum ExploitReuse: Sendable, Hashable {
    /// Every host takes the full time.
    case never
    /// An attribute is drawn by the attributes' weights; it works if both hosts have the same value. That is so with
    /// probability s.
    case attribute
    /// With probability s^exponent.
    case power(exponent: Double)
    /// With probability e^(−rate·Δ).
    case exponential(rate: Double)
}

extension Attackers {
    private enum CodingKeys: String, CodingKey, CaseIterable { case count, positions, start, pursuit, tenants }

    /// Decodes attackers; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = Attackers()
        count = try fields.value(.count, or: defaults.count)
        positions = try fields.value(.positions, or: defaults.positions)
        start = try fields.value(.start, or: defaults.start)
        pursuit = try fields.value(.pursuit, or: defaults.pursuit)
        tenants = try fields.value(.tenants, or: defaults.tenants)
    }
}
