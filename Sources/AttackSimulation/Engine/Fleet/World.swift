import FleetModel
import MovingTarget

/// The hosts of a block of runs, numbered from 0, and the containers that stand still on them.
struct World: Sendable {
    /// A container that is not the protected one.
    struct Resident: Sendable {
        let container: ContainerName
        let tenant: TenantName
        let host: Int32
    }

    /// The instant at which runs begin. Any would do; production counts in milliseconds since 1970.
    static let epoch = Timestamp(milliseconds: 1_000_000_000_000)

    /// The hosts' names.
    let names: [HostName]
    /// The hosts' numbers by name.
    let numbers: [HostName: Int32]
    /// What placement knows of the hosts and the containers that stand still.
    let index: PlacementIndex
    /// The containers that stand still.
    let residents: [Resident]
    /// What learning and reuse may be about; `nil` when the hosts have no attribute in common.
    let attributes: CommonAttributes?
    /// Whose the protected container is.
    let owner: TenantName
    /// What names of attackers begin with.
    private let attackerPrefix: String

    /// How many hosts there are.
    var count: Int { names.count }

    /// The world of hosts.
    init(_ hosts: [SimulatedHost], weights: HeterogeneityWeights) {
        names = hosts.map(\.name)
        numbers = Dictionary(uniqueKeysWithValues: hosts.enumerated().map { ($1.name, Int32($0)) })
        attributes = CommonAttributes(of: hosts.map(\.profile), weights: weights)
        var index = PlacementIndex()
        var residents: [Resident] = []
        for (number, host) in hosts.enumerated() {
            index.update(host: Self.host(host))
            for tenant in host.tenants {
                index.add(.tenant(tenant), memoryBytes: 0, on: host.name)
                residents.append(
                    Resident(
                        container: ContainerName(known: "resident-\(residents.count)"), tenant: tenant,
                        host: Int32(number)))
            }
        }
        self.index = index
        self.residents = residents
        let taken = Set(residents.map(\.tenant.text))
        owner = TenantName(known: Self.unused("protected", taken))
        attackerPrefix = Self.unused("attacker", taken)
    }

    /// Whose the attackers' container with a number is.
    func attacker(_ number: Int) -> TenantName { TenantName(known: "\(attackerPrefix)-\(number)") }

    /// A host on which everything has room: how full hosts are is not simulated.
    private static func host(_ host: SimulatedHost) -> Host {
        Host(
            name: host.name, role: .worker, state: .ready, address: IPv4Address(number: 0),
            facts: HostFacts(
                kernel: "", distribution: "", architecture: "", cpuModel: "", cpuCount: 1, memoryBytes: 0,
                cgroupVersion: 2, criuVersion: nil, runcVersion: nil, addresses: [], runtimes: [.simulated],
                problems: [], agentVersion: "", profile: host.profile),
            capacity: HostCapacity(containers: 1 << 30, memoryBytes: 1 << 40), enrolledAt: epoch, lastSeenAt: epoch)
    }

    /// A name that begins no tenant's name.
    private static func unused(_ name: String, _ taken: Set<String>) -> String {
        taken.contains { $0.hasPrefix(name) } ? unused(name + "x", taken) : name
    }
}
