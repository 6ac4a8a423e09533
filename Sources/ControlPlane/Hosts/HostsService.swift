import FleetCore
import FleetModel

/// What can be done with hosts.
struct HostsService {
    let fleet: Fleet
    let agents: AgentRegistry
    let relocator: Relocator
    let drains: DrainKeeper

    /// A host as the API shows it.
    func view(of host: Host, in state: FleetState) -> HostView {
        var host = host
        host.lastSeenAt = agents.lastSeen(host.name) ?? host.lastSeenAt
        return HostView(host: host, containers: state.containerNames(on: host.name))
    }

    /// Changes a host's state, labels or capacity.
    func change(
        _ name: HostName, state: HostState?, labels: [String: String]?, capacity: HostCapacity?, by actor: String
    ) async throws -> Host {
        let (host, endsDrain) = try await fleet.change(by: actor) { draft in
            var host = try draft.host(name)
            let wasDraining = host.state == .draining
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
                if state == .ready { host.drain = nil }
            }
            if let labels { host.labels = labels }
            if let capacity {
                guard capacity.containers >= 0, capacity.memoryBytes >= 0 else {
                    throw FleetError.invalid(field: "capacity", detail: "must not be negative")
                }
                host.capacity = capacity
            }
            if host != draft.state.hosts[name] { draft.record(.host(host)) }
            return (host, wasDraining && host.state != .draining)
        }
        if endsDrain { try await relocator.cancelDrain(of: name, by: actor) }
        // What waits for a host may have found one.
        await relocator.startWhatMay()
        return host
    }

    /// Moves every container of a host away and keeps it cordoned then.
    func drain(_ name: HostName, by actor: String) async throws -> Host {
        let host = try await fleet.change(by: actor) { draft in
            var host = try draft.host(name)
            guard host.role == .worker else {
                throw FleetError.conflict("'\(name)' is the gateway: it has no containers")
            }
            guard host.state != .draining else { return host }
            guard host.state != .unreachable else {
                throw FleetError.conflict("host '\(name)' is unreachable: nothing can be moved away from it")
            }
            host.state = .draining
            host.drain = Drain(
                startedAt: draft.now, startedBy: actor, total: draft.state.containerCount(on: name))
            draft.record(.host(host))
            return host
        }
        await drains.push(name)
        return fleet.snapshot.hosts[name] ?? host
    }

    /// How far the drain of a host is.
    func drain(of name: HostName) throws -> DrainView {
        let state = fleet.snapshot
        return try DrainView(try state.host(name), in: state, at: .now)
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
