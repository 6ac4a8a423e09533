import FleetModel

/// Who trusts whom.
extension FleetState {
    /// As whom a tenant counts where it matters who is beside whom.
    package func party(of tenant: TenantName) -> Party {
        index.groupsByTenant[tenant].map { .group($0) } ?? .tenant(tenant)
    }

    /// The tenants that count as a party, by name.
    package func members(of party: Party) -> [TenantName] {
        switch party {
        case .tenant(let name): [name]
        case .group(let name): Array(index.tenantsByGroup[name] ?? [])
        }
    }

    /// A group that must be there.
    /// - Throws: `FleetError.notFound`.
    package func trustGroup(_ name: TrustGroupName) throws(FleetError) -> TrustGroup {
        guard let members = index.tenantsByGroup[name] else { throw .notFound(kind: "trust group", name: name.text) }
        return TrustGroup(name: name, members: Array(members))
    }

    /// Whether nobody of one party may be beside the other: what one member says, or others say of it, holds for all.
    package func neverBeside(_ tenant: TenantName) -> Set<Party> {
        members(of: party(of: tenant)).reduce(into: []) { parties, member in
            for other in tenants[member]?.neverBeside ?? [] { parties.insert(party(of: other)) }
            for other in index.tenantsByStranger[member] ?? [] { parties.insert(party(of: other)) }
        }
    }

    /// Checks that nobody whom a tenant trusts is to be kept away from it.
    /// - Throws: `FleetError.conflict`.
    package func checkTrust(of tenant: Tenant) throws(FleetError) {
        guard let group = tenant.trustGroup else { return }
        let others = index.tenantsByGroup[group] ?? []
        let apart = Set(tenant.neverBeside).union(index.tenantsByStranger[tenant.name] ?? [])
        guard let clash = others.first(where: { $0 != tenant.name && apart.contains($0) }) else { return }
        throw .conflict(
            "tenants '\(tenant.name)' and '\(clash)' are never to be beside each other, so both cannot be in trust group "
                + "'\(group)': take one out of it, or one out of the other's neverBeside")
    }
}

extension FleetDraft {
    /// Makes a group of these tenants and no others.
    /// - Throws: `FleetError` when one is not there, is in another group, or must not be beside another one.
    package mutating func set(_ group: TrustGroup) throws(FleetError) {
        guard !group.members.isEmpty else {
            throw .invalid(field: "members", detail: "must name at least one tenant; a group is removed with DELETE")
        }
        let wanted = Set(group.members)
        for name in group.members {
            guard let tenant = state.tenants[name] else {
                throw .invalid(field: "members", detail: "there is no tenant '\(name)'")
            }
            if let other = tenant.trustGroup, other != group.name {
                throw .conflict("tenant '\(name)' is in trust group '\(other)'; take it out of that one first")
            }
        }
        for name in state.index.tenantsByGroup[group.name] ?? [] where !wanted.contains(name) {
            setGroup(nil, of: name)
        }
        for name in wanted.sorted() { setGroup(group.name, of: name) }
        for name in wanted.sorted() { try state.checkTrust(of: state.tenant(name)) }
    }

    /// Lets nobody be in a group any more.
    /// - Throws: `FleetError.notFound`.
    package mutating func remove(_ group: TrustGroupName) throws(FleetError) {
        for name in try state.trustGroup(group).members { setGroup(nil, of: name) }
    }

    private mutating func setGroup(_ group: TrustGroupName?, of name: TenantName) {
        guard var tenant = state.tenants[name], tenant.trustGroup != group else { return }
        tenant.trustGroup = group
        record(.tenant(tenant))
    }
}
