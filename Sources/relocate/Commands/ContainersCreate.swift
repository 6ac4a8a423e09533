import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate containers create NAME`
struct ContainersCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a container and start it.",
        discussion: """
            Everything after '--' is the command and its arguments; without it the image's own command runs.

            relocate containers create cache --tenant shop --image redis --port 6379 --memory 256MiB
            """)

    @OptionGroup var container: ContainerArgument

    @Option(help: "Whose container it is.", transform: { try TenantName($0) })
    var tenant: TenantName

    @Option(help: "The image's name or digest.")
    var image: String

    @Option(
        name: .customLong("port"),
        help: ArgumentHelp(
            "A TCP port of its virtual address, and the container's port behind it if that is another.",
            valueName: "port[:containerport]"),
        transform: { try PortMapping(argument: $0) })
    var ports: [PortMapping] = []

    @Option(
        name: .customLong("env"), help: ArgumentHelp("An environment variable.", valueName: "name=value"),
        transform: { try EnvironmentVariable($0) })
    var variables: [EnvironmentVariable] = []

    @Option(help: ArgumentHelp("Memory, such as 256MiB or 1G.", valueName: "size"), transform: { try ByteSize($0) })
    var memory: ByteSize?

    @Option(help: ArgumentHelp("Processors, such as 0.5 or 2.", valueName: "number"))
    var cpus: Double?

    @Option(help: ArgumentHelp("Processes and threads at once.", valueName: "number"))
    var processes: Int?

    @Option(
        help: ArgumentHelp(
            "A capability that it needs beyond the usual ones: \(Choice.words(Capability.self)).", valueName: "name"),
        transform: { try Choice.read($0) })
    var capAdd: [Capability] = []

    @Flag(
        help: ArgumentHelp(
            "Let its root user be the host's own, for a program that cannot do without: whoever breaks out of it is root on the host."
        ))
    var hostRoot = false

    @Option(help: "The runtime: \(Choice.words(RuntimeKind.self)).", transform: { try Choice.read($0) })
    var runtime: RuntimeKind?

    @Option(help: "The host to start on; any that may take it when not given.", transform: { try HostName($0) })
    var host: HostName?

    @Option(help: "The policy that holds for it; its tenant's when not given.", transform: { try PolicyName($0) })
    var policy: PolicyName?

    @Option(
        help: "What becomes of it when its host is lost: \(Choice.words(HostLossRule.self)). (default: stay)",
        transform: { try Choice.read($0) })
    var onHostLoss: HostLossRule?

    @Option(
        help: "Whether it is started anew when its process ends: \(Choice.words(RestartRule.self)). (default: never)",
        transform: { try Choice.read($0) })
    var restart: RestartRule?

    @Flag(name: .customLong("no-wait"), help: "Do not wait until it runs.")
    var noWait = false

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String] = []

    @OptionGroup var options: ClientOptions

    func validate() throws { _ = try validated { try body() } }

    func run(_ session: Session) async throws {
        let body = try body()
        try await StartWait(session, isOff: noWait).run { seconds, limit in
            try await session.api.post(APIPath("containers").with("wait", seconds), body, timeout: limit)
        }
    }

    private func body() throws -> NewContainerBody {
        var limits = ResourceLimits()
        limits.memoryBytes = memory?.bytes ?? limits.memoryBytes
        limits.cpus = cpus ?? limits.cpus
        limits.processes = processes ?? limits.processes
        try limits.validate()
        if let twice = Dictionary(grouping: ports, by: \.port).first(where: { $0.value.count > 1 }) {
            throw ClientError.badInput("port \(twice.key) is given twice")
        }
        return NewContainerBody(
            name: container.name, tenant: tenant, image: image, command: command,
            environment: try EnvironmentVariable.dictionary(variables), ports: ports.map { PortBody($0) },
            limits: LimitsBody(limits), capabilities: capAdd.isEmpty ? nil : capAdd,
            hostRoot: hostRoot ? true : nil, runtime: runtime, host: host, policy: policy, onHostLoss: onHostLoss,
            restart: restart)
    }
}
