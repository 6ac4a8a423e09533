import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate relocations`
struct RelocationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocations", abstract: "The history of moves; show one, cancel one.",
        discussion: "'relocate relocations' lists the newest; see 'relocate relocations list --help' for the filters.",
        subcommands: [RelocationsList.self, RelocationsShow.self, RelocationsCancel.self],
        defaultSubcommand: RelocationsList.self)
}

/// `relocate relocations list`
struct RelocationsList: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the moves, newest first.")

    @Option(help: "Only of this container.", transform: { try ContainerName($0) })
    var container: ContainerName?

    @Option(help: "Only of this tenant's containers.", transform: { try TenantName($0) })
    var tenant: TenantName?

    @Option(help: "Only from or to this host.", transform: { try HostName($0) })
    var host: HostName?

    @Option(help: "Only in this state: \(Choice.words(RelocationState.self)).", transform: { try Choice.read($0) })
    var state: RelocationState?

    @Option(help: "Only started for this reason: \(Choice.words(Trigger.self)).", transform: { try Choice.read($0) })
    var trigger: Trigger?

    @OptionGroup var extent: HistoryOptions
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let path = extent.narrow(
            APIPath("relocations").with("container", container).with("tenant", tenant).with("host", host)
                .with("state", state?.rawValue).with("trigger", trigger?.rawValue),
            at: session.now)
        try session.table(
            try await session.api.list(path, extent.extent), of: Relocation.self, ifEmpty: "no move matches",
            [
                .numbers("ID"), .words("Container"), .words("Tenant"), .words("From"), .words("To"), .words("Trigger"),
                .words("State"), .numbers("Pause"), .numbers("Took"), .numbers("Asked"), .words("Note"),
            ]
        ) { relocation in
            [
                Table.Cell(relocation.id), Table.Cell(relocation.container), Table.Cell(relocation.tenant),
                Table.Cell(relocation.source), Table.Cell(relocation.destination),
                Table.Cell(relocation.trigger.rawValue),
                Table.Cell(relocation.state.rawValue, relocation.state.tone),
                Table.Cell(Units.milliseconds(relocation.pauseMilliseconds)),
                Table.Cell(Units.milliseconds(relocation.tookMilliseconds)),
                Table.Cell("\(session.age(relocation.createdAt)) ago"),
                Table.Cell(relocation.failure?.message ?? relocation.reason),
            ]
        }
    }
}

/// The relocation that a verb is about.
struct RelocationArgument: ParsableArguments {
    @Argument(help: "The relocation's number.", transform: { try Self.number($0) })
    var id: RelocationID

    private static func number(_ text: String) throws -> RelocationID {
        guard let number = Int64(text), number > 0 else {
            throw ClientError.badInput("relocations are numbered from 1; see 'relocate relocations'")
        }
        return RelocationID(number)
    }
}

/// `relocate relocations show ID`
struct RelocationsShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a move with every step, and how its destination was drawn.",
        discussion: "In the bars, '=' is a step that succeeded, 'x' one that failed, '~' one without an outcome.")

    @OptionGroup var relocation: RelocationArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.get(APIPath("relocations", relocation.id.description))
        try session.show(answer, as: RelocationView.self) { view in
            RelocationReport(relocation: view.relocation, decision: view.decision, now: session.now).text(
                in: session.output.style)
        }
    }
}

/// `relocate relocations cancel ID`
struct RelocationsCancel: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a move that has not come to the freeze.")

    @OptionGroup var relocation: RelocationArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.post(APIPath("relocations", relocation.id.description, "cancel"))
        try session.show(answer, as: Relocation.self) { relocation in
            relocation.state.isFinal
                ? "relocation \(relocation.id): \(relocation.outcome)\n"
                : "relocation \(relocation.id) is being cancelled\n"
        }
    }
}
