import FleetAPI
import FleetCore
import FleetModel
import HTTP
import MovingTarget

/// `/v1/heterogeneity`: how different the hosts are, by the weights of policy `default`.
struct HeterogeneityRoutes {
    let fleet: Fleet

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/heterogeneity") { request in
            try request.checkQuery("from")
            let from: HostName? = try request.queryValue("from", "a host's name") { try HostName($0) }
            let state = fleet.snapshot
            let fleet = FleetHeterogeneity(of: state.workers, weights: state.defaultPolicy.weights)
            guard let from else { return try .snapshot(HeterogeneityView(fleet), of: state, for: request) }
            guard let view = DistancesView(from: try state.host(from).name, in: fleet) else {
                throw FleetError.conflict("host '\(from)' is the gateway: no container goes there or leaves it")
            }
            return try .snapshot(view, of: state, for: request)
        }
    }
}
