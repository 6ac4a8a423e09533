import ArgumentParser
import FleetModel

/// `relocate tenants`
struct TenantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants", abstract: "List, add and remove tenants.",
        subcommands: [TenantsList.self, TenantsAdd.self, TenantsRemove.self], defaultSubcommand: TenantsList.self)
}

/// `relocate tenants list`
struct TenantsList: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tenants.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.table(
            try await session.api.get(APIPath("tenants")), of: Tenant.self,
            ifEmpty: "there are no tenants; add one with 'relocate tenants add NAME'",
            [.words("Tenant"), .numbers("Age")]
        ) { [Table.Cell($0.name), Table.Cell(session.age($0.createdAt))] }
    }
}

/// `relocate tenants add NAME`
struct TenantsAdd: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a tenant.")

    @Argument(help: "The new tenant.", transform: { try TenantName($0) })
    var name: TenantName

    @OptionGroup var options: ClientOptions

    private struct NewTenant: Encodable {
        var name: TenantName
    }

    func run(_ session: Session) async throws {
        let answer = try await session.api.post(APIPath("tenants"), NewTenant(name: name))
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
