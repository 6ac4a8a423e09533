import FleetModel
import Glibc
import HTTP
import HTTPTypes
import Logging
import RelocateTesting
import Synchronization
import Testing

@testable import HostAgent

@Suite("What an agent makes of the answer to its enrolment")
struct EnrolmentTests {
    @Test("it says what it has, and ends what is not its own before it asks for commands")
    func foreign() async throws {
        try await withAgent(have: ["own", "stranger"]) { desk, runtime in
            desk.answers.withLock { $0 = [.member(foreign: ["stranger"])] }
            try await eventually("it asks for commands") { desk.hasAskedForCommands.withLock(\.self) != nil }
            #expect(desk.enrolments.withLock(\.self).first?.containers?.map(\.text) == ["own", "stranger"])
            #expect(desk.hasAskedForCommands.withLock(\.self) == ["own"], "what ran then")
            #expect(await Self.names(runtime) == ["own"])
        }
    }

    @Test("a host that is off for good ends all that it has, and asks again until it is let in")
    func lost() async throws {
        try await withAgent(have: ["one", "two"]) { desk, runtime in
            desk.answers.withLock { $0 = [.problem(403, "hostLost"), .problem(403, "hostLost"), .member(foreign: [])] }
            try await eventually("it is let in") { desk.hasAskedForCommands.withLock(\.self) != nil }
            #expect(desk.hasAskedForCommands.withLock(\.self) == [])
            #expect(desk.enrolments.withLock(\.self).last?.containers == [])
        }
    }

    @Test("another conflict than a newer agent is no reason to end: its address may be free again")
    func conflict() async throws {
        try await withAgent(have: ["own"]) { desk, _ in
            desk.answers.withLock { $0 = [.problem(409, "conflict"), .member(foreign: [])] }
            try await eventually("it is let in") { desk.hasAskedForCommands.withLock(\.self) != nil }
            #expect(desk.hasAskedForCommands.withLock(\.self) == ["own"])
        }
    }

    @Test("a newer agent under its name ends it")
    func superseded() async throws {
        try await withAgent(have: [], endsWith: { if case .superseded = $0 { true } else { false } }) { desk, _ in
            desk.answers.withLock { $0 = [.member(foreign: [])] }
            desk.isSuperseded.withLock { $0 = true }
            try await eventually("it beats") { desk.heartbeats.load(ordering: .relaxed) > 0 }
        }
    }

    @Test("an order that it does not know is refused by its name, and those after it are carried out")
    func unknownOrder() async throws {
        try await withAgent(have: []) { desk, _ in
            desk.commands.withLock {
                $0 = [
                    #"{"id":{"operation":"next","step":"teleport","attempt":1},"order":{"teleport":{"to":"mars"}}}"#,
                    #"{"id":{"operation":"host-1","step":"inspect","attempt":1},"order":{"inspect":{}}}"#,
                ]
            }
            desk.answers.withLock { $0 = [.member(foreign: [])] }
            try await eventually("both are answered") { desk.outcomes.withLock(\.self).count == 2 }
            let outcomes = desk.outcomes.withLock(\.self)
            #expect(outcomes["teleport"]?.failure?.code == .invalidOrder)
            #expect(outcomes["inspect"] == .succeeded(.inventory(HostInventory(containers: []))))
            #expect(desk.enrolments.withLock(\.self).count == 1)
        }
    }

    @Test("it tells all that it has at first, and then what has changed")
    func news() async throws {
        try await withAgent(have: ["one", "two"]) { desk, runtime in
            desk.answers.withLock { $0 = [.member(foreign: [])] }
            try await eventually("it has told all") { desk.beats.withLock { !$0.isEmpty } }
            try await runtime.start(
                try Self.spec(of: "three"), stay: Stay(container: try ContainerName("three"), arrival: nil),
                namespace: NetworkNamespace(path: "/none"))
            try await eventually("it has told the news") { desk.beats.withLock { $0.contains { $0.news != nil } } }
            let beats = desk.beats.withLock(\.self)
            #expect(beats.first?.inventory?.containers.map(\.name.text) == ["one", "two"])
            #expect(beats.dropFirst().allSatisfy { $0.inventory == nil })
            #expect(beats.compactMap(\.news).map { $0.changed.map(\.name.text) } == [["three"]])
        }
    }

    private static func spec(of name: String) throws -> ContainerSpec {
        ContainerSpec(
            name: try ContainerName(name), tenant: try TenantName("acme"), image: "x",
            digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated)
    }

    private static func names(_ runtime: SimulatedRuntime) async -> [String] {
        await runtime.presence().filter { $0.state == .running }.map(\.stay.container.text).sorted()
    }

