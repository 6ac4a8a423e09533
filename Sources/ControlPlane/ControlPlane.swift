import Certificates
import FleetCore
import FleetLedger
import FleetModel
import HTTP
import ImageStore
import Ledger
import Logging

/// The control plane
/// =================
///
/// One fleet, its ledger, its scheduler, and the listeners of operators and agents: what `FleetCore` decides is written down,
/// sent, and shown here.
///
/// - `API`  what all routes share: how requests are read, errors and lists written, pages of others kept away
/// - `Load`  what happens when more is asked for than can be done
/// - `Fleet`  the one owner of the fleet's state: decide, write, publish
/// - `Agents`  the sessions of hosts, orders and their outcomes, heartbeats
/// - `Relocations`, `Containers`, `Hosts`, `Tenants`, `Policies`, `Images`, `Exposure`, `Heterogeneity`, `Simulations`,
///   `Events`, `Scheduling`, `Health`  one for each thing of the API: the routes read a request and write an answer, and the
///   service or keeper beside them does it
/// - `Access`  secrets, certificates, addresses
/// - `Supervision`  the owner of all work that no request waits for
///
/// It decides nothing about containers and moves that `FleetCore` could decide: a handler or keeper that weighs one state
/// against another is in the wrong module. It touches no container, image content or packet: agents do. It knows no SQL, only
/// `Ledger`'s protocol. It keeps nothing in memory that is not in the ledger or comes again with the next heartbeat, so it may
/// end at any moment. It does not look whether somebody may do what he asks for, beyond keeping pages of others away.
public final class ControlPlane: Sendable {
    /// Where operators are served, with the ports that were really bound.
    public let operatorAddresses: [ServiceAddress]
    /// Where agents are served, with the ports that were really bound.
    public let agentAddresses: [ServiceAddress]
    /// The control plane's own authority: the file that clients trust and the fingerprint that they pin; `nil` without one.
    public let authority: (file: String, fingerprint: Fingerprint)?
    /// The fleet.
    public let fleet: Fleet

    let ledger: any Ledger
    private let scheduler: Scheduler
    let relocator: Relocator
    let agents: AgentRegistry
    private let simulations: SimulationsService
    private let servers: [HTTPServer]
    private let supervisor = Supervisor()

    /// Opens the ledger, goes on with what was begun, and starts to serve.
    /// - Throws: `LedgerError`, `HTTPError` or `ImageError` when a directory, the database or an address cannot be used.
    public convenience init(_ configuration: Configuration, logger: Logger) async throws {
        let ledger = try await DiskQueue.run {
            try StateDirectory.make(configuration.stateDirectory)
            return try SQLiteLedger(
                path: configuration.stateDirectory + "/ledger.sqlite", migrations: configuration.migrationsDirectory,
                at: .now)
        }
        try await self.init(configuration, ledger: ledger, logger: logger)
    }

