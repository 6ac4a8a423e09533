import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate hosts drain NAME`
struct HostsDrain: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Move every container away from a host and keep it cordoned.",
        discussion: """
            It goes on until the host is empty; 'uncordon' stops it. Without --wait it answers at once, and \
            'drain-status' shows how far it is. With --wait the exit code is 0 when the host is empty and 5 when it was not \
            in time.
            """)

    @OptionGroup var host: HostArgument

    @Option(help: ArgumentHelp("Wait for the end and show how far it is, for so long.", valueName: "seconds"))
    var wait: Double?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if let wait, !(wait > 0 && wait <= 86_400) {
            throw ValidationError("--wait must be above 0 and at most 86400 seconds, is \(Units.plain(wait))")
        }
    }

    func run(_ session: Session) async throws {
        let answer = try await session.api.post(APIPath("hosts", host.name.text, "drain"))
        if let wait { return try await DrainWait(session: session, host: host.name, seconds: wait).run() }
        guard !session.wantsJSON else { return try session.output.json(answer.bytes) }
        let status = try await session.api.get(APIPath("hosts", host.name.text, "drain"))
        try session.show(status, as: DrainView.self) {
            DrainReport(view: $0).text(at: session.now, in: session.output.style)
        }
    }
}

/// `relocate hosts drain-status NAME`
struct HostsDrainStatus: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain-status", abstract: "Show how far the drain of a host is, and what cannot leave and why.")

    @OptionGroup var host: HostArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.get(APIPath("hosts", host.name.text, "drain"))
        try session.show(answer, as: DrainView.self) {
            DrainReport(view: $0).text(at: session.now, in: session.output.style)
        }
    }
}
