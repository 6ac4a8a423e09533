import FleetAPI
import FleetCore
import FleetModel

/// What operators change of a container that is there.
extension ContainersService {
    /// Gives a container another policy, stops and starts its clock, or says what becomes of it when its host is lost or it
    /// ends.
    func change(
        _ name: ContainerName, policy: FieldChange<PolicyName>, isPaused: Bool?, onHostLoss: HostLossRule?,
        restart: RestartRule?, by actor: String
    ) async throws -> Container {
        try await fleet.request(by: actor) { draft in
            let before = try draft.container(name)
            var container = before
            policy.apply(to: &container.policy)
            if let policy = container.policy { try draft.state.checkPolicy(policy) }
            container.isPaused = isPaused ?? container.isPaused
            container.onHostLoss = onHostLoss ?? container.onHostLoss
            container.restart = restart ?? container.restart
            if container.restart == .never { draft.callOffRestart(of: &container) }
            guard container != before else { return container }
            draft.record(.container(container))
            if container.policy != before.policy { draft.moveDeadlines(of: [name]) }
            return try draft.container(name)
        }
    }

    /// Keeps a container where it is for a while.
    func pin(_ name: ContainerName, reason: String, until: Timestamp, by actor: String) async throws -> Container {
        guard !reason.allSatisfy(\.isWhitespace), reason.count <= 500 else {
            throw FleetError.invalid(field: "reason", detail: "say why, in 1 to 500 characters")
        }
        return try await fleet.request(by: actor) { draft in
            let seconds = until.seconds(since: draft.now)
            guard seconds > 0, seconds <= DwellBounds.longestSeconds else {
                throw FleetError.invalid(
                    field: "until", detail: "must be in the future and at most a year away, is \(until)")
            }
            try draft.update(name) { $0.pin = Pin(reason: reason, until: until, setBy: actor) }
            return try draft.container(name)
        }
    }

    /// Lets a container move again.
    func unpin(_ name: ContainerName, by actor: String) async throws -> Container {
        try await fleet.request(by: actor) { draft in
            if try draft.container(name).pin != nil { try draft.update(name) { $0.pin = nil } }
            return try draft.container(name)
        }
    }
}
