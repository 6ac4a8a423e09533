import FleetCore
import FleetModel
import Foundation
import Glibc
import HTTP
import HTTPTypes
import HostAgent
import Logging
import RelocateTesting

@testable import ControlPlane

/// A whole fleet in one process: a real control plane with its ledger and listeners, and real agents over loopback,
/// whose runtimes and networks are simulated. Everything but containers and packets is what runs in production.
actor TestFleet {
    /// A host of the fleet.
    struct Worker {
        let name: HostName
        let runtime: SimulatedRuntime
        let network: SimulatedHostNetwork
        var task: Task<Void, any Error>?
    }

    nonisolated let directory: String
    nonisolated let gateway = FaultyGateway()
    /// What lies in the storage that all hosts share.
    nonisolated let dumps = SimulatedDumps()
    private(set) var workers: [Worker] = []
    private var gatewayTask: Task<Void, any Error>?
    private(set) var controlPlane: ControlPlane?
    private var agentPort = 0
    private(set) var operatorPort = 0
    private let dwellSeconds: Double
    private let absenceSeconds: Double
    private let secondTrialSeconds: Double
    private let randomness: Randomness
    /// What the control plane remembers things in, instead of a database; `nil` for a database.
    private let memory: MemoryLedger?

    /// Runs a test with a fleet of its own, which is gone after it.
    static func with(
        hosts: Int = 3, dwellSeconds: Double = 3600, absenceSeconds: Double = 0.5, secondTrialSeconds: Double = 0.2,
        randomness: Randomness = .system, memory: MemoryLedger? = nil, _ body: (TestFleet) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { directory in
            let fleet = TestFleet(
                directory: directory, dwellSeconds: dwellSeconds, absenceSeconds: absenceSeconds,
                secondTrialSeconds: secondTrialSeconds, randomness: randomness, memory: memory)
            do {
                try await fleet.up(hosts: hosts)
                try await body(fleet)
                await fleet.down()
            } catch {
                await fleet.down()
                throw error
            }
        }
    }

    private init(
        directory: String, dwellSeconds: Double, absenceSeconds: Double, secondTrialSeconds: Double,
        randomness: Randomness, memory: MemoryLedger?
    ) {
        self.memory = memory
        self.absenceSeconds = absenceSeconds
        self.secondTrialSeconds = secondTrialSeconds
        self.randomness = randomness
        self.directory = directory
        self.dwellSeconds = dwellSeconds
    }

    private func up(hosts: Int) async throws {
        try await startControlPlane()
        try startGateway()
        for number in 1...hosts {
            workers.append(
                Worker(
                    name: try HostName("host\(number)"), runtime: SimulatedRuntime(dumps: dumps),
                    network: SimulatedHostNetwork()))
            try startAgent(number)
        }
        try await eventually("all hosts have enrolled") { try state().hosts.count == hosts + 1 }
        try await importImage()
        try await send(.post, "/v1/tenants", #"{"name":"acme"}"#)
    }

    private func down() async {
        gatewayTask?.cancel()
        for worker in workers { worker.task?.cancel() }
        await controlPlane?.shutdown()
    }

    // MARK: Parts

    /// Starts the control plane, on the ports it had before.
    func startControlPlane(retentionSeconds: Double? = nil, publicOrigins: [WebOrigin] = []) async throws {
        var times = StepTimes()
        times.absenceSeconds = absenceSeconds
        times.reviveSeconds = 10
        times.stepSeconds = 5
        times.firstPauseSeconds = 0.01
        times.longestPauseSeconds = 0.1
        times.sweepSeconds = 0.1
        times.secondTrialSeconds = secondTrialSeconds
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        var configuration = Configuration(
            stateDirectory: directory + "/state", sharedDirectory: directory + "/shared", publicDirectory: nil,
            migrationsDirectory: root.appending(path: "Migrations").path(percentEncoded: false),
            operatorAddresses: [ServiceAddress(.tcp(host: "127.0.0.1", port: operatorPort))],
            agentAddresses: [ServiceAddress(.tcp(host: "127.0.0.1", port: agentPort), isSecured: true)],
            security: ServerSecurity(identity: .ownAuthority(names: [.ip("127.0.0.1")])),
            containerNetwork: try IPv4Network("10.88.0.0/16"), virtualNetwork: try IPv4Network("203.0.113.0/24"),
            heartbeatSeconds: 0.05, stepTimes: times,
            firstPolicy: .deadline(seconds: dwellSeconds, threshold: 0.5), retentionSeconds: retentionSeconds)
        configuration.randomness = randomness
        configuration.publicOrigins = publicOrigins
        let controlPlane =
            if let memory {
                try await ControlPlane(configuration, ledger: memory, logger: Self.logger)
            } else {
                try await ControlPlane(configuration, logger: Self.logger)
            }
        self.controlPlane = controlPlane
        operatorPort = try Self.port(of: controlPlane.operatorAddresses)
        agentPort = try Self.port(of: controlPlane.agentAddresses)
    }

    /// Ends the control plane without letting it finish anything.
    func stopControlPlane() async {
        await controlPlane?.shutdown(deadline: .zero)
        controlPlane = nil
    }

    /// Starts the agent of a host; what its runtime had is still there.
    func startAgent(_ number: Int, withToken: Bool = true) throws {
        let worker = workers[number - 1]
        let agent = try Agent(
            agentConfiguration(
                worker.name, role: .worker, address: "10.213.0.\(10 + number)", withToken: withToken),
            runtimes: [worker.runtime], network: worker.network, logger: Self.logger)
        workers[number - 1].task = Task { try await agent.run() }
    }

    /// Ends the agent of a host as kill -9 does: what it held is gone.
    func stopAgent(_ number: Int) async {
        workers[number - 1].task?.cancel()
        _ = await workers[number - 1].task?.result
        workers[number - 1].runtime.interrupt()
        workers[number - 1].task = nil
    }

    /// Waits until the agent of a host ends by itself.
    /// - Throws: why it did.
    func end(ofAgent number: Int) async throws {
        try await workers[number - 1].task?.value
    }

    /// Whether the agent of a host has ended.
    func isStopped(_ number: Int) -> Bool { workers[number - 1].task == nil }

    private func startGateway() throws {
        let agent = try Agent(
            agentConfiguration(try HostName("gateway"), role: .gateway, address: "10.213.0.1"), gateway: gateway,
            logger: Self.logger)
        gatewayTask = Task { try await agent.run() }
    }

    private func agentConfiguration(
        _ name: HostName, role: HostRole, address: String, withToken: Bool = true
    ) throws -> Agent.Configuration {
        let state = "\(directory)/agents/\(name)"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let facts = HostFacts(
            kernel: "6.1", distribution: "Debian", architecture: "x86_64", cpuModel: "test", cpuCount: 2,
            memoryBytes: 8 << 30, cgroupVersion: 2, criuVersion: nil, runcVersion: nil, addresses: [],
            runtimes: role == .worker ? [.simulated] : [], problems: [], agentVersion: "test")
        return Agent.Configuration(
            enrolment: Enrolment(
                host: name, role: role, address: try IPv4Address(address), facts: facts,
                capacity: HostCapacity(containers: role == .worker ? 100 : 0, memoryBytes: 64 << 30)),
            controlPlane: .tcp(host: "127.0.0.1", port: agentPort),
            tls: TLSClientConfiguration(trust: .authorities(.file(directory + "/state/tls/ca.pem"))),
            stateDirectory: state, joinTokenFile: withToken ? directory + "/state/join-token" : nil)
    }

    /// The simulated runtime of a host.
    func runtime(of host: HostName) throws -> SimulatedRuntime {
        guard let worker = workers.first(where: { $0.name == host }) else {
            throw NeverHappened(description: "\(host)")
        }
        return worker.runtime
    }

    /// The number of a host, counted from 1.
    func number(of host: HostName) -> Int { (workers.firstIndex { $0.name == host } ?? -1) + 1 }

    // MARK: What a client does

    /// The present state.
    func state() throws -> FleetState {
        guard let controlPlane else { throw NeverHappened(description: "the control plane does not run") }
        return controlPlane.fleet.snapshot
    }

    /// The decision that a relocation follows.
    func decision(of id: RelocationID) async throws -> PlacementDecision? {
        try await controlPlane?.ledger.decision(of: id)
    }

    /// All events that the ledger knows.
    func everyEvent() async throws -> [FleetEvent] {
        var events: [FleetEvent] = []
        while let more = try await controlPlane?.ledger.events(after: events.last?.sequence ?? 0, limit: 1000),
            !more.isEmpty
        { events += more }
        return events
    }

    /// All stays that the ledger knows.
    func residences() async throws -> [Residence] {
        try await controlPlane?.ledger.residences(since: Timestamp(milliseconds: 0), into: []) { $0.append($1) } ?? []
    }

    /// A request to the operators' API.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", headerFields: HTTPFields = [:]
    ) async throws -> (status: Int, body: String, headerFields: HTTPFields) {
        let client = try HTTPClient(endpoint: .tcp(host: "127.0.0.1", port: operatorPort))
        var fields = headerFields
        if !body.isEmpty, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let response = try await client.send(
            method, path, headerFields: fields, body: body.isEmpty ? .empty : .bytes(Array(body.utf8)),
            timeout: .seconds(30))
        let bytes = try await response.collect(upTo: 1 << 22)
        return (response.status.code, String(decoding: bytes, as: UTF8.self), response.headerFields)
    }

    /// A request to the agents' listener.
    func sendAsAgent(_ path: String, _ body: String, secret: String) async throws -> (status: Int, body: String) {
        var configuration = HTTPClient.Configuration()
        configuration.tls = TLSClientConfiguration(trust: .authorities(.file(directory + "/state/tls/ca.pem")))
        let client = try HTTPClient(endpoint: .tcp(host: "127.0.0.1", port: agentPort), configuration: configuration)
        let response = try await client.send(
            .post, path, headerFields: [.authorization: "Bearer \(secret)", .contentType: "application/json"],
            body: .bytes(Array(body.utf8)), timeout: .seconds(30))
        return (response.status.code, String(decoding: try await response.collect(upTo: 1 << 20), as: UTF8.self))
    }

    /// Creates a simulated container and waits until it runs and is known to be movable.
    func createContainer(_ name: String, on host: String? = nil) async throws -> Container {
        let place = host.map { #","host":"\#($0)""# } ?? ""
        let answer = try await send(
            .post, "/v1/containers?wait=10",
            #"{"name":"\#(name)","tenant":"acme","image":"test","command":["run"],"ports":[{"port":80}],"runtime":"simulated"\#(place)}"#
        )
        guard answer.status == 201 else { throw NeverHappened(description: answer.body) }
        let name = try ContainerName(name)
        try await eventually("\(name) is movable") { try state().containers[name]?.mobility == .movable }
        guard let container = try state().containers[name] else { throw NeverHappened(description: "\(name)") }
        return container
    }

    /// Asks for a move and waits for its end.
    func move(_ container: ContainerName, to host: HostName? = nil) async throws -> Relocation {
        let body = host.map { #"{"to":"\#($0)"}"# } ?? "{}"
        let answer = try await send(.post, "/v1/containers/\(container)/relocate?wait=20", body)
        guard answer.status == 202 else { throw NeverHappened(description: answer.body) }
        return try FleetJSON.decode(Relocation.self, from: Array(answer.body.utf8))
    }

    /// Asks for a move again and again until somebody takes the request, and waits for the end of the move.
    func moveOnceServed(_ container: ContainerName) async throws -> Relocation {
        while true {
            try Task.checkCancellation()
            do {
                let path = "/v1/containers/\(container)/relocate?wait=20"
                let answer = try await send(.post, path, "{}")
                guard answer.status == 202 else { throw NeverHappened(description: answer.body) }
                return try FleetJSON.decode(Relocation.self, from: Array(answer.body.utf8))
            } catch is HTTPError {
                await Task.yield()
            }
        }
    }

    /// Where a container runs or is held, by the runtimes themselves.
    func places(of container: ContainerName) async -> [HostName: PresenceState] {
        var places: [HostName: PresenceState] = [:]
        for worker in workers {
            for presence in await worker.runtime.presence() where presence.stay.container == container {
                places[worker.name] = presence.state
            }
        }
        return places
    }

    private func importImage() async throws {
        let tree = directory + "/image"
        try FileManager.default.createDirectory(atPath: tree + "/bin", withIntermediateDirectories: true)
        try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: tree + "/bin/run"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tree + "/bin/run")
        let packed = try await runProgram("/usr/bin/tar", ["-C", tree, "-cf", directory + "/image.tar", "."])
        guard packed.status == 0 else { throw NeverHappened(description: packed.text) }
        let client = try HTTPClient(endpoint: .tcp(host: "127.0.0.1", port: operatorPort))
        let response = try await client.send(
            .post, "/v1/images?name=test", headerFields: [.contentType: "application/x-tar"],
            body: .file(path: directory + "/image.tar"), timeout: .seconds(30))
        let answer = try await response.collect(upTo: 1 << 20)
        guard response.status == .created else {
            throw NeverHappened(description: String(decoding: answer, as: UTF8.self))
        }
    }

    private static func port(of services: [ServiceAddress]) throws -> Int {
        guard case .tcp(_, let port, _) = services.first?.address else {
            throw NeverHappened(description: "no TCP address")
        }
        return port
    }

    private static var logger: Logger {
        var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        return logger
    }
}
