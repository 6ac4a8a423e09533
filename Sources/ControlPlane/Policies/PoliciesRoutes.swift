import FleetModel
import HTTP

/// `/v1/policies/default`: when containers move. It is the fleet's only policy.
struct PoliciesRoutes {
    let fleet: Fleet

    private struct Body: RequestFields {
        enum CodingKeys: String, CodingKey, CaseIterable { case clock, limits }
        var clock: DeadlineClock
        var limits: RelocationLimits?
    }

    /// The policy with what follows from it.
    private struct View: Encodable {
        var name = "default"
        var version: Int
        var clock: DeadlineClock
        var dwellSeconds: Double
        var limits: RelocationLimits

        init(_ state: FleetState) {
            version = state.policyVersion
            clock = state.policy.clock
            dwellSeconds = state.policy.clock.dwellSeconds
            limits = state.policy.limits
        }
    }

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/policies/{policy}") { request in
            try requireDefault(request)
            let state = fleet.snapshot
            return try .answer(
                .ok, View(state),
                headerFields: [
                    .eTag: EntityTag(version: state.policyVersion).description, .relocateIndex: String(state.sequence),
                ])
        }
        router.on(.put, "/v1/policies/{policy}") { request in
            try requireDefault(request)
            guard let expected = request.headerFields[.ifMatch] else {
                throw Problem(
                    .preconditionRequired, code: "preconditionRequired",
                    detail: "send If-Match with the ETag of the policy that you read, so that nobody's change is lost")
            }
            let body = try await request.decode(Body.self)
            let state = try await fleet.change(by: request.actor) { draft in
                let current = EntityTag(version: draft.state.policyVersion)
                guard current.isAmong(expected) else { throw FleetError.stale(current: current.description) }
                let policy = Policy(clock: body.clock, limits: body.limits ?? draft.state.policy.limits)
                try policy.validate()
                draft.record(.policy(policy))
                draft.moveDeadlines()
                return draft.state
            }
            return try .answer(
                .ok, View(state), headerFields: [.eTag: EntityTag(version: state.policyVersion).description])
        }
    }

    private func requireDefault(_ request: Request) throws {
        let name = request.parameters["policy"] ?? ""
        guard name == "default" else { throw FleetError.notFound(kind: "policy", name: name) }
    }
}

extension FleetDraft {
    /// Makes the deadlines follow the policy: t* after the arrival, but not before now.
    mutating func moveDeadlines() {
        for container in state.containers.values where container.deadlineAt != nil {
            guard let arrivedAt = container.arrivedAt else { continue }
            var container = container
            container.deadlineAt = max(now, state.deadline(after: arrivedAt))
            record(.container(container))
        }
    }
}
