import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate tenants`
struct TenantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants", abstract: "List, add, change and remove tenants.",
        subcommands: [TenantsList.self, TenantsAdd.self, TenantsSet.self, TenantsRemove.self],
        defaultSubcommand: TenantsList.self)
}

/// `relocate tenants list`
struct TenantsList: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tenants.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.table(
            try await session.api.list(APIPath("tenants"), .all), of: Tenant.self,
            ifEmpty: "there are no tenants; add one with 'relocate tenants add NAME'",
            [
                .words("Tenant"), .numbers("Age"), .words("Policy"), .words("Group"), .words("Never beside"),
                .words("Clock"),
            ]
        ) { tenant in
            [
                Table.Cell(tenant.name), Table.Cell(session.age(tenant.createdAt)),
                Table.Cell(tenant.policy ?? .default), Table.Cell(tenant.trustGroup),
                Table.Cell(tenant.neverBeside.map(\.text).joined(separator: ", ")),
                Table.Cell(tenant.isPaused ? "paused" : "runs", tenant.isPaused ? .warning : .plain),
            ]
        }
    }
}

/// `relocate tenants add NAME`
struct TenantsAdd: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a tenant.")

    @Argument(help: "The new tenant.", transform: { try TenantName($0) })
    var name: TenantName

    @Option(help: "The policy of its containers; 'default' when not given.", transform: { try PolicyName($0) })
    var policy: PolicyName?

    @Option(
        help: "A tenant beside whose containers none of its own may ever be. May be repeated.",
        transform: { try TenantName($0) })
    var neverBeside: [TenantName] = []

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let body = NewTenantBody(name: name, policy: policy, neverBeside: neverBeside.isEmpty ? nil : neverBeside)
        let answer = try await session.api.post(APIPath("tenants"), body)
        try session.confirm(answer, "tenant \(name) is added")
    }
}

/// `relocate tenants remove NAME`
struct TenantsRemove: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a tenant that has no containers.")

    @Argument(help: "The tenant.", transform: { try TenantName($0) })
    var name: TenantName

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.confirm(try await session.api.delete(APIPath("tenants", name.text)), "tenant \(name) is removed")
    }
}
