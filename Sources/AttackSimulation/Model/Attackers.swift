import FleetModel

/// Where attackers are, and what they do when the container moves (section 2.2 of the model).
///
/// Attackers cannot be told from other tenants' containers: placement sees them as tenants among others.
public struct Attackers: Codable, Sendable, Hashable {
    /// m: how many containers they have, 0 to the number of hosts, or to 1000 where two may be on one host.
    public var count: Int
    /// Where those are.
    public var positions: Positions
    /// Where they are when a run begins.
    public var start: Start
    /// What they do when the container has moved.
    public var pursuit: Pursuit
    /// To how many tenants their containers belong, in turn, 1 to 1000. Given tenants have their own.
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
        /// On the hosts to which containers with this policy go most often, as seen in this many moves before, 1 to 100,000, of
        /// one container and without attackers. Equally frequent hosts are taken in random order.
        case mostVisited(observedMoves: Int)
        /// Wherever these tenants of given hosts have containers; `count` and `tenants` are not looked at.
        case tenants([TenantName])
    }

    /// Where attackers are when a run begins.
    public enum Start: String, Codable, Sendable, CaseIterable {
        /// Where their positions happen to be.
        case anywhere
        /// One of them is beside the container: what the paper counts, an attack that has begun. Where positions are such that
        /// an attacker cannot be put there, because they are given tenants', the container is put beside one of them.
        case beside
        /// As `anywhere`, and if one is beside the container its attack has finished there: the run begins with the move
        /// away from it, and what counts is whether the attack can be carried on. Without a move, or if that move fails, it
        /// has succeeded.
        ///
        /// What carries it on is reuse; the time that it took does not count again. Attackers had all the time that they
        /// wanted, so those who chase and are not beside the container begin to look for it when it has moved. With c the
        /// share of hosts with an attacker, Δ the difference of the move and R the probability that the stay after it
        /// resists an attack that is made anew, one move is survived with 1 − c·(1 − Δ·R) if attackers follow at once. If
        /// they sit it is 1 − c·c′·(1 − Δ·R), with c′ = (m − 1)/(n − 1) the chance that the next host has one, too.
        case finished
    }

    /// What attackers do when the container has moved.
    public enum Pursuit: Sendable, Hashable {
        /// They stay where they are.
        case sit
        /// One of them finds the container and comes to its host, after an exponential time with this mean in seconds. If
        /// the container has left by then it begins to look again. The beginning of a run counts as a move.
        ///
        /// Each of several needs such a time, and the first who comes counts. One who was left behind on the host that the
        /// container comes to must find that out in the same way.
        case chase(meanSeconds: Double)
    }
}

/// What of an attack outlives a move.
public enum AttackMemory: String, Codable, Sendable, CaseIterable {
    /// Nothing: each time beside the container it begins anew. This is the paper's attacker.
    case strict
    /// It goes on if the next host carries an attacker, too, and begins anew after a host without one. Only the seconds beside
    /// the container count, and a gap between two stays ends nothing.
    case collusive
    /// Everything: the seconds beside the container add up.
    case accumulating
    /// It is directed at one attribute of hosts, drawn by the attributes' weights at the beginning of the run, and the seconds
    /// add up on hosts that have the same value. Of given hosts only attributes count that are known of all of them, and
    /// values that differ at all are different.
    case learning
}

/// Whether what worked on one host works on the next: then an attacker there succeeds at once (section 2.2 of the model).
///
/// s = 1 − Δ, with Δ the difference between the host that the container left and the one that it came to; one that is not
/// known counts as 0. It is drawn once for each stay after a move that has an attacker, whether or not there was one on the
/// host before. Where it does not work, the attack must be made in the usual time.
public enum ExploitReuse: Sendable, Hashable {
    /// Every host takes the full time.
    case never
    /// An attribute is drawn by the attributes' weights; it works if both hosts have the same value. That is so with
    /// probability s. Values of given hosts may differ by degrees; there it works with probability s without such a draw.
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
