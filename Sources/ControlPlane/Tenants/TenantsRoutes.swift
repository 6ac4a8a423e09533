import FleetModel
import HTTP

/// `/v1/tenants`
struct TenantsRoutes {
    let fleet: Fleet

    private struct NewTenant: RequestFields {
        enum CodingKeys: String, CodingKey, CaseIterable { case name }
        var name: TenantName
    }

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/tenants") { request in
            try request.checkQuery()
            let state = fleet.snapshot
            let tenants = state.tenants.values.sorted { $0.name < $1.name }
            return try .snapshot(ListView(items: tenants), of: state, for: request)
        }
        router.on(.post, "/v1/tenants") { request in
            let name = try await request.decode(NewTenant.self).name
            let tenant = try await fleet.change(by: request.actor) { draft in
                guard draft.state.tenants[name] == nil else { throw FleetError.exists(kind: "tenant", name: name.text) }
                let tenant = Tenant(name: name, createdAt: draft.now)
                draft.record(.tenant(tenant))
                return tenant
            }
            return try .answer(.created, tenant, headerFields: [.location: "/v1/tenants/\(name)"])
        }
        router.on(.get, "/v1/tenants/{tenant}") { request in
            let state = fleet.snapshot
            return try .snapshot(try state.tenant(request.name("tenant", of: "tenant")), of: state, for: request)
        }
        router.on(.delete, "/v1/tenants/{tenant}") { request in
            let name: TenantName = try request.name("tenant", of: "tenant")
            try await fleet.change(by: request.actor) { draft in
                _ = try draft.state.tenant(name)
                let containers = draft.state.containers.values.filter { $0.spec.tenant == name }.map(\.name).sorted()
                guard containers.isEmpty else {
                    throw FleetError.conflict(
                        "tenant '\(name)' still has containers: \(containers.map(\.text).joined(separator: ", "))")
                }
                draft.record(.tenantRemoved(name))
            }
            return Response(status: .noContent)
        }
    }
}
