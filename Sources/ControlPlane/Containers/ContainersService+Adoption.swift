import FleetCore
import FleetModel

/// A container that people started on a host, and what it is to be in the fleet.
struct Adoption: Sendable {
    var host: HostName
    /// Its name or id on the host.
    var container: String
    /// Its name in the fleet; `nil` for the one that it has.
    var name: ContainerName?
    var ports: [PortMapping]
    /// `nil` for its tenant's.
    var policy: PolicyName?
}

extension ContainersService {
    /// Takes a container into the fleet that people started on a host, and begins to take it over.
    ///
    /// Its image is in the repository when this returns, so that it can go to other hosts.
    func adopt(_ wanted: Adoption, by actor: String) async throws -> Container {
        let (found, tenant, name) = try candidate(wanted)
        try NewContainer.validate(ports: wanted.ports)
        let record = try await examine(found, on: wanted.host)
        let spec = ContainerSpec(
            name: name, tenant: tenant, image: found.image, digest: record.digest, command: record.command,
            ports: wanted.ports, limits: record.limits, runtime: .docker, engineBody: record.engineBody)
        return try await take(spec, policy: wanted.policy, on: wanted.host, adopting: record.id, by: actor)
    }

    private func candidate(_ wanted: Adoption) throws -> (AdoptableContainer, TenantName, ContainerName) {
        let state = fleet.snapshot
        let known = try state.host(wanted.host).adoptable ?? []
        guard let found = known.first(where: { $0.name == wanted.container || $0.id == wanted.container }) else {
            throw FleetError.notFound(kind: "adoptable container", name: wanted.container)
        }
        guard found.obstacles.isEmpty else {
            throw FleetError.conflict(
                "container '\(found.name)' cannot be adopted: \(found.obstacles.joined(separator: "; "))")
        }
        guard let tenant = try? TenantName(found.tenant), state.tenants[tenant] != nil else {
            throw FleetError.conflict(
                "container '\(found.name)' has the label \(AdoptableContainer.tenantLabel)=\(found.tenant), and there is no "
                    + "such tenant")
        }
        guard let name = try? wanted.name ?? ContainerName(found.name) else {
            throw FleetError.invalid(
                field: "name", detail: "'\(found.name)' is no name for a container of the fleet; give another one")
        }
        return (found, tenant, name)
    }

    private func examine(_ found: AdoptableContainer, on host: HostName) async throws -> AdoptionRecord {
        let id = OrderID.fresh("adoption-\(found.id.prefix(12))", "examine")
        let answer = try await agents.ask(.examine(found.id), id: id, of: host, timeout: .seconds(600))
        guard case .adoptable(let record) = answer else {
            throw FleetError.agent(host: host, StepFailure(code: .internalError, message: "it sent something else"))
        }
        return record
    }
}
