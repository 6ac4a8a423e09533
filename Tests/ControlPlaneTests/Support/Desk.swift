import FleetCore
import FleetLedger
import FleetModel
import Foundation
import HTTP
import HTTPTypes
import ImageStore
import Ledger
import Logging
import MovingTarget
import RelocateTesting

@testable import ControlPlane

/// A control plane without sockets, loops and clocks: its parts over a ledger of their own, its routes called directly, and
/// agents that answer at once from a script. What the loops do by themselves a test asks for.
struct Desk: Sendable {
    let directory: String
    let ledger: any Ledger
    let fleet: Fleet
    let agents: AgentRegistry
    let script: AgentScript
    let relocator: Relocator
    let containers: ContainersService
    let images: ImageRepository
    let fences: FenceKeeper
    let losses: LossKeeper
    let drains: DrainKeeper
    let monitor: HostMonitor
    let credentials: Credentials
    let enrolments: Enrolments
    let scheduler: Scheduler
    let simulations: SimulationsService
    let times: StepTimes
    let supervisor = Supervisor()
    let logger: Logger
    private let operators: Router
    private let agentRouter: Router

    /// What a machine shows that wants to join.
    static let joinToken = "rlk_join"
    static let gateway = "gateway"

    /// Runs a test with a gateway, hosts `host1` and so on, and the tenants `acme` and `bravo`.
    /// - Parameter isAfterStart: whether the control plane was just started, and no agent has come back yet.
    static func with(
        hosts: Int = 3, lostAfterSeconds: Double? = nil, publicOrigins: [WebOrigin] = [],
        absenceSeconds: Double = 5, isAfterStart: Bool = false, _ body: (Desk) async throws -> Void
    ) async throws {
        try await TemporaryDirectory.with { directory in
            let desk = try await Desk(
                directory, lostAfterSeconds: lostAfterSeconds, publicOrigins: publicOrigins,
                absenceSeconds: absenceSeconds)
            do {
                try await desk.furnish(hosts: hosts)
                if isAfterStart { desk.monitor.awaitAll() } else { desk.connectAll() }
                try await body(desk)
                await desk.close()
            } catch {
                await desk.close()
                throw error
            }
        }
    }

