import FleetAPI
import FleetCore
import FleetModel
import MovingTarget

extension HeterogeneityView {
    /// In larger fleets the matrix of differences is left out.
    private static let largestMatrix = 256

    /// How different a fleet's hosts are.
    init(_ fleet: FleetHeterogeneity) {
        let likeness = fleet.likeness
        let hosts = fleet.hosts
        self.init(
            summary: Summary(
                hosts: hosts.count, classes: fleet.table.profiles.count, meanDifference: likeness.meanDifference,
                raoQ: likeness.raoQ, effectiveConfigurations: likeness.effectiveConfigurations,
                coverage: likeness.coverage,
                monocultures: likeness.monocultures.map {
                    Monoculture(group: $0.group, attribute: $0.attribute, value: $0.value, share: $0.share)
                }, warnings: likeness.warnings),
            hosts: hosts,
            differences: hosts.count > Self.largestMatrix
                ? nil : hosts.indices.map { left in hosts.indices.map { fleet.difference(left, $0) } })
    }
}

extension DistancesView {
    /// How different the others are from a host; `nil` when it is none that carries containers.
    init?(from: HostName, in fleet: FleetHeterogeneity) {
        guard let origin = fleet.hosts.firstIndex(of: from) else { return nil }
        let others = fleet.hosts.indices.filter { $0 != origin }
        self.init(
            from: from,
            distances: others.map { other in
                let distance = fleet.table[fleet.classes[origin], fleet.classes[other]]
                let parts = AttributeGroup.allCases.map { group in
                    (group, Part(difference: distance[group].difference, coverage: distance[group].coverage))
                }
                return Distance(
                    host: fleet.hosts[other], difference: distance.difference(fleet.weights),
                    coverage: distance.coverage(fleet.weights), groups: Dictionary(uniqueKeysWithValues: parts))
            })
    }
}
