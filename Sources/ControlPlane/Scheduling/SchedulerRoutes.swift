import FleetAPI
import FleetCore
import FleetModel
import HTTP

/// `/v1/scheduler`: whether the clock moves containers.
struct SchedulerRoutes {
    let fleet: Fleet

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/scheduler") { request in
            let state = fleet.snapshot
            return try .snapshot(SchedulerView(paused: state.isPaused), of: state, for: request)
        }
        router.on(.put, "/v1/scheduler") { request in
            let paused = try await request.decode(SchedulerView.self).paused
            try await fleet.request(by: request.actor) { draft in
                if draft.state.isPaused != paused { draft.record(.scheduler(paused: paused)) }
            }
            return try .answer(.ok, SchedulerView(paused: paused))
        }
    }
}
