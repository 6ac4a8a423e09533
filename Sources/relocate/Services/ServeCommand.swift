import ArgumentParser
import ControlPlane
import FleetModel
import Glibc
import HTTP
import Logging

/// `relocate serve`: the control plane.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the control plane.",
        discussion: """
            Operators are served on --listen: the API, the dashboard and the event stream. Whoever reaches that address \
            may do everything, so it must be a loopback address or a Unix socket unless --operator-ca says who may come, \
            or --insecure-listen lets everyone. Agents are served on --agent-listen and prove who they are; the token \
            that lets new hosts join is in STATE/join-token. An address is host:port, http://host:port, \
            https://host:port or unix:/path.
            """)

    @Option(help: ArgumentHelp("Where operators are served; may be repeated.", valueName: "address"))
    var listen: [String] = ["127.0.0.1:8080"]

    @Option(
        help: ArgumentHelp(
            "Where a proxy serves the dashboard, such as https://relocate.example, if it sends another Host; may be repeated.",
            valueName: "origin"),
        transform: { try WebOrigin(parsing: $0) })
    var publicOrigin: [WebOrigin] = []

    @Flag(help: "Allow --listen on an address that other machines can reach, without authentication.")
    var insecureListen = false

    @Option(help: ArgumentHelp("Where agents are served.", valueName: "address"))
    var agentListen = "127.0.0.1:7700"

    @Flag(help: "Allow --agent-listen without TLS on an address that other machines can reach.")
    var insecureAgentListen = false

    @OptionGroup(title: "TLS")
    var security: SecurityOptions

    @Option(help: ArgumentHelp("Make the agents' listener in this network namespace.", valueName: "file"))
    var agentNamespace: String?

    @Option(help: ArgumentHelp("The ledger and the join token; owner only.", valueName: "directory"))
    var state = "/var/lib/relocate"

    @Option(help: ArgumentHelp("The storage that all hosts share.", valueName: "directory"))
    var shared = "/srv/relocate"

    @Option(help: ArgumentHelp("The dashboard's files.", valueName: "directory"))
    var `public`: String?

    @Option(help: ArgumentHelp("The ledger's migrations.", valueName: "directory"))
    var migrations: String?

    @Option(help: ArgumentHelp("The network of containers' addresses.", valueName: "network"))
    var containerNetwork: IPv4Network?

    @Option(help: ArgumentHelp("The network of virtual addresses.", valueName: "network"))
    var virtualNetwork: IPv4Network?

    @Option(help: ArgumentHelp("For a new fleet: how long containers stay on a host at most.", valueName: "seconds"))
    var dwell: Double?

    @Option(
        help: ArgumentHelp(
            "How long events, moves and stays that have ended are kept; 0 for ever.", valueName: "days"))
    var keepDays = 90

    @Flag(
        help:
            "Keep with each move every host that it could have gone to, not only the likeliest and the least likely, and how all are spread."
    )
    var keepAllCandidates = false

    @Option(help: ArgumentHelp("How often agents report where nothing changes.", valueName: "seconds"))
    var heartbeat = 1.0

    @Option(
        help: ArgumentHelp(
            "How many reports of agents come in a second at most where nothing changes: of many agents, each reports less often.",
            valueName: "number"))
    var maxHeartbeatsPerSecond = 1000.0

    @Option(
        help: ArgumentHelp(
            "After how long a silence a host counts as off for good by itself, as with 'relocate hosts lost'. (default: never)",
            valueName: "seconds"))
    var lostAfter: Double?

    @OptionGroup
    var hooks: TestHooks

    @Option(help: ArgumentHelp("What is logged: trace, debug, info, notice, warning, error, critical."))
    var logLevel = "notice"

    func run() async throws {
        let logger = try makeLogger("relocate.serve", level: logLevel)
        let controlPlane = try await ControlPlane(try configuration(), logger: logger)
        for address in controlPlane.operatorAddresses { print("operators: \(address)") }
        for address in controlPlane.agentAddresses { print("agents: \(address)") }
        if let authority = controlPlane.authority { print("authority: \(authority.file) \(authority.fingerprint)") }
        fflush(nil)
        await Termination.requested()
        logger.notice("ending")
        await controlPlane.shutdown()
    }

    private func configuration() throws -> Configuration {
        let operators = try operatorAddresses()
        let agents = try agentAddress()
        guard heartbeat >= 0.1, heartbeat <= 60 else {
            throw ValidationError("--heartbeat must be 0.1 to 60 seconds, is \(heartbeat)")
        }
        guard maxHeartbeatsPerSecond >= 1, maxHeartbeatsPerSecond <= 100_000 else {
            throw ValidationError(
                "--max-heartbeats-per-second must be 1 to 100000, is \(Units.plain(maxHeartbeatsPerSecond))")
        }
        if let lostAfter {
            // Long enough for a restart of the control plane, and of an agent.
            guard lostAfter >= max(30, heartbeat * 10), lostAfter <= 86_400 * 365 else {
                throw ValidationError(
                    "--lost-after must be at least \(Units.plain(max(30, heartbeat * 10))) seconds, is \(Units.plain(lostAfter))"
                )
            }
        }
        guard keepDays >= 0, keepDays <= 36_500 else {
            throw ValidationError("--keep-days must be 1 to 36500, or 0 for ever, is \(keepDays)")
        }
        var policy: Policy?
        if let dwell {
            var first = Policy.deadline(seconds: dwell, threshold: 0.13, isJittered: true)
            first.setDeadline(seconds: dwell, threshold: 0.13)
            try first.validate()
            policy = first
        }
        var configuration = Configuration(
            stateDirectory: state, sharedDirectory: shared,
            publicDirectory: try `public` ?? ProgramFiles.directory("Public", with: "index.html", option: "--public"),
            migrationsDirectory: try migrations
                ?? ProgramFiles.directory("Migrations", with: "0001_fleet.sql", option: "--migrations"),
            operatorAddresses: operators, agentAddresses: [agents],
            security: try security.security(for: operators + [agents]),
            containerNetwork: try containerNetwork ?? IPv4Network("10.88.0.0/16"),
            virtualNetwork: try virtualNetwork ?? IPv4Network("203.0.113.0/24"), heartbeatSeconds: heartbeat,
            firstPolicy: policy, retentionSeconds: keepDays == 0 ? nil : Double(keepDays) * 86_400)
        configuration.publicOrigins = publicOrigin
        configuration.mostHeartbeatsPerSecond = maxHeartbeatsPerSecond
        configuration.lostAfterSeconds = lostAfter
        if keepAllCandidates { configuration.keptCandidates = .all }
        configuration.death = try hooks.death()
        return configuration
    }

    private func operatorAddresses() throws -> [ServiceAddress] {
        try listen.map { text in
            let service = try ServiceAddress(parsing: text, isSecured: security.isWanted)
            guard service.isLocal || insecureListen || (service.isSecured && security.operatorCa != nil) else {
                throw ValidationError(
                    "--listen \(service) can be reached from other machines, and operators are not authenticated; listen on "
                        + "127.0.0.1 or unix:/path, or add --tls and --operator-ca, or --insecure-listen")
            }
            return service
        }
    }

    private func agentAddress() throws -> ServiceAddress {
        var service = try ServiceAddress(parsing: agentListen, isSecured: security.isWanted)
        if let agentNamespace {
            guard case .tcp(let host, let port, _) = service.address else {
                throw ValidationError("--agent-namespace needs a TCP address in --agent-listen, not \(agentListen)")
            }
            service.address = .tcp(host: host, port: port, networkNamespace: agentNamespace)
        }
        guard service.isLocal || service.isSecured || insecureAgentListen else {
            throw ValidationError(
                "--agent-listen \(service) can be reached from other machines, which could read along; add --tls, or "
                    + "--insecure-agent-listen where the network is private")
        }
        return service
    }
}
