import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate move CONTAINER`
struct MoveCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Move a container to another host.",
        discussion: """
            It waits for the end and prints each step with its duration, and the pause that clients may have noticed. \
            The exit code is 0 when the container moved, 4 when the move ended otherwise, 5 when it had not ended in time. \
            Interrupting it leaves the move to itself; 'relocate relocations cancel ID' stops a move before the freeze.
            """)

    @OptionGroup var container: ContainerArgument

    @Option(
        name: .customLong("to"), help: "The host to go to; any that may take it when not given.",
        transform: { try HostName($0) })
    var destination: HostName?

    @Option(help: "Why, for the record.")
    var reason: String?

    @Flag(help: "Say in the record that a detector raised an alert.")
    var alert = false

    @Option(
        name: .customLong("avoid-tenant"),
        help: "A tenant that is suspected: hosts without it are preferred. May be repeated.",
        transform: { try TenantName($0) })
    var avoidTenants: [TenantName] = []

    @Flag(help: "Show where it could go, and move nothing.")
    var dryRun = false

    @Flag(name: .customLong("no-wait"), help: "Do not wait for the end.")
    var noWait = false

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let path = APIPath("containers", container.name.text, "relocate")
        let wish = MoveBody(
            to: destination, reason: reason, trigger: alert ? .alert : nil,
            avoidTenants: avoidTenants.isEmpty ? nil : avoidTenants)
        guard !dryRun else {
            let answer = try await session.api.post(path.with("dryRun", true), wish)
            return try session.show(answer, as: PlacementDecision.self) {
                PlacementReport(decision: $0).text(in: session.output.style) + "nothing was moved\n"
            }
        }
        let answer = try await session.api.post(path, wish)
        guard !noWait else {
            return try session.show(answer, as: Relocation.self) { "relocation \($0.id): \($0.outcome)\n" }
        }
        try await MoveWait(session).run(from: answer)
    }
}
