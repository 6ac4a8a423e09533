import ArgumentParser
import DockerEngine
import FleetModel
import Foundation
import HTTP
import HostAgent
import ImageStore
import Logging

/// `relocate agent`: the agent of a host, or of the gateway.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Run the agent of a host or of the gateway, or see what the host lacks.",
        subcommands: [AgentRun.self, AgentDoctor.self], defaultSubcommand: AgentRun.self)
}

/// `relocate agent run`, or only `relocate agent`
struct AgentRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the agent.",
        discussion: """
            The agent dials the control plane and stays connected. Its first enrolment needs the fleet's join token; it \
            then keeps a credential of its own in the state directory.
            """)

    @Option(help: "The host's name in the fleet.")
    var name: HostName

    @Option(help: "worker: carries containers. gateway: maps virtual addresses to them.")
    var role = HostRole.worker

    @Option(help: ArgumentHelp("Where the control plane serves agents.", valueName: "http[s]://host:port|unix:path"))
    var controlPlane = "http://127.0.0.1:7700"

    @OptionGroup(title: "TLS")
    var trust: TrustOptions

    @Option(help: ArgumentHelp("The fleet's join token.", valueName: "file"))
    var tokenFile: String?

    @Option(help: "The address at which other hosts reach this one.")
    var address: IPv4Address

    @Option(help: ArgumentHelp("The agent's own directory, owner only.", valueName: "directory"))
    var state = "/var/lib/relocate-agent"

    @Option(help: ArgumentHelp("The storage that all hosts share.", valueName: "directory"))
    var shared = "/srv/relocate"

    @Option(help: ArgumentHelp("What must not outlive a boot, on a tmpfs.", valueName: "directory"))
    var runtimeDirectory = "/run/relocate"

    @Option(
        help: "runc, docker: what carries containers. simulated: nothing runs; for machines without root.")
    var runtime = RuntimeKind.runc

    @Option(help: ArgumentHelp("The control group of all containers of this host.", valueName: "path"))
    var cgroup = "relocate"

    @Option(help: ArgumentHelp("CRIU.", valueName: "file"))
    var criu = "/usr/local/sbin/criu"

    @Option(help: ArgumentHelp("runc.", valueName: "file"))
    var runc = "/usr/sbin/runc"

    @Option(help: ArgumentHelp("The Unix socket of the Docker daemon.", valueName: "file"))
    var docker = DockerEngine.standardSocket

    @Option(
        help: ArgumentHelp(
            "Where the Docker daemon's containerd may listen: Unix sockets; may be repeated.", valueName: "file"))
    var containerd = DockerRuntime.standardContainerdSockets

    @Option(help: "The most containers at once.")
    var maxContainers = 64

    @Option(help: ArgumentHelp("The network of containers' addresses.", valueName: "network"))
    var containerNetwork: IPv4Network?

    @Option(
        help: ArgumentHelp(
            "Networks that containers must not reach, beside those in which the host has an address and 169.254.0.0/16; may be repeated.",
            valueName: "network"))
    var protect: [IPv4Network] = []

    @Option(help: ArgumentHelp("Gateway: the network of virtual addresses.", valueName: "network"))
    var virtualNetwork: IPv4Network?

    @Option(help: ArgumentHelp("Gateway: the interface towards the clients.", valueName: "interface"))
    var outsideInterface: String?

    @OptionGroup
    var hooks: TestHooks

    @Option(help: ArgumentHelp("What is logged: trace, debug, info, notice, warning, error, critical."))
    var logLevel = "notice"

    func run() async throws {
        let logger = try makeLogger("relocate.agent.\(name)", level: logLevel)
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let agent = try await makeAgent(logger)
        let service = Task { try await agent.run() }
        let signals = Task {
            await Termination.requested()
            service.cancel()
        }
        defer { signals.cancel() }
        try await service.value
    }

    private func makeAgent(_ logger: Logger) async throws -> Agent {
        let survey = HostSurvey(HostSurvey.Configuration(address: address, criu: criu, runc: runc))
        async let profile = survey.profile()
        let tools = HostTools(
            runtimes: role == .worker ? [runtime] : [], criu: criu, runc: runc, docker: docker,
            containerd: containerd)
        var facts = await HostFacts.collect(tools)
        facts.profile = await profile
        for problem in facts.problems { logger.warning("\(problem)") }
        let server = try ServerAddress(controlPlane)
        var configuration = Agent.Configuration(
            enrolment: Enrolment(
                host: name, role: role, address: address, facts: facts,
                capacity: HostCapacity(
                    containers: role == .worker ? maxContainers : 0, memoryBytes: facts.memoryBytes)),
            controlPlane: Endpoint(server), tls: try trust.configuration(for: server), stateDirectory: state,
            joinTokenFile: tokenFile)
        configuration.survey = survey
        configuration.tools = tools
        configuration.death = try hooks.death()
        switch (role, runtime) {
        case (.worker, .runc):
            return try Agent(
                configuration, runtimes: [try runcRuntime()], network: try await hostNetwork(), logger: logger)
        case (.worker, .docker):
            return try Agent(
                configuration, runtimes: [try dockerRuntime()], network: try await hostNetwork(), logger: logger)
        case (.worker, .simulated):
            return try Agent(
                configuration, runtimes: [SimulatedRuntime()], network: SimulatedHostNetwork(), logger: logger)
        case (.gateway, .runc), (.gateway, .docker):
            return try Agent(configuration, gateway: try await gatewayNetwork(), logger: logger)
        case (.gateway, .simulated):
            return try Agent(configuration, gateway: SimulatedGatewayNetwork(), logger: logger)
        }
    }

    private func runcRuntime() throws -> RuncRuntime {
        var configuration = RuncRuntime.Configuration(
            host: name, stateDirectory: state, rootsDirectory: runtimeDirectory + "/roots", sharedDirectory: shared,
            controlGroupParent: cgroup)
        configuration.criu = criu
        configuration.runc = runc
        return try RuncRuntime(configuration, images: try ImageRepository(root: shared + "/images"))
    }

    private func dockerRuntime() throws -> DockerRuntime {
        try DockerRuntime(
            DockerRuntime.Configuration(
                host: name, socket: docker, containerd: containerd, stateDirectory: state, sharedDirectory: shared,
                controlGroupParent: "/\(cgroup)"),
            images: try ImageRepository(root: shared + "/images"))
    }

    private func hostNetwork() async throws -> KernelHostNetwork {
        try await KernelHostNetwork.open(
            HostNetworkConfiguration(
                namespaceDirectory: runtimeDirectory + "/netns", stateDirectory: runtimeDirectory + "/network",
                containerNetwork: try containers(), protectedNetworks: protect))
    }

    private func gatewayNetwork() async throws -> KernelGatewayNetwork {
        guard let outsideInterface else {
            throw ValidationError("a gateway needs --outside-interface: the interface towards the clients")
        }
        return try await KernelGatewayNetwork.open(
            GatewayNetworkConfiguration(
                outsideInterface: outsideInterface, insideAddress: address,
                virtualNetwork: try virtualNetwork ?? IPv4Network("203.0.113.0/24"),
                containerNetwork: try containers()))
    }

    private func containers() throws -> IPv4Network { try containerNetwork ?? IPv4Network("10.88.0.0/16") }
}
