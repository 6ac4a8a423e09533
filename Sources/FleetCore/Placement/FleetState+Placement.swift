import FleetModel
import MovingTarget

/// What placement needs of the state.
extension FleetState {
    /// The container that somebody wants moved, and the host it is on.
    /// - Throws: `FleetError` when it is not there or cannot be moved, or cannot go where it is wanted.
    package func movable(
        _ wanted: RelocationRequest, at now: Timestamp, exposure: ExposureLog
    ) throws(FleetError) -> (Container, source: HostName) {
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
        if let pin = container.pin(at: now) {
            throw .conflict("container '\(container.name)' stays where it is: \(pin.words); take the pin away first")
        }
        guard gateway != nil else {
            throw .conflict("no gateway has enrolled, so the container's clients could not follow it")
        }
        if wanted.trigger.isImpatient, let silent = silentHost(from: source, to: wanted.to) {
            throw .conflict("container '\(container.name)' cannot be moved now: \(silent)")
        }
        for tenant in wanted.avoidTenants {
            guard tenants[tenant] != nil else {
                throw .invalid(field: "avoidTenants", detail: "there is no tenant '\(tenant)'")
            }
            guard tenant != container.spec.tenant else {
                throw .invalid(field: "avoidTenants", detail: "'\(tenant)' is the container's own tenant")
            }
            guard party(of: tenant) != party(of: container.spec.tenant) else {
                throw .invalid(
                    field: "avoidTenants",
                    detail: "'\(tenant)' is in \(party(of: tenant).words), as the container's own tenant is")
            }
        }
        if let destination = wanted.to {
            _ = try host(destination)
            let decision = decision(
                moving: container, from: source, requested: destination, avoidTenants: wanted.avoidTenants, busy: [],
                at: now, exposure: exposure
            ).decision
            if decision.chosen == nil {
                throw .conflict("host '\(destination)' cannot take it: \(decision.reasons(against: destination))")
            }
        }
        return (container, source)
    }

    /// Where the container of a relocation that waits can go and where it goes; `nil` when one of them is gone.
    package func decision(
        for waiting: StartQueue.Waiting, busy: Set<HostName>, at now: Timestamp, exposure: ExposureLog,
        listing: CandidateListing
    ) -> PlacementOutcome? {
        guard let relocation = relocations[waiting.id], let container = containers[relocation.container] else {
            return nil
        }
        return decision(
            moving: container, from: relocation.source, requested: waiting.destination,
            avoidTenants: relocation.avoidTenants ?? [], busy: busy, at: now, exposure: exposure, listing: listing)
    }

    /// Where a container that is on a host can go and where it goes.
    package func decision(
        moving container: Container, from source: HostName, requested: HostName? = nil,
        avoidTenants: [TenantName] = [], busy: Set<HostName> = [], at now: Timestamp, exposure: ExposureLog,
        listing: CandidateListing = .likeliest
    ) -> PlacementOutcome {
        var generator = randomness.placement
        return Placement.decide(
            request(
                moving: container, from: source, requested: requested, avoidTenants: avoidTenants, busy: busy, at: now,
                exposure: exposure),
            in: placement, policy: policy(of: container), listing: listing, using: &generator)
    }

    /// Where a container that is to be started can be and where it will be.
    /// - Parameter leaving: where it may go as one that could not be moved; its host, if it has one still, is not taken then.
    package func decision(
        starting container: Container, requested: HostName?, leaving: Leaving? = nil, at now: Timestamp
    ) -> PlacementOutcome {
        var generator = randomness.placement
        let policy = policy(of: container)
        return Placement.decide(
            PlacementRequest(
                party: party(of: container.spec.tenant), memoryBytes: container.spec.limits.memoryBytes,
                runtime: container.spec.runtime, source: leaving == nil ? nil : container.host, requested: requested,
                neverBeside: neverBeside(container.spec.tenant),
                besideImmovable: policy.placement.besideImmovable, isAlone: leaving == .alone, now: now),
            in: placement, policy: policy, using: &generator)
    }

    /// What is known of a container that is to leave its host.
    package func request(
        moving container: Container, from source: HostName, requested: HostName? = nil,
        avoidTenants: [TenantName] = [], busy: Set<HostName> = [], at now: Timestamp, exposure: ExposureLog
    ) -> PlacementRequest {
        let tenant = container.spec.tenant
        let party = party(of: tenant)
        // The book adds up the seconds of all containers of the party; a score is about one of them.
        let siblings = members(of: party).reduce(0) { $0 + (index.containersByTenant[$1]?.count ?? 0) }
        let (visits, seconds) = exposure.read { book in
            (
                book.visits(of: container.name),
                book.partySeconds(of: party, at: now, among: Double(max(1, siblings)))
            )
        }
        let rules = policy(of: container).placement
        return PlacementRequest(
            party: party, memoryBytes: container.spec.limits.memoryBytes, runtime: container.spec.runtime,
            source: source, requested: requested, neverBeside: neverBeside(tenant),
            besideImmovable: rules.besideImmovable, suspects: avoidTenants.map { self.party(of: $0) },
            visits: visits, partySeconds: seconds,
            expectedStaySeconds: clock(of: container).meanSeconds ?? rules.memorySeconds,
            busy: busy, now: now)
    }
}

extension PlacementDecision {
    /// Why no host may take the container, in words.
    package var words: String {
        let named = exclusions.map { "\($0.host): \(reasons(against: $0.host))" }
        let others = exclusionCount - exclusions.count
        return "no host may take the container ("
            + (named + (others > 0 ? ["and \(others) more"] : [])).joined(separator: "; ") + ")"
    }

    /// Why a host may not, in words.
    package func reasons(against host: HostName) -> String {
        let reasons = exclusions.first { $0.host == host }?.reasons ?? []
        return reasons.map(\.description).joined(separator: ", ")
    }
}
