import FleetAPI
import FleetCore
import FleetModel
import HTTP
import MovingTarget

/// `/v1/exposure`: who was beside whom, for how long, against the assumed attack time. The worst come first.
struct ExposureRoutes {
    let fleet: Fleet

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/exposure") { request in
            try request.checkQuery("tenant", "container", "limit")
            let tenant: TenantName? = try request.queryValue("tenant", "a tenant's name") { try TenantName($0) }
            let container: ContainerName? = try request.queryValue("container", "a container's name") {
                try ContainerName($0)
            }
            let limit = try request.limit()
            let state = fleet.snapshot
            if let tenant { _ = try state.tenant(tenant) }
            if let container { _ = try state.container(container) }
            let view = view(of: state, tenant: tenant, container: container, limit: limit, at: .now)
            return try .answer(.ok, view, headerFields: [.relocateIndex: String(state.sequence)])
        }
    }

    private func view(
        of state: FleetState, tenant: TenantName?, container: ContainerName?, limit: Int, at now: Timestamp
    ) -> ExposureView {
        let names = state.containerNames(container, of: tenant)
        let tenants = container != nil ? [] : tenant.map { [$0] } ?? Array(state.tenants.keys)
        let (containers, pairs) = fleet.exposure.read { book in
            (
                names.compactMap { book.exposure(of: $0, at: now) },
                tenants.flatMap { book.exposures(of: $0, at: now) }
            )
        }
        return ExposureView(
            at: now,
            containers: containers.map { ContainerExposureView($0, at: now) }
                .sorted { ($1.longestShare, $0.container) < ($0.longestShare, $1.container) }.firsts(limit),
            containerCount: containers.count,
            pairs: pairs.map { TenantExposureView($0, at: now) }
                .sorted {
                    ($1.longest?.seconds ?? 0, $0.tenant, $0.stranger)
                        < ($0.longest?.seconds ?? 0, $1.tenant, $1.stranger)
                }.firsts(limit),
            pairCount: pairs.count)
    }
}

extension FleetState {
    /// One container, those of a tenant, one if it is a tenant's, or all.
    fileprivate func containerNames(_ container: ContainerName?, of tenant: TenantName?) -> [ContainerName] {
        switch (container, tenant) {
        case (let name?, let tenant): tenant == nil || containers[name]?.spec.tenant == tenant ? [name] : []
        case (nil, let tenant?): Array(index.containersByTenant[tenant] ?? [])
        case (nil, nil): Array(index.containers)
        }
    }
}

extension Array {
    fileprivate func firsts(_ count: Int) -> [Element] { Array(prefix(count)) }
}
