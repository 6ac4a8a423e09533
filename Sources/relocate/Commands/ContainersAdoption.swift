import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate containers adoptable`
struct ContainersAdoptable: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "adoptable",
        abstract: "List containers that people started on Docker hosts with the label relocate.tenant.")

    @Option(help: "Only those on this host.", transform: { try HostName($0) })
    var host: HostName?

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.table(
            try await session.api.list(APIPath("adoptable").with("host", host), .all), of: AdoptableView.self,
            ifEmpty: "there are none; start one with 'docker run --label relocate.tenant=TENANT --network none …'",
            [
                .words("Host"), .words("Container"), .words("Tenant"), .words("Image"), .words("Adoptable"),
                .words("Note"),
            ]
        ) { view in
            let found = view.container
            return [
                Table.Cell(view.host.text), Table.Cell(found.name), Table.Cell(found.tenant), Table.Cell(found.image),
                Table.Cell(found.obstacles.isEmpty ? "yes" : "no"),
                Table.Cell(found.obstacles.isEmpty ? "-" : found.obstacles.joined(separator: "; ")),
            ]
        }
    }
}

/// `relocate containers adopt CONTAINER`
struct ContainersAdopt: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Take a container into the fleet that somebody started on a Docker host.",
        discussion: """
            Its processes go on. It loses the network that Docker gave it, and gets an address of the fleet.

            relocate containers adopt shop --host host1 --port 80
            """)

    @Argument(help: "Its name or id on the host.")
    var container: String

    @Option(help: "The host that it runs on.", transform: { try HostName($0) })
    var host: HostName

    @Option(
        name: .customLong("as"), help: ArgumentHelp("Its name in the fleet, if that is another.", valueName: "name"),
        transform: { try ContainerName($0) })
    var name: ContainerName?

    @Option(
        name: .customLong("port"),
        help: ArgumentHelp(
            "A port of its virtual address, and the container's port behind it if that is another.",
            valueName: "port[:containerport]"),
        transform: { try PortMapping(argument: $0) })
    var ports: [PortMapping] = []

    @Option(help: "The policy that holds for it; its tenant's when not given.", transform: { try PolicyName($0) })
    var policy: PolicyName?

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let wish = AdoptionBody(
            container: container, name: name, ports: ports.map { PortBody($0) }, policy: policy)
        try await StartWait(session, isOff: false).run { seconds, limit in
            try await session.api.post(
                APIPath("hosts", host.text, "adopt").with("wait", seconds), wish, timeout: limit)
        }
    }
}
