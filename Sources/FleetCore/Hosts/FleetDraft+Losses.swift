import FleetModel

/// Hosts that die, come back, and are forgotten.
///
/// A loss has two parts. First it is recorded, with the addresses of everything that may still run there, and the gateway is
/// asked to cut those off. Only when it has (`fenceStands`) does anything follow for containers and moves: until then a copy
/// that still runs may still be reached.
extension FleetDraft {
    /// Declares a host off for good.
    /// - Throws: `FleetError` when it is not there or is the gateway.
    package mutating func declareLost(_ name: HostName, reason: String, by actor: String) throws(FleetError) -> Host {
        var host = try host(name)
        guard host.role == .worker else {
            throw .conflict("'\(name)' is the gateway: it carries no containers, and nobody else could cut it off")
        }
        guard host.state != .lost else { return host }
        let fenced = Set(state.addressesAtRisk(on: name)).union(host.loss?.fenced ?? [])
        host.loss = HostLoss(
            declaredAt: now, declaredBy: actor, reason: reason, fenced: fenced.sorted())
        host.state = .lost
        host.stateWhenReachable = nil
        host.drain = nil
        host.adoptable = nil
        record(.host(host))
        for kind in [AlarmKind.unreachable, .trackingFull] { clear(kind, about: name.text) }
        raise(
            .hostLost, about: name.text,
            "host '\(name)' was declared off for good by \(actor): \(reason). What it had is cut off, and it is not let in "
                + "before 'relocate hosts readmit \(name)'")
        return host
    }

    /// The gateway has cut addresses off.
    /// - Returns: whether something followed for the host.
    package mutating func fenceStands(around name: HostName, _ addresses: Set<IPv4Address>) throws(FleetError) -> Bool {
        guard var host = state.hosts[name], let loss = host.loss, !loss.isFenceWhole,
            addresses.isSuperset(of: loss.fenced)
        else { return false }
        host.loss?.fencedAt = loss.fencedAt ?? now
        host.loss?.isFenceWhole = true
        record(.host(host))
        guard host.state == .lost else { return true }
        for relocation in state.openRelocations(at: name) where relocation.state == .queued {
            giveUp(relocation, .unreachable, "host '\(name)' was declared off for good")
        }
        // What is being moved ends as its relocation says.
        for container in state.containers(on: name) where state.openRelocation(of: container.name) == nil {
            try lose(container.name, with: name, and: nil)
        }
        return true
    }

    /// A container has gone down with a host, or what ran of it there does not count any more. One that did not run stays
    /// what it is, but nothing of it is on that host.
    package mutating func lose(
        _ name: ContainerName, with host: HostName, and newAddress: IPv4Address?
    ) throws(FleetError) {
        var container = try container(name)
        let addresses = container.addresses.union([newAddress].compactMap(\.self))
        switch container.state {
        case .starting, .running, .relocating:
            container.state = .lost(host)
            container.mobility = .unknown
            container.adopting = nil
            if container.onHostLoss == .stay {
                raise(
                    .lost, about: name.text,
                    "container '\(name)' was lost with host '\(host)'. Start it anew with "
                        + "'relocate containers start \(name)'")
            }
        case .stopping: container.state = .stopped(reason: "host '\(host)' was lost while it was being stopped")
        case .stopped, .failed, .stranded, .removing, .lost: break
        }
        container.host = nil
        container.address = nil
        container.retainedAddresses = []
        container.arrivedAt = nil
        container.deadlineAt = nil
        record(.container(container))
        fence(addresses, around: host)
    }

    /// Lets a host in again that was declared off for good.
    package mutating func readmit(_ name: HostName) throws(FleetError) -> Host {
        var host = try host(name)
        guard host.state == .lost, let loss = host.loss else {
            throw .conflict("host '\(name)' was not declared off for good: it is \(host.state.rawValue)")
        }
        guard loss.isFenceWhole, state.openRelocations(at: name).isEmpty else {
            throw .conflict(
                "what followed from the loss of host '\(name)' has not come to its end yet; try again in a moment")
        }
        host.loss?.readmittedAt = now
        host.state = .unreachable
        host.stateWhenReachable = .ready
        record(.host(host))
        note(.credentialRevoked(name))
        return host
    }

    /// A host that was readmitted has shown that it has nothing any more that is not its own.
    package mutating func absolve(_ name: HostName) {
        guard var host = state.hosts[name], let loss = host.loss, loss.readmittedAt != nil else { return }
        host.loss = nil
        record(.host(host))
        for address in loss.fenced { release(address) }
        clear(.hostLost, about: name.text)
    }

    /// Forgets a host that holds nothing.
    package mutating func forget(_ name: HostName) throws(FleetError) {
        let host = try host(name)
        let containers = state.containers(on: name)
        guard containers.isEmpty else {
            throw .conflict(
                "host '\(name)' still carries \(containers.map(\.name.text).joined(separator: ", ")); drain it first, or if "
                    + "it is off for good say so with 'relocate hosts lost \(name)'")
        }
        guard host.state != .ready else {
            throw .conflict("host '\(name)' is ready; cordon it and end its agent first")
        }
        let moves = host.role == .gateway ? Array(state.relocations.values) : state.openRelocations(at: name)
        guard moves.isEmpty else {
            throw .conflict(
                "host '\(name)' is part of \(moves.count == 1 ? "a move" : "moves") that "
                    + "\(moves.count == 1 ? "has" : "have") not ended: "
                    + moves.map(\.id).sorted().prefix(10).map(\.description).joined(separator: ", "))
        }
        for kind in [AlarmKind.unreachable, .hostLost, .stepPending, .trackingFull] { clear(kind, about: name.text) }
        record(.hostForgotten(name))
        for address in host.loss?.fenced ?? [] { release(address) }
    }
}

// MARK: The fence

extension FleetDraft {
    /// Has addresses cut off around a host. Where there is no such host any more, they only rest.
    private mutating func fence(_ addresses: Set<IPv4Address>, around name: HostName) {
        guard var host = state.hosts[name], var loss = host.loss else {
            for address in addresses { release(address) }
            return
        }
        let all = addresses.union(loss.fenced)
        guard all.count > loss.fenced.count else { return }
        loss.fenced = all.sorted()
        loss.isFenceWhole = false
        host.loss = loss
        record(.host(host))
    }

    /// A container that goes on, at its destination or at its source, is reached by all its addresses.
    mutating func liftFence(of relocation: Relocation) {
        guard let container = state.containers[relocation.container] else { return }
        let addresses = container.addresses
        for name in [relocation.source, relocation.destination].compactMap(\.self) where name != container.host {
            guard var host = state.hosts[name], var loss = host.loss, !addresses.isDisjoint(with: loss.fenced) else {
                continue
            }
            loss.fenced.removeAll(where: addresses.contains)
            host.loss = loss
            record(.host(host))
        }
    }
}
