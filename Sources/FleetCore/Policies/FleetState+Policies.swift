import FleetModel
import MovingTarget

/// Which policy holds for what.
extension FleetState {
    /// A policy; `default` is there even if it was never set.
    /// - Throws: `FleetError.notFound`.
    package func policy(_ name: PolicyName) throws(FleetError) -> PolicyRecord {
        guard let record = policies[name] ?? (name == .default ? .builtIn : nil) else {
            throw .notFound(kind: "policy", name: name.text)
        }
        return record
    }

    /// The policy that holds where no other is named.
    package var defaultPolicy: Policy { defaultRecord.policy }

    /// The same as a version: the last that was set, or the one that holds until then.
    package var defaultRecord: PolicyRecord { policies[.default] ?? .builtIn }

    /// The name of the policy that holds for a container: its own, its tenant's, or `default`.
    package func policyName(of container: Container) -> PolicyName {
        container.policy ?? tenants[container.spec.tenant]?.policy ?? .default
    }

    /// The policy that holds for a container.
    package func policy(of container: Container) -> Policy {
        policies[policyName(of: container)]?.policy ?? defaultPolicy
    }

    /// How a container's exposure is judged.
    package func exposureLimits(of container: Container) -> ExposureLimits {
        ExposureLimits(policies[policyName(of: container)] ?? defaultRecord)
    }

    /// How exposure is judged by each policy.
    package var exposureLimits: Set<ExposureLimits> {
        Set(policies.values.map { ExposureLimits($0) }).union([ExposureLimits(defaultRecord)])
    }

    /// The clock that holds for a container.
    package func clock(of container: Container) -> RelocationClock {
        RelocationClock(policy(of: container), defaultMinSeconds: moveTimes.defaultMinSeconds)
    }

    /// When the clock is to move a container that arrived then; `nil` for never.
    package func deadline(of container: Container, arrivedAt arrival: Timestamp, at now: Timestamp) -> Timestamp? {
        if case .immovable = container.mobility { return nil }
        var generator = randomness.clock
        return clock(of: container).deadline(arrivedAt: arrival, at: now, using: &generator)
    }

    /// See `startLimits`, which is kept because each look at the queue asks for it.
    func limits() -> StartLimits {
        StartLimits(
            fleet: defaultPolicy.limits,
            tenants: index.tenantsByPolicy.reduce(into: [:]) { limits, entry in
                guard let record = policies[entry.key] else { return }
                for tenant in entry.value { limits[tenant] = record.policy.limits }
            })
    }

    /// What names a policy, in words; empty when nothing does.
    package func users(of policy: PolicyName) -> [String] {
        (index.tenantsByPolicy[policy] ?? []).map { "tenant '\($0)'" }
            + (index.containersByPolicy[policy] ?? []).map { "container '\($0)'" }
    }
}

extension PolicyRecord {
    /// What holds as long as nobody has set `default`.
    package static var builtIn: PolicyRecord {
        PolicyRecord(
            name: .default, version: 0, changedAt: Timestamp(milliseconds: 0), changedBy: "", policy: Policy())
    }
}

// MARK: For whom a policy holds

extension FleetState {
    /// The containers for which a policy holds: those that name it, and those of tenants that name it. For `default` these are
    /// all that name no other one.
    package func containerNames(under policy: PolicyName) -> [ContainerName] {
        guard policy != .default else {
            return index.containers.filter { containers[$0].map { policyName(of: $0) } == policy }
        }
        let ofTenants = (index.tenantsByPolicy[policy] ?? []).flatMap { tenant in
            (index.containersByTenant[tenant] ?? []).filter { containers[$0]?.policy == nil }
        }
        return Array(index.containersByPolicy[policy] ?? []) + ofTenants
    }

    /// For how many containers a policy holds.
    package func containerCount(under policy: PolicyName) -> Int {
        guard policy == .default else { return containerNames(under: policy).count }
        let others = Set(index.containersByPolicy.keys).union(index.tenantsByPolicy.keys).subtracting([.default])
        return others.reduce(index.containers.count) { $0 - containerNames(under: $1).count }
    }
}

extension FleetDraft {
    /// Draws the deadlines anew of containers that a change concerns, given how long they have stayed already.
    package mutating func moveDeadlines(of names: [ContainerName]) {
        for name in names {
            guard var container = state.containers[name], container.state == .running,
                let arrivedAt = container.arrivedAt
            else { continue }
            container.deadlineAt = state.deadline(of: container, arrivedAt: arrivedAt, at: now)
            if container != state.containers[name] { record(.container(container)) }
        }
    }
}

extension FleetState {
    /// - Throws: `FleetError.invalid` when there is no such policy.
    package func checkPolicy(_ name: PolicyName) throws(FleetError) {
        guard (try? policy(name)) != nil else {
            throw .invalid(field: "policy", detail: "there is no policy '\(name)'")
        }
    }
}