    /// Goes on with what a ledger remembers.
    init(_ configuration: Configuration, ledger: any Ledger, logger: Logger) async throws {
        self.ledger = ledger
        try StateDirectory.make(configuration.stateDirectory)
        try StateDirectory.make(configuration.sharedDirectory)
        let record = try await ledger.load()
        let token = try JoinToken(directory: configuration.stateDirectory)
        let memory = try await FleetMemory(of: ledger, record, at: .now, randomness: configuration.randomness)
        let fleet = Fleet(ledger: ledger, state: memory.state, exposure: ExposureLog(memory.exposure))
        self.fleet = fleet
        if memory.state.policyVersions[.default] == nil, let policy = configuration.firstPolicy {
            try policy.validate()
            try await fleet.change(by: "control-plane") { draft in
                _ = try draft.set(policy, as: .default, by: "control-plane")
            }
        }

        let images = try ImageRepository(root: configuration.sharedDirectory + "/images")
        let agents = AgentRegistry(
            pace: HeartbeatPace(
                shortestSeconds: configuration.heartbeatSeconds,
                mostPerSecond: configuration.mostHeartbeatsPerSecond),
            absenceSeconds: configuration.stepTimes.absenceSeconds, logger: logger)
        self.agents = agents
        let relocator = Relocator(
            fleet: fleet, agents: agents, containerNetwork: configuration.containerNetwork,
            times: configuration.stepTimes, listing: configuration.keptCandidates, death: configuration.death,
            supervisor: supervisor, logger: logger)
        self.relocator = relocator
        scheduler = Scheduler(fleet: fleet, logger: logger) { [supervisor] container in
            supervisor.run {
                do {
                    try await relocator.clockIsUp(for: container)
                } catch {
                    logger.info("not moved", metadata: ["container": "\(container)", "reason": "\(error)"])
                }
            }
        }
        let containers = ContainersService(
            fleet: fleet, ledger: ledger, agents: agents, images: images,
            containerNetwork: configuration.containerNetwork,
            virtualNetwork: configuration.virtualNetwork, supervisor: supervisor, logger: logger)
        let monitor = HostMonitor(
            fleet: fleet, agents: agents, supervisor: supervisor, logger: logger)

        let fences = FenceKeeper(fleet: fleet, agents: agents)
        let losses = LossKeeper(
            fleet: fleet, agents: agents, relocator: relocator, containers: containers, fences: fences,
            lostAfterSeconds: configuration.lostAfterSeconds, logger: logger)
        for host in memory.state.hosts(in: .lost) { agents.dismiss(host) }
        let credentials = Credentials(
            Dictionary(
                record.hosts.compactMap { host in host.credential.map { (host.host.name, $0) } },
                uniquingKeysWith: { first, _ in first }))
        let drains = DrainKeeper(fleet: fleet, relocator: relocator, logger: logger)

        simulations = SimulationsService(logger: logger)
        let operators = try HTTPServer(
            configuration: Self.operatorServer,
            router: try Self.operatorRouter(
                configuration,
                hosts: HostsService(
                    fleet: fleet, agents: agents, relocator: relocator, drains: drains, losses: losses,
                    credentials: credentials),
                ledger: ledger, scheduler: scheduler, containers: containers, images: images, simulations: simulations),
            logger: logger)
        let enrolments = Enrolments(
            fleet: fleet, agents: agents,
            memory: GatewayMemory(fleet: fleet, agents: agents, fences: fences, logger: logger),
            joinToken: token.hash, credentials: credentials, supervisor: supervisor)
        var agentRouter = FleetRouter()
        AgentsRoutes(enrolments: enrolments, agents: agents, monitor: monitor).add(to: &agentRouter)
        let agentServer = try HTTPServer(router: agentRouter.router, logger: logger)
        servers = [operators, agentServer]
        let certificate = try configuration.security.map {
            try ServerCertificate($0.identity, stateDirectory: configuration.stateDirectory)
        }
        authority = certificate?.authority
        monitor.awaitAll()
        // Before anybody is served: what is asked for from now on is not what an earlier control plane has begun.
        await relocator.resume(after: memory.lastHour)
        containers.resume()
        do {
            operatorAddresses = try operators.start(
                configuration.operatorAddresses,
                tls: try certificate?.context(clients: configuration.security?.operatorAuthorities))
            agentAddresses = try agentServer.start(
                configuration.agentAddresses, tls: try certificate?.context(clients: nil))
        } catch {
            await relocator.stop()
            await supervisor.stop()
            throw error
        }

        scheduler.run()
        let mobility = MobilityKeeper(
            fleet: fleet, containers: containers, firstPauseSeconds: configuration.stepTimes.secondTrialSeconds)
        let overdue = OverdueKeeper(
            fleet: fleet, containers: containers, relocator: relocator, logger: logger)
        let restarts = RestartKeeper(fleet: fleet, containers: containers, logger: logger)
        let exposures = ExposureWatch(fleet: fleet, logger: logger)
        let likeness = LikenessWatch(fleet: fleet, logger: logger)
        let sweeper = LeftoverSweeper(
            fleet: fleet, ledger: ledger, agents: agents, times: configuration.stepTimes, logger: logger)
        let pruner = configuration.retentionSeconds.map { [ledger] in
            RecordPruner(ledger: ledger, retentionSeconds: $0, logger: logger)
        }
        let copies = CopyKeeper(fleet: fleet, images: images, logger: logger)
        supervisor.run { [scheduler] in await scheduler.follow() }
        supervisor.run { await monitor.watch() }
        supervisor.run { await sweeper.run() }
        supervisor.run { await drains.run() }
        supervisor.run { await losses.run() }
        supervisor.run { await mobility.run() }
        supervisor.run { await overdue.run() }
        supervisor.run { await restarts.run() }
        supervisor.run { await exposures.run() }
        supervisor.run { await likeness.run() }
        supervisor.run { await pruner?.run() }
        supervisor.run { await copies.run() }
        supervisor.run { await certificate?.keepCurrent(logger) }
    }

    /// Stops serving. What was begun goes on with the next start.
    /// - Parameter deadline: how long requests that are under way may take.
    public func shutdown(deadline: Duration = .seconds(3)) async {
        simulations.stop()
        await scheduler.stop()
        await relocator.stop()
        await supervisor.stop()
        for server in servers { await server.shutdown(deadline: deadline) }
        await fleet.settle()
        // What was written is on disk, and whoever opens it next says what is wrong.
        try? await DiskQueue.run { [ledger] in try ledger.close() }
    }

    /// Operators send whole images, which takes disk writes: their handlers must not hold up the agents' event loops.
    private static var operatorServer: HTTPServer.Configuration {
        var configuration = HTTPServer.Configuration()
        configuration.limits.bodyBytes = 64 << 30
        configuration.execution = .concurrentPool
        // A client may ask to wait 600 seconds for a move, and large images take their time.
        configuration.handlerTimeout = .seconds(660)
        return configuration
    }

    /// All that operators are served.
    static func operatorRouter(
        _ configuration: Configuration, hosts: HostsService, ledger: any Ledger, scheduler: Scheduler,
        containers: ContainersService, images: ImageRepository, simulations: SimulationsService
    ) throws -> Router {
        let (fleet, relocator) = (hosts.fleet, hosts.relocator)
        var router = FleetRouter(publicOrigins: configuration.publicOrigins)
        HostsRoutes(hosts: hosts).add(to: &router)
        TenantsRoutes(fleet: fleet).add(to: &router)
        TrustGroupsRoutes(fleet: fleet).add(to: &router)
        ContainersRoutes(containers: containers, relocator: relocator).add(to: &router)
        AdoptionRoutes(containers: containers).add(to: &router)
        RelocationsRoutes(fleet: fleet, ledger: ledger, relocator: relocator).add(to: &router)
        PoliciesRoutes(policies: PoliciesService(fleet: fleet, ledger: ledger)).add(to: &router)
        HeterogeneityRoutes(fleet: fleet).add(to: &router)
        SimulationsRoutes(fleet: fleet, simulations: simulations).add(to: &router)
        ExposureRoutes(fleet: fleet).add(to: &router)
        SchedulerRoutes(fleet: fleet).add(to: &router)
        EventsRoutes(fleet: fleet, ledger: ledger).add(to: &router)
        ImagesRoutes(fleet: fleet, images: images, uploads: configuration.sharedDirectory + "/uploads").add(to: &router)
        HealthRoutes(fleet: fleet, ledger: ledger, scheduler: scheduler).add(to: &router)
        if let directory = configuration.publicDirectory { router.serve(try StaticFiles(root: directory)) }
        return router.router
    }
}