    private init(
        _ directory: String, lostAfterSeconds: Double?, publicOrigins: [WebOrigin], absenceSeconds: Double
    ) async throws {
        self.directory = directory
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.logger = logger
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        var configuration = Configuration(
            stateDirectory: directory + "/state", sharedDirectory: directory + "/shared", publicDirectory: nil,
            migrationsDirectory: root.appending(path: "Migrations").path(percentEncoded: false), operatorAddresses: [],
            agentAddresses: [], containerNetwork: try IPv4Network("10.88.0.0/16"),
            virtualNetwork: try IPv4Network("203.0.113.0/24"))
        configuration.publicOrigins = publicOrigins
        try StateDirectory.make(configuration.stateDirectory)
        try StateDirectory.make(configuration.sharedDirectory)
        let ledger = try SQLiteLedger(
            path: directory + "/state/ledger.sqlite", migrations: configuration.migrationsDirectory, at: .now)
        self.ledger = ledger
        let fleet = Fleet(ledger: ledger, state: FleetState(try await ledger.load()), exposure: ExposureLog())
        self.fleet = fleet
        let agents = AgentRegistry(absenceSeconds: absenceSeconds, logger: logger)
        self.agents = agents
        script = AgentScript(agents, fleet)
        var times = StepTimes()
        times.absenceSeconds = absenceSeconds
        (times.firstPauseSeconds, times.longestPauseSeconds) = (0.001, 0.001)
        self.times = times
        relocator = Relocator(
            fleet: fleet, agents: agents, containerNetwork: configuration.containerNetwork, times: times,
            listing: configuration.keptCandidates, death: .never, supervisor: supervisor, logger: logger)
        images = try ImageRepository(root: directory + "/shared/images")
        containers = ContainersService(
            fleet: fleet, ledger: ledger, agents: agents, images: images,
            containerNetwork: configuration.containerNetwork, virtualNetwork: configuration.virtualNetwork,
            supervisor: supervisor, logger: logger)
        fences = FenceKeeper(fleet: fleet, agents: agents)
        losses = LossKeeper(
            fleet: fleet, agents: agents, relocator: relocator, containers: containers, fences: fences,
            lostAfterSeconds: lostAfterSeconds, logger: logger)
        drains = DrainKeeper(fleet: fleet, relocator: relocator, logger: logger)
        monitor = HostMonitor(fleet: fleet, agents: agents, supervisor: supervisor, logger: logger)
        credentials = Credentials([:])
        scheduler = Scheduler(fleet: fleet, logger: logger) { _ in }
        simulations = SimulationsService(logger: logger)
        enrolments = Enrolments(
            fleet: fleet, agents: agents,
            memory: GatewayMemory(fleet: fleet, agents: agents, fences: fences, logger: logger),
            joinToken: SecretHash(of: Self.joinToken), credentials: credentials,
            supervisor: supervisor)
        operators = try ControlPlane.operatorRouter(
            configuration,
            hosts: HostsService(
                fleet: fleet, agents: agents, relocator: relocator, drains: drains, losses: losses,
                credentials: credentials),
            ledger: ledger, scheduler: scheduler, containers: containers, images: images, simulations: simulations)
        var agentRouter = FleetRouter()
        AgentsRoutes(enrolments: enrolments, agents: agents, monitor: monitor).add(to: &agentRouter)
        self.agentRouter = agentRouter.router
    }

    private func furnish(hosts: Int) async throws {
        let all =
            try [Self.host(Self.gateway, 1, .gateway)] + (0..<hosts).map { try Self.host("host\($0 + 1)", $0 + 11) }
        try await change { draft in
            for host in all { draft.record(.host(host)) }
            for name in ["acme", "bravo"] { draft.record(.tenant(Tenant(name: try TenantName(name), createdAt: .now))) }
        }
    }

    /// The agents of all hosts come.
    func connectAll() {
        for host in state.hosts.keys { script.connect(host) }
    }

    private func close() async {
        await relocator.stop()
        await supervisor.stop()
        simulations.stop()
        script.stop()
        await fleet.settle()
        // Whatever is wrong with it, the directory goes.
        try? ledger.close()
    }

    // MARK: What is there

    static func host(_ name: String, _ number: Int, _ role: HostRole = .worker) throws -> FleetModel.Host {
        FleetModel.Host(
            name: try HostName(name), role: role, state: .ready,
            address: IPv4Address(number: 0x0AD5_0000 + UInt32(number)),
            facts: HostFacts(
                kernel: "6.18.0", distribution: "Debian 12", architecture: "x86_64", cpuModel: "a model", cpuCount: 2,
                memoryBytes: 1 << 33, cgroupVersion: 2, criuVersion: "4.2.1", runcVersion: "1.1.5", addresses: [],
                runtimes: role == .worker ? [.simulated] : [], problems: [], agentVersion: "test"),
            capacity: HostCapacity(containers: role == .worker ? 10 : 0, memoryBytes: 1 << 33), enrolledAt: .now,
            lastSeenAt: .now)
    }

    var state: FleetState { fleet.snapshot }

    @discardableResult
    func change<Value: Sendable>(_ body: @Sendable (inout FleetDraft) throws -> Value) async throws -> Value {
        try await fleet.change(by: "test", body)
    }

    /// Changes a host.
    func set(_ host: String, _ body: @Sendable (inout FleetModel.Host) -> Void) async throws {
        let name = try HostName(host)
        try await change { draft in
            var host = try draft.host(name)
            body(&host)
            draft.record(.host(host))
        }
    }

