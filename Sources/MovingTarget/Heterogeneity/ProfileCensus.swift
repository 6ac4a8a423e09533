import FleetModel

/// How many hosts have which profile, kept host by host.
public struct ProfileCensus: Sendable {
    /// The distances of the profiles.
    public private(set) var table = DistanceTable()
    private var numbers: [HostProfile: Int] = [:]
    private var sizes: [Int] = []
    private var hosts: [HostName: Int] = [:]

    /// Of no hosts.
    public init() {}

    /// How many hosts there are.
    public var count: Int { hosts.count }

    /// The number of a host's profile in the table.
    public func number(of host: HostName) -> Int? { hosts[host] }

    /// Takes what a host is made of; `nil` when it is gone.
    /// - Returns: whether anything has changed.
    @discardableResult
    public mutating func set(_ profile: HostProfile?, of host: HostName) -> Bool {
        let before = hosts[host]
        if before.map({ table.profiles[$0] }) == profile { return false }
        if let before { sizes[before] -= 1 }
        hosts[host] = nil
        guard let profile else { return true }
        let number = number(of: profile)
        sizes[number] += 1
        hosts[host] = number
        return true
    }

    /// What the hosts have in common.
    public func likeness(_ weights: HeterogeneityWeights) -> FleetLikeness {
        FleetLikeness(sizes: sizes, table: table, weights: weights)
    }

    /// What only hosts of the past had is cleared out when it is the greater part.
    private mutating func number(of profile: HostProfile) -> Int {
        if let number = numbers[profile] { return number }
        if sizes.count > 2 * max(8, hosts.count) { clearOut() }
        let number = table.profiles.count
        table = table.adding(profile)
        numbers[profile] = number
        sizes.append(0)
        return number
    }

    /// Forgets the profiles that no host has any more.
    private mutating func clearOut() {
        let profiles = table.profiles
        let present = hosts
        self = ProfileCensus()
        for (host, number) in present.sorted(by: { $0.key < $1.key }) { set(profiles[number], of: host) }
    }
}
