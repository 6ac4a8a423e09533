import FleetModel
import MovingTarget

/// What placement needs of the state.
extension FleetState {
    /// The container that somebody wants moved, and the host it is on.
    /// - Throws: `FleetError` when it is not there or cannot be moved, or cannot go where it is wanted.
    func movable(_ wanted: RelocationRequest) throws(FleetError) -> (Container, source: HostName) {
        let container = try container(wanted.container)
        if let open = openRelocation(of: container.name) {
            throw .conflict("container '\(container.name)' is being moved already, by relocation \(open.id)")
        }
        guard container.state == .running, let source = container.host else {
            throw .conflict("container '\(container.name)' is \(container.state.word); only a running one can be moved")
        }
        if case .immovable(let reason, _) = container.mobility {
            throw .conflict("container '\(container.name)' cannot be moved: \(reason)")
        }
        guard gateway != nil else {
            throw .conflict("no gateway has enrolled, so the container's clients could not follow it")
        }
        if let destination = wanted.to {
            _ = try host(destination)
            let decision = try decision(moving: container, from: source, requested: destination, busy: [])
            if decision.chosen == nil {
                throw .conflict("host '\(destination)' cannot take it: \(decision.reasons(against: destination))")
            }
        }
        return (container, source)
    }

    /// Where a container that is on a host can go and where it goes.
    func decision(
        moving container: Container, from source: HostName, requested: HostName?, busy: Set<HostName>
    ) throws(FleetError) -> PlacementDecision {
        decision(
            PlacementRequest(moving: container.spec, from: try host(source), requested: requested), busy: busy)
    }

    /// Where the container of a relocation that has not begun can go and where it goes.
    func decision(
        for id: RelocationID, requested: HostName?, busy: Set<HostName>
    ) throws(FleetError) -> PlacementDecision {
        guard let relocation = relocations[id] else { throw .notFound(kind: "relocation", name: id.description) }
        return try decision(
            moving: try container(relocation.container), from: relocation.source, requested: requested, busy: busy)
    }

    /// Where a container can be placed and where it is.
    func decision(_ request: PlacementRequest, busy: Set<HostName>) -> PlacementDecision {
        var loads: [HostName: HostLoad] = [:]
        for container in containers.values {
            for host in places(of: container) {
                loads[host, default: HostLoad()].containers += 1
                loads[host, default: HostLoad()].memoryBytes += container.spec.limits.memoryBytes
            }
        }
        var generator = SystemRandomNumberGenerator()
        return Placement(hosts: hosts.values, loads: loads, busy: busy).decide(request, using: &generator)
    }

    /// The host a container is on, and the one it is on its way to.
    private func places(of container: Container) -> Set<HostName> {
        guard case .relocating(let id) = container.state, let destination = relocations[id]?.destination else {
            return container.host.map { [$0] } ?? []
        }
        return Set([container.host, destination].compactMap(\.self))
    }

    /// A free address for a container.
    /// - Throws: `FleetError.addressesExhausted`.
    func freeAddress(of network: IPv4Network, at now: Timestamp) throws(FleetError) -> IPv4Address {
        var used = containers.values.flatMap { [$0.address].compactMap(\.self) + $0.retainedAddresses }
        used += relocations.values.compactMap(\.newAddress)
        let resting = Dictionary(uniqueKeysWithValues: quarantine.map { ($0.key, $0.value) })
        var generator = SystemRandomNumberGenerator()
        do {
            var pool = try AddressPool(network: network, taken: used, quarantine: resting)
            return try pool.draw(at: now, using: &generator)
        } catch {
            throw .addressesExhausted(network)
        }
    }

    /// The lowest free virtual address.
    /// - Throws: `FleetError.addressesExhausted`.
    func freeVirtualAddress(of network: IPv4Network) throws(FleetError) -> IPv4Address {
        let used = Set(containers.values.compactMap(\.virtualAddress))
        let free = (1..<max(network.count - 1, 1)).lazy.compactMap { network.address(at: $0) }.first {
            !used.contains($0)
        }
        guard let free else { throw .addressesExhausted(network) }
        return free
    }
}

extension PlacementDecision {
    /// Why no host may take the container, in words.
    var words: String {
        "no host may take the container ("
            + exclusions.map { "\($0.host): \(reasons(against: $0.host))" }.joined(separator: "; ") + ")"
    }

    /// Why a host may not, in words.
    func reasons(against host: HostName) -> String {
        let reasons = exclusions.first { $0.host == host }?.reasons ?? []
        return reasons.map(\.description).joined(separator: ", ")
    }
}