    /// Runs an agent with simulated containers against a desk.
    /// - Parameter isEnd: with what the agent is to end by itself; `nil` when it is not.
    private func withAgent(
        have containers: [String], endsWith isEnd: ((AgentError) -> Bool)? = nil,
        _ body: (Desk, SimulatedRuntime) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { root in
            try makeDirectories("\(root)/state")
            try FileBytes.replace("\(root)/token", with: Array("secret".utf8))
            let runtime = SimulatedRuntime()
            for name in containers {
                try await runtime.start(
                    try Self.spec(of: name), stay: Stay(container: try ContainerName(name), arrival: nil),
                    namespace: NetworkNamespace(path: "/none"))
            }
            let desk = Desk { await Self.names(runtime) }
            let server = try HTTPServer(router: desk.router, logger: Logger(label: "test"))
            guard case .tcp(_, let port, _)? = try server.start([.tcp(host: "127.0.0.1", port: 0)]).first else {
                return
            }
            let facts = HostFacts(
                kernel: "6.1", distribution: "test", architecture: "x86_64", cpuModel: "test", cpuCount: 2,
                memoryBytes: 8 << 30, cgroupVersion: 2, criuVersion: nil, runcVersion: nil, addresses: [],
                runtimes: [.simulated], problems: [], agentVersion: "test")
            let agent = try Agent(
                Agent.Configuration(
                    enrolment: Enrolment(
                        host: try HostName("host1"), role: .worker, address: IPv4Address(number: 1), facts: facts,
                        capacity: HostCapacity(containers: 1, memoryBytes: 1 << 30)),
                    controlPlane: .tcp(host: "127.0.0.1", port: port), stateDirectory: "\(root)/state",
                    joinTokenFile: "\(root)/token"),
                runtimes: [runtime], network: SimulatedHostNetwork(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let running = Task { try await agent.run() }
            try await body(desk, runtime)
            if let isEnd {
                let error = await #expect(throws: AgentError.self) { try await running.value }
                #expect(error.map(isEnd) == true)
            }
            running.cancel()
            _ = await running.result
            await server.shutdown(deadline: .milliseconds(100))
        }
    }
}

/// Stands for the control plane: answers enrolments as it is told, one after the other.
private final class Desk: Sendable {
    enum Answer {
        case member(foreign: [String])
        case problem(Int, String)
    }

    let answers = Mutex<[Answer]>([])
    let enrolments = Mutex<[Enrolment]>([])
    /// What ran when the agent asked for commands.
    let hasAskedForCommands = Mutex<[String]?>(nil)
    let isSuperseded = Mutex(false)
    /// What the agent is told, as it is sent.
    let commands = Mutex<[String]>([])
    /// How it says that orders ended, by step.
    let outcomes = Mutex<[String: OrderResult]>([:])
    let heartbeats = Atomic(0)
    let beats = Mutex<[Heartbeat]>([])
    private let running: @Sendable () async -> [String]

    init(running: @escaping @Sendable () async -> [String]) { self.running = running }

    var router: Router {
        var router = Router()
        router.on(.post, "/agent/v1/enrol") { [self] request in
            let enrolment = try FleetJSON.decode(Enrolment.self, from: try await request.body.collect(upTo: 1 << 20))
            let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            switch answer {
            case nil: throw Problem(status: .serviceUnavailable)
            case .problem(let status, let code)?:
                enrolments.withLock { $0.append(enrolment) }
                throw Problem(status: HTTPResponse.Status(code: status), detail: "told to", code: code)
            case .member(let foreign)?:
                enrolments.withLock { $0.append(enrolment) }
                return .json(
                    try FleetJSON.encode(
                        Membership(
                            credential: "mine", session: 1, heartbeatSeconds: 0.01,
                            foreign: try foreign.map { try ContainerName($0) })))
            }
        }
        router.on(.get, "/agent/v1/commands") { [self] _ in
            let now = await running()
            hasAskedForCommands.withLock { $0 = $0 ?? now }
            let commands = commands.withLock(\.self)
            return .events { writer in
                for command in commands { try await writer.send(ServerSentEvent(event: "command", data: command)) }
                try await Task.sleep(for: .seconds(3600))
            }
        }
        router.on(.post, "/agent/v1/outcomes") { [self] request in
            let outcome = try FleetJSON.decode(OrderOutcome.self, from: try await request.body.collect(upTo: 1 << 20))
            outcomes.withLock { $0[outcome.id.step] = outcome.result }
            return Response(status: .noContent)
        }
        router.on(.post, "/agent/v1/heartbeat") { [self] request in
            let beat = try FleetJSON.decode(Heartbeat.self, from: try await request.body.collect(upTo: 1 << 20))
            beats.withLock { $0.append(beat) }
            heartbeats.add(1, ordering: .relaxed)
            guard !isSuperseded.withLock(\.self) else {
                throw Problem(status: .conflict, detail: "a newer one", code: Membership.supersededCode)
            }
            return Response(status: .noContent)
        }
        return router
    }
}

extension OrderResult {
    fileprivate var failure: StepFailure? { if case .failed(let failure) = self { failure } else { nil } }
}
