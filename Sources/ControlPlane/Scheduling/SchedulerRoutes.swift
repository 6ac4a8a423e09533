import FleetCore
import FleetModel
import HTTP

/// `/v1/scheduler`: whether the clock moves containers.
struct SchedulerRoutes {
    let fleet: Fleet

    private struct Body: RequestFields {
        enum CodingKeys: String, CodingKey, CaseIterable { case paused }
        var paused: Bool
    }

    private struct View: Encodable {
        var paused: Bool
    }

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/scheduler") { request in
            let state = fleet.snapshot
            return try .snapshot(View(paused: state.isPaused), of: state, for: request)
        }
        router.on(.put, "/v1/scheduler") { request in
            let paused = try await request.decode(Body.self).paused
            try await fleet.request(by: request.actor) { draft in
                if draft.state.isPaused != paused { draft.record(.scheduler(paused: paused)) }
            }
            return try .answer(.ok, View(paused: paused))
        }
    }
}
