import FleetAPI
import FleetCore
import FleetModel
import HTTP

/// `/v1/tenants`
struct TenantsRoutes {
    let fleet: Fleet

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/tenants") { request in
            try request.checkQuery("cursor", "limit")
            let state = fleet.snapshot
            return try .snapshot(ListView(state.tenants(try request.window())), of: state, for: request)
        }
        router.on(.post, "/v1/tenants") { request in
            let body = try await request.decode(NewTenantBody.self)
            let tenant = try await fleet.request(by: request.actor) { draft in
                guard draft.state.tenants[body.name] == nil else {
                    throw FleetError.exists(kind: "tenant", name: body.name.text)
                }
                let tenant = Tenant(
                    name: body.name, createdAt: draft.now, policy: body.policy, neverBeside: body.neverBeside ?? [],
                    isPaused: body.isPaused ?? false)
                try draft.state.check(tenant)
                draft.record(.tenant(tenant))
                return tenant
            }
            return try .answer(.created, tenant, headerFields: [.location: "/v1/tenants/\(tenant.name)"])
        }
        router.on(.get, "/v1/tenants/{tenant}") { request in
            let state = fleet.snapshot
            return try .snapshot(try state.tenant(request.name("tenant", of: "tenant")), of: state, for: request)
        }
        router.on(.patch, "/v1/tenants/{tenant}") { request in
            let name: TenantName = try request.name("tenant", of: "tenant")
            let changes = try await request.decode(TenantChangesBody.self)
            return try .answer(.ok, try await change(name, changes, by: request.actor))
        }
        router.on(.delete, "/v1/tenants/{tenant}") { request in
            try await remove(try request.name("tenant", of: "tenant"), by: request.actor)
            return Response(status: .noContent)
        }
    }

    private func change(_ name: TenantName, _ changes: TenantChangesBody, by actor: String) async throws -> Tenant {
        try await fleet.request(by: actor) { draft in
            let before = try draft.state.tenant(name)
            var tenant = before
            changes.policy.apply(to: &tenant.policy)
            tenant.neverBeside = changes.neverBeside ?? tenant.neverBeside
            tenant.isPaused = changes.isPaused ?? tenant.isPaused
            try draft.state.check(tenant)
            guard tenant != before else { return tenant }
            draft.record(.tenant(tenant))
            if tenant.policy != before.policy {
                let concerned = draft.state.containers(of: name).filter { $0.policy == nil }
                draft.moveDeadlines(of: concerned.map(\.name))
            }
            return tenant
        }
    }

    private func remove(_ name: TenantName, by actor: String) async throws {
        try await fleet.request(by: actor) { draft in
            _ = try draft.state.tenant(name)
            let containers = draft.state.containers(of: name).map(\.name)
            guard containers.isEmpty else {
                throw FleetError.conflict(
                    "tenant '\(name)' still has containers: \(containers.map(\.text).joined(separator: ", "))")
            }
            for other in draft.state.index.tenantsByStranger[name] ?? [] {
                var tenant = try draft.state.tenant(other)
                tenant.neverBeside.removeAll { $0 == name }
                draft.record(.tenant(tenant))
            }
            draft.record(.tenantRemoved(name))
        }
    }
}

extension FleetState {
    /// Checks what a tenant names.
    /// - Throws: `FleetError.invalid`.
    fileprivate func check(_ tenant: Tenant) throws(FleetError) {
        if let policy = tenant.policy, (try? self.policy(policy)) == nil {
            throw .invalid(field: "policy", detail: "there is no policy '\(policy)'")
        }
        for other in tenant.neverBeside {
            guard other != tenant.name else {
                throw .invalid(field: "neverBeside", detail: "a tenant is always beside itself")
            }
            guard tenants[other] != nil else {
                throw .invalid(field: "neverBeside", detail: "there is no tenant '\(other)'")
            }
        }
        try checkTrust(of: tenant)
    }
}
