import FleetModel

/// How different the hosts of a fleet are, each from each and all together.
public struct FleetHeterogeneity: Sendable {
    /// The hosts, by name.
    public let hosts: [HostName]
    /// The number of each host's class: hosts with equal profiles share one.
    public let classes: [Int]
    /// The distances of the classes.
    public let table: DistanceTable
    /// What the groups count.
    public let weights: HeterogeneityWeights
    /// All together.
    public let likeness: FleetLikeness

    /// Looks at hosts.
    public init(of hosts: [Host], weights: HeterogeneityWeights) {
        let hosts = hosts.sorted { $0.name < $1.name }
        var census = ProfileCensus()
        for host in hosts { census.set(host.profile, of: host.name) }
        self.hosts = hosts.map(\.name)
        classes = hosts.compactMap { census.number(of: $0.name) }
        table = census.table
        self.weights = weights
        likeness = census.likeness(weights)
    }

    /// Δ of two hosts by their places in `hosts`.
    public func difference(_ left: Int, _ right: Int) -> Double? {
        table[classes[left], classes[right]].difference(weights)
    }
}
