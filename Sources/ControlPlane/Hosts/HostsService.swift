import FleetAPI
import FleetCore
import FleetModel
import HTTP

/// What can be done with hosts.
struct HostsService {
    let fleet: Fleet
    let agents: AgentRegistry
    let relocator: Relocator
    let drains: DrainKeeper
    let losses: LossKeeper
    let credentials: Credentials

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
        let (host, endsDrain) = try await fleet.request(by: actor) { draft in
            var host = try draft.host(name)
            let wasDraining = host.state == .draining
            if let state {
                guard state == .ready || state == .cordoned else {
                    throw FleetError.invalid(
                        field: "state",
                        detail: "may be set to 'ready' or 'cordoned'; to drain, POST /v1/hosts/\(name)/drain")
                }
                guard host.state != .lost else { throw FleetError.conflict("\(FleetError.hostLost(name))") }
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
        let host = try await fleet.request(by: actor) { draft in
            var host = try draft.host(name)
            guard host.role == .worker else {
                throw FleetError.conflict("'\(name)' is the gateway: it has no containers")
            }
            guard host.state != .draining else { return host }
            guard host.state.isHeard else {
                throw FleetError.conflict("host '\(name)' is \(host.state.rawValue): nothing can be moved away from it")
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

    /// Declares a host off for good, if the one who asks has said its name twice.
    /// - Throws: `Problem` 409 with the code `confirmationNeeded`, which says what it would lead to, when they have not;
    ///   `FleetError.conflict` while its agent is heard.
    func lose(_ name: HostName, reason: String, confirmed: HostName?, by actor: String) async throws -> Host {
        guard !reason.allSatisfy(\.isWhitespace), reason.count <= 500 else {
            throw FleetError.invalid(field: "reason", detail: "say why, in 1 to 500 characters")
        }
        let state = fleet.snapshot
        let host = try state.host(name)
        guard host.state != .lost else { return host }
        guard !agents.isConnected(name) else {
            throw FleetError.conflict(
                "host '\(name)' is heard: drain it in place of this; if it must not be, end its agent first")
        }
        guard confirmed == name else {
            throw Problem(
                .conflict, code: "confirmationNeeded",
                detail: state.consequencesOfLosing(name) + ". Ask again with \"confirm\": \"\(name)\" to do it")
        }
        try await losses.declareLost(name, reason: reason, by: actor)
        do {
            try await losses.enforce()
        } catch {
            // It is tried again by itself, and the host shows whether it was done.
            losses.logger.warning("a lost host is not cut off yet", metadata: ["host": "\(name)", "error": "\(error)"])
        }
        return try fleet.snapshot.host(name)
    }

    /// Lets a host in again that was declared off for good. It needs the join token then.
    func readmit(_ name: HostName, by actor: String) async throws -> Host {
        let host = try await fleet.request(by: actor) { try $0.readmit(name) }
        credentials.set(nil, of: name)
        return host
    }

    /// Forgets a host that holds nothing. Its credential proves nothing from now on.
    func forget(_ name: HostName, by actor: String) async throws {
        let state = fleet.snapshot
        try await agents.unroute(state.hosts[name]?.loss?.fenced ?? [], at: state.gateway?.name)
        try await fleet.request(by: actor) { try $0.forget(name) }
        credentials.set(nil, of: name)
        agents.dismiss(name)
    }
}
