import FleetAPI
import FleetCore
import FleetModel
import HTTP

/// `/v1/trust-groups`: the tenants that may be beside each other without harm. Only operators say who is in one.
struct TrustGroupsRoutes {
    let fleet: Fleet

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/trust-groups") { request in
            try request.checkQuery("cursor", "limit")
            let state = fleet.snapshot
            return try .snapshot(ListView(state.trustGroups(try request.window())), of: state, for: request)
        }
        router.on(.get, "/v1/trust-groups/{group}") { request in
            let state = fleet.snapshot
            let group = try state.trustGroup(request.name("group", of: "trust group"))
            return try .snapshot(group, of: state, for: request)
        }
        router.on(.put, "/v1/trust-groups/{group}") { request in
            let name = try newName(of: request)
            let body = try await request.decode(TrustGroupBody.self)
            let group = try await fleet.request(by: request.actor) { draft in
                try draft.set(TrustGroup(name: name, members: body.members))
                return try draft.state.trustGroup(name)
            }
            return try .answer(.ok, group)
        }
        router.on(.delete, "/v1/trust-groups/{group}") { request in
            let name: TrustGroupName = try request.name("group", of: "trust group")
            try await fleet.request(by: request.actor) { draft in try draft.remove(name) }
            return Response(status: .noContent)
        }
    }

    /// The name of a group that need not be there yet.
    private func newName(of request: Request) throws(FleetError) -> TrustGroupName {
        let text = request.parameters["group"] ?? ""
        do {
            return try TrustGroupName(text)
        } catch {
            throw .invalid(field: "group", detail: "\(error)")
        }
    }
}
