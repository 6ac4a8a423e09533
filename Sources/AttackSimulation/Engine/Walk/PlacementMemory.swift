import FleetModel
import MovingTarget

/// Placement as in production, for policies that look at more than the host that is left: at earlier stays, and at who is
/// and was beside the container.
struct PlacementMemory {
    private static let container = ContainerName(known: "protected")

    private let world: World
    private let policy: Policy
    private let expectedStaySeconds: Double
    private let emptyBook: ExposureBook
    private var index: PlacementIndex
    private var book: ExposureBook
    /// Where the attackers' containers are.
    private(set) var attackers: [World.Resident] = []
    /// The containers that stand still.
    private(set) var bystanders: [World.Resident]

    init(_ world: World, policy: Policy) {
        self.world = world
        self.policy = policy
        let rules = policy.placement
        expectedStaySeconds = RelocationClock(policy).meanSeconds ?? rules.memorySeconds
        var book = ExposureBook(memorySeconds: rules.memorySeconds)
        for resident in world.residents { Self.enter(resident, world, policy, &book, at: World.epoch) }
        emptyBook = book
        self.book = book
        index = world.index
        bystanders = world.residents
    }

    // MARK: What happens

    /// A run begins: attackers are there, and the container comes.
    /// - Parameter attackers: the attackers' containers, some of which may be among the world's residents.
    mutating func begin(at host: Int, attackers: [World.Resident]) {
        index = world.index
        book = emptyBook
        self.attackers = attackers
        let names = Set(attackers.map(\.container))
        bystanders = world.residents.filter { !names.contains($0.container) }
        let known = Set(world.residents.map(\.container))
        for attacker in attackers where !known.contains(attacker.container) {
            Self.enter(attacker, world, policy, &book, at: World.epoch)
            index.add(.tenant(attacker.tenant), memoryBytes: 0, on: world.names[Int(attacker.host)])
        }
        arrive(at: host, from: nil, 0)
    }

    /// The container is on another host.
    mutating func arrive(at host: Int, from source: Int?, _ seconds: Double) {
        if let source { index.remove(.tenant(world.owner), memoryBytes: 0, from: world.names[source]) }
        index.add(.tenant(world.owner), memoryBytes: 0, on: world.names[host])
        // The book ends the earlier stay with this arrival: as in production, where a container that moves counts as being
        // where it was.
        book.arrive(
            Residence(
                container: Self.container, tenant: world.owner, host: world.names[host],
                arrivedAt: World.epoch.advanced(bySeconds: seconds)),
            attackSeconds: policy.assumedAttackSeconds)
    }

    /// An attacker comes to a host.
    mutating func bring(attacker number: Int, to host: Int, _ seconds: Double) {
        let old = attackers[number]
        guard old.host != Int32(host) else { return }
        let new = World.Resident(container: old.container, tenant: old.tenant, host: Int32(host))
        attackers[number] = new
        index.remove(.tenant(old.tenant), memoryBytes: 0, from: world.names[Int(old.host)])
        index.add(.tenant(new.tenant), memoryBytes: 0, on: world.names[host])
        Self.enter(new, world, policy, &book, at: World.epoch.advanced(bySeconds: seconds))
    }

    private static func enter(
        _ resident: World.Resident, _ world: World, _ policy: Policy, _ book: inout ExposureBook, at time: Timestamp
    ) {
        book.arrive(
            Residence(
                container: resident.container, tenant: resident.tenant, host: world.names[Int(resident.host)],
                arrivedAt: time), attackSeconds: policy.assumedAttackSeconds)
    }

    // MARK: What is asked

    /// Whether nobody was beside the container in this stay.
    var wasAlone: Bool { book.wasAlone(Self.container) }

    /// For how many remembered seconds the container was beside each tenant.
    func partySeconds(at seconds: Double) -> [Party: Double] {
        book.partySeconds(of: .tenant(world.owner), at: World.epoch.advanced(bySeconds: seconds))
    }

    /// Draws the next host as production does. A failure to find one, which no policy has here, leaves the container where
    /// it is.
    func next(from source: Int, _ seconds: Double, using generator: inout Xoshiro256) -> Move {
        let now = World.epoch.advanced(bySeconds: seconds)
        let request = PlacementRequest(
            party: .tenant(world.owner), memoryBytes: 0, runtime: .simulated, source: world.names[source],
            visits: book.visits(of: Self.container), partySeconds: partySeconds(at: seconds),
            expectedStaySeconds: expectedStaySeconds, now: now)
        let decision = Placement.decide(request, in: index, policy: policy, using: &generator).decision
        let chosen = decision.candidates.first { $0.host == decision.chosen }
        let host = chosen.flatMap { world.numbers[$0.host] }.map(Int.init) ?? source
        return Move(
            host: host, difference: chosen?.terms.heterogeneity ?? .nan,
            entropyShare: Transitions.share(decision.entropy, of: decision.candidateCount))
    }
}
