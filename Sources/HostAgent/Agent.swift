import FleetModel
import HTTP
import Logging
import SystemSupport

/// The agent of one host
/// =====================
///
/// It dials the control plane, carries out orders, and reports. It is the only part of Relocate that needs root: whatever
/// happens to a container on its host (processes, files, packets) is done here.
///
/// - `Link`  the way to the control plane, and the secret by which the host is known
/// - `Orders`  what each order means, that each is carried out once, and one after the other for a container
/// - `Runtime`  what carries containers: runc, Docker, and one that acts as if. `Common` is what they share; every stay of a
///   container on the host has a keeper that does one thing at a time and writes down what it is about to do
/// - `Checkpoint`  the conversation with CRIU, and what its images lack
/// - `Network`  namespaces, addresses and rules of a host, and those of the gateway, over netlink and `nft`
/// - `Facts`  what kind of host this is
/// - `System`  files, processes and descriptors as all of these use them
///
/// It decides nothing: when a container moves, where to, and what follows a step that fails is the control plane's. It knows
/// of no other host and speaks to none; what goes from one to another lies on the shared storage. It keeps no record of the
/// fleet, only what its successor needs to go on, and it does not start, stop or mend a container by itself. What it leaves
/// when it ends, at whatever moment, runs on, or ends by itself where two copies could come of it.
///
/// **Loops** run side by side. One reads commands and starts them; each command is a task of its own, so that a long dump
/// does not delay another container's move. One sends heartbeats with what has changed. These two are begun anew, with a new
/// session, whenever the link is lost; what is being carried out goes on meanwhile, and its outcome is sent in the next
/// session. Others look after what lies on the disk.
public struct Agent: Sendable {
    /// What an agent is started with.
    public struct Configuration: Sendable {
        /// The agent's introduction.
        public var enrolment: Enrolment
        /// Where the control plane is.
        public var controlPlane: Endpoint
        /// How the control plane is known through TLS; `nil` for a link in the clear.
        public var tls: TLSClientConfiguration?
        /// The agent's own directory, owner only.
        public var stateDirectory: String
        /// The file with the join token; needed until the host has enrolled.
        public var joinTokenFile: String?
        /// How the host's profile is found out while the agent runs; `nil` when what the enrolment says is all.
        public var survey: HostSurvey?
        /// What is looked after while the agent runs; `nil` when what the enrolment says is all.
        public var tools: HostTools?
        /// The time between two looks at profile and tools; shorter while the tools have problems.
        public var surveyInterval = Duration.seconds(60)
        /// The time between two looks for recorded outcomes that nobody asks for any more.
        public var journalInterval = Duration.seconds(3600)
        /// When to end suddenly: see `SuddenDeath`.
        public var death = SuddenDeath.never

        /// What an agent is started with.
        public init(
            enrolment: Enrolment, controlPlane: Endpoint, tls: TLSClientConfiguration? = nil, stateDirectory: String,
            joinTokenFile: String?
        ) {
            self.enrolment = enrolment
            self.controlPlane = controlPlane
            self.tls = tls
            self.stateDirectory = stateDirectory
            self.joinTokenFile = joinTokenFile
        }
    }

    private let configuration: Configuration
    private let identity: AgentIdentity
    let link: ControlPlaneLink
    let findings: HostWatch
    let worker: WorkerOrders?
    private let executor: OrderExecutor
    private let journal: OrderJournal
    let logger: Logger

