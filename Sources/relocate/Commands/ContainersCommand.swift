import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate containers`
struct ContainersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "containers",
        abstract: "List, show, create, adopt, start, stop, pin and remove tenants' containers.",
        discussion: "'relocate containers [--tenant T] [--host H]' lists them.",
        subcommands: [
            ContainersList.self, ContainersShow.self, ContainersCreate.self, ContainersStart.self,
            ContainersStop.self, ContainersRestart.self, ContainersRestartPolicy.self, ContainersRemove.self,
            ContainersLogs.self, ContainersPin.self, ContainersUnpin.self, ContainersPause.self,
            ContainersResume.self, ContainersPolicy.self, ContainersOnHostLoss.self, ContainersAdoptable.self,
            ContainersAdopt.self,
        ],
        defaultSubcommand: ContainersList.self)
}

/// The container that a verb is about.
struct ContainerArgument: ParsableArguments {
    @Argument(help: "The container.", transform: { try ContainerName($0) })
    var name: ContainerName
}

/// `relocate containers list`
struct ContainersList: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the containers.")

    @Option(help: "Only those of this tenant.", transform: { try TenantName($0) })
    var tenant: TenantName?

    @Option(help: "Only those on this host.", transform: { try HostName($0) })
    var host: HostName?

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let isFiltered = tenant != nil || host != nil
        try session.table(
            try await session.api.list(APIPath("containers").with("tenant", tenant).with("host", host), .all),
            of: ContainerView.self,
            ifEmpty: isFiltered
                ? "no container matches" : "there are no containers; see 'relocate containers create --help'",
            [
                .words("Container"), .words("Tenant"), .words("State"), .words("Host"), .words("Reached at"),
                .words("Image"), .numbers("Stayed"), .numbers("Moves in"), .words("Movable"), .words("Note"),
            ]
        ) { Self.row(for: $0.container, session) }
    }

    private static func row(for container: Container, _ session: Session) -> [Table.Cell] {
        [
            Table.Cell(container.name), Table.Cell(container.spec.tenant),
            Table.Cell(container.state.word, container.state.tone), Table.Cell(container.host),
            Table.Cell(container.reachedAt), Table.Cell(container.spec.image),
            Table.Cell(session.age(container.arrivedAt)),
            Table.Cell(container.deadlineAt.map { Units.span(seconds: $0.seconds(since: session.now)) }),
            Table.Cell(container.mobility.word, container.mobility.tone), Table.Cell(container.note),
        ]
    }
}

/// `relocate containers show NAME`
struct ContainersShow: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a container.")

    @OptionGroup var container: ContainerArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.get(APIPath("containers", container.name.text))
        try session.show(answer, as: ContainerView.self) { view in
            ContainerReport(container: view.container, now: session.now).details.text(in: session.output.style)
        }
    }
}
