import FleetModel

/// Where attackers' containers are.
struct AttackerSites {
    private let world: World
    private let attackers: Attackers
    /// For each host the last run in which an attacker sat there.
    private var lastRun: [UInt32]
    private var run: UInt32 = 0
    /// The hosts in any order, of which distinct ones are drawn.
    private var order: [Int]
    /// The hosts that are visited most, the first ones most often.
    private let popular: [Int]
    /// The given containers of the attackers' tenants.
    private let given: [World.Resident]
    private let names: [(container: ContainerName, tenant: TenantName)]

    /// The host of each container.
    private(set) var hosts: [Int] = []

    /// How many containers there are.
    var count: Int { given.isEmpty ? attackers.count : given.count }

    init(_ attackers: Attackers, in world: World, popular: [Int]) {
        self.world = world
        self.attackers = attackers
        self.popular = popular
        lastRun = Array(repeating: 0, count: world.count)
        order = Array(0..<world.count)
        if case .tenants(let tenants) = attackers.positions {
            given = world.residents.filter { tenants.contains($0.tenant) }
        } else {
            given = []
        }
        names = (0..<attackers.count).map {
            (ContainerName(known: "attacker-\($0)"), world.attacker($0 % attackers.tenants))
        }
    }

    /// Draws where the container is when a run begins.
    func first(using generator: inout Xoshiro256) -> Int {
        // Tenants that are given cannot be put beside it, but it can be put beside them.
        if attackers.start == .beside, !given.isEmpty { return Int(given[generator.index(below: given.count)].host) }
        return generator.index(below: world.count)
    }

    /// Draws where attackers are when a run begins.
    mutating func draw(around first: Int, using generator: inout Xoshiro256) {
        run += 1
        hosts.removeAll(keepingCapacity: true)
        let isBeside = attackers.start == .beside
        switch attackers.positions {
        case .tenants: for resident in given { hosts.append(Int(resident.host)) }
        case .independent:
            if isBeside { hosts.append(first) }
            while hosts.count < attackers.count { hosts.append(generator.index(below: world.count)) }
        case .distinct: drawDistinct(besides: isBeside ? first : nil, using: &generator)
        case .mostVisited:
            hosts += popular.prefix(attackers.count)
            if isBeside, !hosts.contains(first) { hosts[hosts.count - 1] = first }
        }
        for host in hosts { lastRun[host] = run }
    }

    /// The first m of a shuffle (Fisher and Yates) of the hosts, one of which may be set.
    private mutating func drawDistinct(besides first: Int?, using generator: inout Xoshiro256) {
        if let first, let place = order.firstIndex(of: first) {
            order.swapAt(0, place)
            hosts.append(first)
        }
        for place in hosts.count..<attackers.count {
            order.swapAt(place, place + generator.index(below: world.count - place))
            hosts.append(order[place])
        }
    }

    /// Whether an attacker sat on a host when the run began.
    @inline(__always)
    func isAttacked(_ host: Int) -> Bool { lastRun[host] == run }

    /// The containers with their names.
    var residents: [World.Resident] {
        guard given.isEmpty else { return given }
        return zip(names, hosts).map { World.Resident(container: $0.container, tenant: $0.tenant, host: Int32($1)) }
    }
}