    /// A container that runs on a host, without anybody having started it.
    @discardableResult
    func add(
        _ name: String, of tenant: String = "acme", on host: String? = "host1",
        _ body: @Sendable (inout Container) -> Void = { _ in }
    ) async throws -> ContainerName {
        let spec = ContainerSpec(
            name: try ContainerName(name), tenant: try TenantName(tenant), image: "test",
            digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)),
            ports: [PortMapping(port: 80, containerPort: 8080)], runtime: .simulated)
        let place = try host.map { try HostName($0) }
        let number = UInt32(state.containers.count)
        try await change { draft in
            var container = Container(
                spec: spec, state: .running, host: place, virtualAddress: IPv4Address(number: 0xCB00_71C8 + number),
                address: place.map { _ in IPv4Address(number: 0x0A58_0110 + number) }, mobility: .movable,
                createdAt: draft.now, arrivedAt: draft.now)
            body(&container)
            draft.record(.container(container))
        }
        return spec.name
    }

    func container(_ name: String) throws -> Container { try state.container(ContainerName(name)) }

    func host(_ name: String) throws -> FleetModel.Host { try state.host(HostName(name)) }

    /// The alarms that stand, as kind and subject.
    var standing: Set<String> { Set(state.alarms.values.map { "\($0.kind.rawValue) \($0.subject)" }) }

    /// Waits until the fleet is so; it is looked at with each event.
    func until(_ what: String, _ condition: @Sendable (FleetState) throws -> Bool) async throws {
        while true {
            let events = fleet.feed.watch()
            if try condition(state) { return }
            let event: PublishedEvent? = await firstValue(within: .seconds(60)) {
                for await event in events { return event }
                return nil
            }
            guard event != nil else { throw NeverHappened(description: what) }
        }
    }

    // MARK: Requests

    /// A request of an operator.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ target: String, _ body: String = "", _ headerFields: HTTPFields = [:]
    ) async throws -> Answer {
        try await send(method, target, Array(body.utf8), headerFields)
    }

    /// A request of an operator with any content.
    func send(
        _ method: HTTPRequest.Method, _ target: String, _ body: [UInt8], _ headerFields: HTTPFields = [:]
    ) async throws -> Answer {
        await Answer(operators.respond(to: try Self.request(method, target, body, headerFields)))
    }

    /// The answer to a request as it is.
    func respond(_ method: HTTPRequest.Method, _ target: String, _ headerFields: HTTPFields = [:]) async throws
        -> Response
    {
        await operators.respond(to: try Self.request(method, target, [], headerFields))
    }

    /// A request of an agent.
    func sendAsAgent(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8] = [], secret: String?
    ) async throws -> Answer {
        await Answer(try await respondToAgent(method, path, body, secret: secret))
    }

    /// The answer to a request of an agent as it is.
    func respondToAgent(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8] = [], secret: String?
    ) async throws -> Response {
        let fields: HTTPFields = secret.map { [.authorization: "Bearer \($0)"] } ?? [:]
        return await agentRouter.respond(to: try Self.request(method, path, body, fields))
    }

    static func request(
        _ method: HTTPRequest.Method, _ target: String, _ body: [UInt8] = [], _ headerFields: HTTPFields = [:]
    ) throws -> Request {
        let parts = target.split(separator: "?", maxSplits: 1)
        var fields = headerFields
        if !body.isEmpty, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        return Request(
            method: method, path: String(parts[0]),
            query: parts.count > 1 ? try QueryParameters(parsing: String(parts[1])) : QueryParameters(),
            headerFields: fields, body: RequestBody(body))
    }
}

extension HostMonitor {
    /// Compares all that a host has with what is recorded of it, and does what follows.
    func compare(_ inventory: HostInventory, of host: HostName) async throws {
        try await follow(fleet.snapshot.judge(HostFindings(inventory), of: host), of: host, inventory)
    }
}
