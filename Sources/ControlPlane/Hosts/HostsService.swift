import FleetModel

/// What can be done with hosts.
struct HostsService {
    let fleet: Fleet
    let agents: AgentRegistry
    let relocator: Relocator

    /// A host as the API shows it.
    func view(of host: Host, in state: FleetState) -> HostView {
        var host = host
        host.lastSeenAt = agents.lastSeen(host.name) ?? host.lastSeenAt
        return HostView(host: host, containers: state.containers(on: host.name).map(\.name))
    }

    /// Changes a host's state, labels or capacity.
    func change(
        _ name: HostName, state: HostState?, labels: [String: String]?, capacity: HostCapacity?, by actor: String
    ) async throws -> Host {
        try await fleet.change(by: actor) { draft in
            var host = try draft.host(name)
            if let state {
                guard state == .ready || state == .cordoned else {
                    throw FleetError.invalid(
                        field: "state",
                        detail: "may be set to 'ready' or 'cordoned'; to drain, POST /v1/hosts/\(name)/drain")
                }
                guard host.state != .unreachable else {
                    throw FleetError.conflict("host '\(name)' is unreachable; it can be changed when its agent answers")
                }
                host.state = state
            }
            if let labels { host.labels = labels }
            if let capacity {
                guard capacity.containers >= 0, capacity.memoryBytes >= 0 else {
                    throw FleetError.invalid(field: "capacity", detail: "must not be negative")
                }
                host.capacity = capacity
            }
            if host != draft.state.hosts[name] { draft.record(.host(host)) }
            return host
        }
    }

    /// Moves every container of a host away and keeps it cordoned then.
    func drain(_ name: HostName, by actor: String) async throws -> Host {
        let (host, containers) = try await fleet.change(by: actor) { draft in
            var host = try draft.host(name)
            guard host.role == .worker else {
                throw FleetError.conflict("'\(name)' is the gateway: it has no containers")
            }
            let containers = draft.state.containers(on: name).map(\.name)
            host.state = containers.isEmpty ? .cordoned : .draining
            draft.record(.host(host))
            return (host, containers)
        }
        for container in containers {
            _ = try? await relocator.request(
                RelocationRequest(
                    container: container, to: nil, trigger: .drain, actor: actor, reason: "drain of \(name)"))
        }
        return host
    }

    /// Forgets a host that holds nothing.
    func forget(_ name: HostName, by actor: String) async throws {
        try await fleet.change(by: actor) { draft in
            let host = try draft.host(name)
            let containers = draft.state.containers(on: name)
            guard containers.isEmpty else {
                throw FleetError.conflict(
                    "host '\(name)' still carries \(containers.map(\.name.text).joined(separator: ", ")); drain it first"
                )
            }
            guard host.state != .ready else {
                throw FleetError.conflict("host '\(name)' is ready; cordon it and end its agent first")
            }
            draft.clear(.unreachable, about: name.text)
            draft.record(.hostForgotten(name))
        }
    }
}