    /// An agent of a host that carries containers.
    /// - Throws: `AgentError` or `StepFailure` when the state directory or the token cannot be used.
    public init(
        _ configuration: Configuration, runtimes: [any ContainerRuntime], network: any HostNetwork, logger: Logger
    ) throws {
        let byKind = Dictionary(runtimes.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
        try self.init(
            configuration, worker: WorkerOrders(runtimes: byKind, network: network), gateway: nil, logger: logger)
    }

    /// The gateway's agent.
    /// - Throws: `AgentError` or `StepFailure` when the state directory or the token cannot be used.
    public init(_ configuration: Configuration, gateway: any GatewayNetwork, logger: Logger) throws {
        try self.init(configuration, worker: nil, gateway: gateway, logger: logger)
    }

    private init(
        _ configuration: Configuration, worker: WorkerOrders?, gateway: (any GatewayNetwork)?, logger: Logger
    ) throws {
        journal = try OrderJournal(directory: configuration.stateDirectory + "/journal")
        self.configuration = configuration
        self.worker = worker
        self.logger = logger
        identity = try AgentIdentity(
            directory: configuration.stateDirectory, joinTokenFile: configuration.joinTokenFile)
        link = try ControlPlaneLink(endpoint: configuration.controlPlane, tls: configuration.tls)
        findings = HostWatch(configuration.enrolment.facts)
        executor = OrderExecutor(
            worker: worker, gateway: gateway, journal: journal, death: configuration.death, logger: logger)
    }

    /// Serves until the task is cancelled, through any number of lost links.
    /// - Throws: `AgentError` when going on makes no sense: a refused token, a newer agent under the same name.
    public func run() async throws {
        let watching = Task {
            await findings.follow(configuration.survey, configuration.tools, every: configuration.surveyInterval)
        }
        defer { watching.cancel() }
        let sweeping = Task { await sweep() }
        defer { sweeping.cancel() }
        let forgetting = Task { await forgetOutcomes() }
        defer { forgetting.cancel() }
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            do {
                try await serveOneSession { pause = .milliseconds(100) }
            } catch let error as AgentError {
                throw error
            } catch is CancellationError {
                return
            } catch ControlPlaneLink.Refusal.lost(let detail) {
                await endEverything(detail)
            } catch {
                logger.warning("link lost", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// Looks, at the start and now and then, for what an agent left that was ended. What nobody remembers is found so.
    private func sweep() async {
        guard let worker else { return }
        while !Task.isCancelled {
            do {
                try await worker.removeForsakenDumps()
            } catch {
                logger.warning("cannot remove forsaken dumps", metadata: ["error": "\(error)"])
            }
            // Cancelled with the agent.
            try? await Task.sleep(for: Self.timeBetweenSweeps)
        }
    }

    /// Forgets, at the start and now and then, what nobody asks for any more: an agent may run for years.
    private func forgetOutcomes() async {
        while !Task.isCancelled {
            // Looking through many folders takes its time.
            await onOwnThread { [journal] in
                journal.prune(before: Timestamp.now.advanced(bySeconds: -Self.timeToAskAgain))
            }
            // Cancelled with the agent.
            try? await Task.sleep(for: configuration.journalInterval)
        }
    }

    /// For how long an order may be asked again, in seconds.
    private static let timeToAskAgain = 86_400.0

    /// The host was declared off for good: no container is its own any more.
    private func endEverything(_ detail: String) async {
        let containers = await names() ?? []
        logger.warning("not let in", metadata: ["reason": "\(detail)", "containers": "\(containers.count)"])
        do {
            try await end(containers)
        } catch {
            // It is tried again with the next enrolment.
            logger.error("cannot end a container", metadata: ["error": "\(error)"])
        }
    }

    /// The containers of which this host has anything; `nil` on a gateway.
    private func names() async -> [ContainerName]? {
        guard let inventory = await worker?.inventory() else { return nil }
        return Set(inventory.containers.map(\.name)).sorted()
    }

    /// Ends containers that are not this host's any more, after what is being done with them.
    /// - Throws: the failure of the first that cannot be ended; the others are, as far as they can be.
    private func end(_ containers: [ContainerName]) async throws {
        var failures: [StepFailure] = []
        for container in containers {
            logger.notice("ending", metadata: ["container": "\(container)"])
            let id = OrderID(
                operation: "foreign-\(container)", step: "stop", attempt: Int(Timestamp.now.milliseconds))
            let order = AgentOrder.stop(StopOrder(container: container, gracePeriodSeconds: 0))
            let outcome = await executor.carryOut(AgentCommand(id: id, order: order))
            if case .failed(let failure) = outcome.result { failures.append(failure) }
        }
        if let failure = failures.first { throw failure }
    }

    private static let timeBetweenSweeps = Duration.seconds(60)

    private func serveOneSession(established: () -> Void) async throws {
        var enrolment = configuration.enrolment
        let found = await findings.latest
        enrolment.facts.profile = found.profile
        enrolment.facts.tools = found.tools
        enrolment.containers = await names()
        let (membership, secret) = try await enrol(enrolment)
        logger.info("enrolled", metadata: ["session": "\(membership.session)"])
        try await end(membership.foreign ?? [])
        established()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await obey(secret: secret) }
            group.addTask { try await beat(membership, secret: secret, enrolledWith: found) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func enrol(_ enrolment: Enrolment) async throws -> (Membership, String) {
        let secret = try identity.secret()
        let membership: Membership
        do {
            membership = try await link.enrol(enrolment, secret: secret)
        } catch ControlPlaneLink.Refusal.unauthorized(let detail) {
            guard let token = identity.fallback, token != secret else { throw AgentError.refused(detail) }
            do {
                membership = try await link.enrol(enrolment, secret: token)
            } catch ControlPlaneLink.Refusal.unauthorized(let detail) {
                throw AgentError.refused(detail)
            }
        }
        if let credential = membership.credential {
            try await onOwnThread { [identity] () throws(SystemCallError) in try identity.keep(credential) }
        }
        return (membership, membership.credential ?? secret)
    }

    /// Starts every command that comes. The tasks outlive the session on purpose.
    private func obey(secret: String) async throws {
        for try await event in try await link.commands(secret: secret) where event.event == "command" {
            let command: AgentCommand
            do {
                command = try FleetJSON.decode(AgentCommand.self, from: Array((event.data ?? "").utf8))
            } catch let error as DecodingError {
                let id = try FleetJSON.decode(UnknownCommand.self, from: Array((event.data ?? "").utf8)).id
                logger.error("an order that is not known", metadata: ["order": "\(id)", "error": "\(error)"])
                Task { await report(.unknown(id), secret: secret) }
                continue
            }
            Task {
                let outcome = await executor.carryOut(command)
                await report(outcome, secret: secret)
            }
        }
        throw LinkEnded()
    }

    /// Sends an outcome a few times. When that fails the control plane asks again in the next session, and the journal
    /// answers.
    private func report(_ outcome: OrderOutcome, secret: String) async {
        for attempt in 1...5 {
            do {
                return try await link.report(outcome, secret: secret)
            } catch {
                logger.warning(
                    "cannot report", metadata: ["order": "\(outcome.id)", "attempt": "\(attempt)", "error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(100 * attempt))
            }
        }
    }
}

/// An order of a control plane that is newer than this agent: no more than its name is understood.
private struct UnknownCommand: Decodable {
    var id: OrderID
}

extension OrderOutcome {
    fileprivate static func unknown(_ id: OrderID) -> OrderOutcome {
        OrderOutcome(
            id: id,
            result: .failed(
                StepFailure(
                    code: .invalidOrder,
                    message: "this agent, of version \(RelocateVersion.current), does not know the order")),
            durationMilliseconds: 0)
    }
}

/// The event stream of commands came to its end.
private struct LinkEnded: Error, CustomStringConvertible {
    var description: String { "the control plane closed the stream of commands" }
}
