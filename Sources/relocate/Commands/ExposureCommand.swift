import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate exposure`
struct ExposureCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposure", abstract: "Show who was beside whom, and for how long.",
        discussion: """
            The longest stay of a container beside another tenant is what an attacker there could use; from 100 % of the \
            assumed attack time on an attack may have succeeded. One that goes on where it left off could use all stays together: \
            'In sum' is the longest of these sums as a share of what the policy accepts, and 'Strangers' the time beside \
            anybody. Tenants of one trust group count as one (group:NAME). The worst come first.
            """)

    @Option(help: "Only this tenant and its containers.", transform: { try TenantName($0) })
    var tenant: TenantName?

    @Option(help: "Only this container.", transform: { try ContainerName($0) })
    var container: ContainerName?

    @Option(help: ArgumentHelp("How many of each at most, 1 to 1000. (default: 50)", valueName: "number"))
    var limit: Int?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if let limit, !(1...1000).contains(limit) { throw ValidationError("--limit must be 1 to 1000, is \(limit)") }
    }

    func run(_ session: Session) async throws {
        let path = APIPath("exposure").with("tenant", tenant).with("container", container).with("limit", limit)
        try session.show(try await session.api.get(path), as: ExposureView.self) {
            ExposureReport(view: $0).text(in: session.output.style)
        }
    }
}
