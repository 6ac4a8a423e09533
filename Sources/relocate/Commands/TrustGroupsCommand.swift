import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate trust-groups`
struct TrustGroupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust-groups", abstract: "Say which tenants may be beside each other without harm.",
        discussion: """
            Tenants of one group count as one: no time beside each other is exposure, and what must not be beside one of \
            them must not be beside any. Group the names of one customer, or those behind which the same attacker is \
            suspected: then their time beside others is added up.
            """,
        subcommands: [TrustGroupsList.self, TrustGroupsSet.self, TrustGroupsRemove.self],
        defaultSubcommand: TrustGroupsList.self)
}

/// `relocate trust-groups list`
struct TrustGroupsList: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the groups.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.table(
            try await session.api.list(APIPath("trust-groups"), .all), of: TrustGroup.self,
            ifEmpty: "there are no trust groups; make one with 'relocate trust-groups set NAME TENANT TENANT'",
            [.words("Group"), .words("Members")]
        ) { group in
            [Table.Cell(group.name), Table.Cell(group.members.map(\.text).joined(separator: ", "))]
        }
    }
}

/// `relocate trust-groups set NAME TENANT...`
struct TrustGroupsSet: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Make a group of these tenants and no others.")

    @Argument(help: "The group.", transform: { try TrustGroupName($0) })
    var name: TrustGroupName

    @Argument(help: "Its members.", transform: { try TenantName($0) })
    var members: [TenantName]

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.put(APIPath("trust-groups", name.text), TrustGroupBody(members: members))
        try session.confirm(answer, "trust group \(name) is \(members.map(\.text).sorted().joined(separator: ", "))")
    }
}

/// `relocate trust-groups remove NAME`
struct TrustGroupsRemove: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Let its tenants be strangers to each other again.")

    @Argument(help: "The group.", transform: { try TrustGroupName($0) })
    var name: TrustGroupName

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.delete(APIPath("trust-groups", name.text))
        try session.confirm(answer, "trust group \(name) is removed")
    }
}
