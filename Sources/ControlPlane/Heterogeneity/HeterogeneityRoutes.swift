import FleetCore
import FleetModel
import HTTP
import MovingTarget

/// `/v1/heterogeneity`: how different the hosts are, by the weights of policy `default`.
struct HeterogeneityRoutes {
    let fleet: Fleet

    /// In larger fleets the matrix of differences is left out.
    private static let largestMatrix = 256

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/heterogeneity") { request in
            try request.checkQuery("from")
            let from: HostName? = try request.queryValue("from", "a host's name") { try HostName($0) }
            let state = fleet.snapshot
            let fleet = FleetHeterogeneity(of: state.workers, weights: state.defaultPolicy.weights)
            guard let from else { return try .snapshot(FleetView(fleet), of: state, for: request) }
            guard let view = DistancesView(from: try state.host(from).name, in: fleet) else {
                throw FleetError.conflict("host '\(from)' is the gateway: no container goes there or leaves it")
            }
            return try .snapshot(view, of: state, for: request)
        }
    }

    private struct Summary: Encodable {
        var hosts: Int
        var classes: Int
        var meanDifference: Double?
        var raoQ: Double?
        var effectiveConfigurations: Double
        var coverage: Double
        var monocultures: [FleetLikeness.Monoculture]
        var warnings: [String]
    }

    private struct FleetView: Encodable {
        var summary: Summary
        var hosts: [HostName]
        var differences: [[Double?]]?

        init(_ fleet: FleetHeterogeneity) {
            let likeness = fleet.likeness
            summary = Summary(
                hosts: fleet.hosts.count, classes: fleet.table.profiles.count, meanDifference: likeness.meanDifference,
                raoQ: likeness.raoQ, effectiveConfigurations: likeness.effectiveConfigurations,
                coverage: likeness.coverage, monocultures: likeness.monocultures, warnings: likeness.warnings)
            hosts = fleet.hosts
            guard hosts.count <= largestMatrix else { return }
            differences = hosts.indices.map { left in hosts.indices.map { fleet.difference(left, $0) } }
        }
    }

    private struct DistancesView: Encodable {
        struct Distance: Encodable {
            var host: HostName
            var difference: Double?
            var coverage: Double
            var groups: [String: HostDistance.Part]
        }

        var from: HostName
        var distances: [Distance]

        init?(from: HostName, in fleet: FleetHeterogeneity) {
            guard let origin = fleet.hosts.firstIndex(of: from) else { return nil }
            self.from = from
            distances = fleet.hosts.indices.filter { $0 != origin }.map { other in
                let distance = fleet.table[fleet.classes[origin], fleet.classes[other]]
                return Distance(
                    host: fleet.hosts[other], difference: distance.difference(fleet.weights),
                    coverage: distance.coverage(fleet.weights),
                    groups: Dictionary(
                        uniqueKeysWithValues: AttributeGroup.allCases.map { ($0.rawValue, distance[$0]) }))
            }
        }
    }
}
