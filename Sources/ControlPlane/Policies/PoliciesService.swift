import FleetCore
import FleetLedger
import FleetModel
import MovingTarget

/// What can be done with policies.
struct PoliciesService: Sendable {
    let fleet: Fleet
    let ledger: any Ledger

    /// Adds a policy; what the document leaves out is as in `default`.
    func add(_ name: PolicyName, _ document: PolicyDocument, by actor: String) async throws -> PolicyRecord {
        let base = fleet.snapshot.defaultPolicy
        let policy = try document.applied(to: base)
        return try await fleet.request(by: actor) { draft in
            guard draft.state.policies[name] == nil, name != .default else {
                throw FleetError.exists(kind: "policy", name: name.text)
            }
            return try draft.set(policy, as: name, by: actor)
        }
    }

    /// Changes a policy.
    /// - Parameter expected: the If-Match field; nothing is changed unless it names the present version.
    func change(
        _ name: PolicyName, _ document: PolicyDocument, ifMatch expected: String, by actor: String
    ) async throws -> PolicyRecord {
        let present = try fleet.snapshot.policy(name)
        try present.mustMatch(expected)
        let policy = try document.applied(to: present.policy)
        return try await set(policy, as: name, ifMatch: expected, by: actor)
    }

    /// Makes an older version the present one again, under a new number.
    func restore(_ name: PolicyName, version: Int, ifMatch expected: String, by actor: String) async throws
        -> PolicyRecord
    {
        let older = try await self.version(version, of: name)
        return try await set(older.policy, as: name, ifMatch: expected, by: actor)
    }

    private func set(
        _ policy: Policy, as name: PolicyName, ifMatch expected: String, by actor: String
    ) async throws -> PolicyRecord {
        try await fleet.request(by: actor) { draft in
            try draft.state.policy(name).mustMatch(expected)
            return try draft.set(policy, as: name, by: actor)
        }
    }

    /// Removes a policy that nothing names.
    func remove(_ name: PolicyName, ifMatch expected: String, by actor: String) async throws {
        try await fleet.request(by: actor) { draft in
            guard name != .default else { throw FleetError.conflict("policy 'default' always exists") }
            try draft.state.policy(name).mustMatch(expected)
            let users = draft.state.users(of: name)
            guard users.isEmpty else {
                throw FleetError.conflict(
                    "policy '\(name)' still holds for \(users.joined(separator: ", ")); give them another one first")
            }
            draft.record(.policyRemoved(name))
        }
    }

    /// An older version, or the present one.
    func version(_ version: Int, of name: PolicyName) async throws -> PolicyRecord {
        if let present = try? fleet.snapshot.policy(name), present.version == version { return present }
        guard let record = try await ledger.policyVersion(version, of: name) else {
            throw FleetError.notFound(kind: "version of policy '\(name)'", name: String(version))
        }
        return record
    }
}

extension PolicyRecord {
    /// What HTTP calls this version.
    var entityTag: EntityTag { EntityTag(version: version) }

    /// - Throws: `FleetError.stale` when an If-Match field names another version.
    fileprivate func mustMatch(_ expected: String) throws(FleetError) {
        guard entityTag.isAmong(expected) else { throw .stale(current: entityTag.description) }
    }
}
