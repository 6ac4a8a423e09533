import FleetModel
import Glibc
import HTTP
import Logging
import RelocateTesting
import Synchronization
import Testing

@testable import HostAgent

@Suite("Reports of profiles")
struct ProfileReportTests {
    @Test("a profile or a tool that has changed goes with heartbeats until one is answered, and then no more")
    func changes() async throws {
        try await withAgent { root, office in
            try await eventually("three heartbeats") { office.heartbeats.count >= 3 }
            #expect(office.enrolled.map(Self.distribution) == ["debian"])

            // Whatever else of this machine changes meanwhile is reported too, and of no interest here.
            try FileBytes.replace("\(root)/etc/os-release", with: Array(FactSamples.alpine.utf8))
            try await eventually("the change is reported") {
                office.answered.contains { Self.distribution($0) == "alpine" }
            }
            let reports = office.answered.count
            let heartbeats = office.heartbeats.count
            try await eventually("ten more heartbeats") { office.heartbeats.count >= heartbeats + 10 }
            #expect(office.answered.count - reports < 10, "not every heartbeat holds the profile")

            // An answer that is lost: the next session begins with what is true now.
            office.isOutOfOrder.withLock { $0 = true }
            try FileBytes.replace("\(root)/etc/os-release", with: Array(FactSamples.fedora.utf8))
            try await eventually("a heartbeat with the change is refused") {
                office.refused.contains { Self.distribution($0) == "fedora" }
            }
            office.isOutOfOrder.withLock { $0 = false }
            try await eventually("the change is known") {
                (office.enrolled.dropFirst() + office.answered).contains { Self.distribution($0) == "fedora" }
            }

            // CRIU is replaced by one that is too old for any kernel.
            #expect(office.tools.isEmpty)
            try Self.install("3.0", as: "\(root)/criu")
            try await eventually("what is wrong is reported") {
                office.tools.last?.problems.contains { $0.contains("CRIU 3.0, too old") } == true
            }
            #expect(office.tools.last?.criuVersion == nil)
        }
    }

    @Test("where nothing changes an agent is heard as often as it is told to be; what changes it tells at once")
    func pace() async throws {
        let office = Office()
        office.pace.withLock { $0 = 3600 }
        try await withAgent(of: office) { root, office in
            try await eventually("a first heartbeat") { !office.heartbeats.isEmpty }
            try FileBytes.replace("\(root)/etc/os-release", with: Array(FactSamples.alpine.utf8))
            try await eventually("the change is reported") {
                office.answered.contains { Self.distribution($0) == "alpine" }
            }
            let idle = office.heartbeats.dropFirst().filter { beat in
                beat.profile == nil && beat.tools == nil && beat.inventory == nil && beat.news == nil
            }
            #expect(idle.isEmpty)
        }
    }

    /// An agent of a host with Debian and a good CRIU, and the office that it reports to.
    private func withAgent(
        of office: Office = Office(), _ body: (_ root: String, _ office: Office) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { root in
            try makeDirectories("\(root)/etc")
            try makeDirectories("\(root)/state")
            try FileBytes.replace("\(root)/token", with: Array("secret".utf8))
            try FileBytes.replace("\(root)/etc/os-release", with: Array(FactSamples.debian.utf8))
            var survey = HostSurvey.Configuration(
                address: IPv4Address(number: 1), criu: "/nonexistent", runc: "/nonexistent")
            survey.root = root
            let server = try HTTPServer(router: office.router, logger: Logger(label: "test"))
            guard case .tcp(_, let port, _)? = try server.start([.tcp(host: "127.0.0.1", port: 0)]).first else {
                return
            }

            var configuration = Agent.Configuration(
                enrolment: try await enrolment(HostSurvey(survey).profile()),
                controlPlane: .tcp(host: "127.0.0.1", port: port), stateDirectory: "\(root)/state",
                joinTokenFile: "\(root)/token")
            configuration.survey = HostSurvey(survey)
            let criu = "\(root)/criu"
            try Self.install("9.0", as: criu)
            let tools = HostTools(runtimes: [.runc], criu: criu, runc: criu, docker: "/nonexistent")
            configuration.enrolment.facts.tools = await tools.look()
            #expect(configuration.enrolment.facts.criuVersion == "9.0")
            configuration.tools = tools
            configuration.surveyInterval = .milliseconds(20)
            let agent = try Agent(
                configuration, runtimes: [SimulatedRuntime()], network: SimulatedHostNetwork(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let running = Task { try await agent.run() }
            try await body(root, office)
            running.cancel()
            _ = await running.result
            await server.shutdown(deadline: .milliseconds(100))
        }
    }

    /// A program that says that it is a version of CRIU.
    private static func install(_ version: String, as path: String) throws {
        try FileBytes.replace(path + ".draft", with: Array("#!/bin/sh\necho Version: \(version)\n".utf8))
        #expect(chmod(path + ".draft", 0o755) == 0)
        #expect(rename(path + ".draft", path) == 0)
    }

    private static func distribution(_ profile: HostProfile) -> String? {
        if case .table(let table) = profile.configuration[AttributeName.distribution] { table["id"] } else { nil }
    }

    private func enrolment(_ profile: HostProfile) throws -> Enrolment {
        let facts = HostFacts(
            kernel: "6.1", distribution: "test", architecture: "x86_64", cpuModel: "test", cpuCount: 2,
            memoryBytes: 8 << 30, cgroupVersion: 2, criuVersion: nil, runcVersion: nil, addresses: [],
            runtimes: [.simulated], problems: [], agentVersion: "test", profile: profile)
        return Enrolment(
            host: try HostName("host1"), role: .worker, address: IPv4Address(number: 1), facts: facts,
            capacity: HostCapacity(containers: 1, memoryBytes: 1 << 30))
    }
}

/// Stands for the control plane: takes what agents say, and writes it down.
private final class Office: Sendable {
    let isOutOfOrder = Mutex(false)
    /// How often it wants to hear from agents, in seconds; `nil` when it does not say.
    let pace = Mutex<Double?>(nil)
    private let enrolments = Mutex<[Enrolment]>([])
    private let beats = Mutex<[(heartbeat: Heartbeat, isAnswered: Bool)]>([])

    var enrolled: [HostProfile] { enrolments.withLock { $0.map(\.facts.profile) } }
    var heartbeats: [Heartbeat] { beats.withLock { $0.map(\.heartbeat) } }
    var answered: [HostProfile] { beats.withLock { $0.filter(\.isAnswered).compactMap(\.heartbeat.profile) } }
    var refused: [HostProfile] { beats.withLock { $0.filter { !$0.isAnswered }.compactMap(\.heartbeat.profile) } }

    var tools: [ToolFindings] { beats.withLock { $0.compactMap(\.heartbeat.tools) } }

    var router: Router {
        var router = Router()
        router.on(.post, "/agent/v1/enrol") { [self] request in
            let enrolment = try FleetJSON.decode(Enrolment.self, from: try await request.body.collect(upTo: 1 << 20))
            let session = enrolments.withLock { enrolments in
                enrolments.append(enrolment)
                return Int64(enrolments.count)
            }
            return .json(
                try FleetJSON.encode(Membership(credential: "mine", session: session, heartbeatSeconds: 0.01)))
        }
        router.on(.get, "/agent/v1/commands") { _ in
            .events { _ in try await Task.sleep(for: .seconds(3600)) }
        }
        router.on(.post, "/agent/v1/heartbeat") { [self] request in
            let heartbeat = try FleetJSON.decode(Heartbeat.self, from: try await request.body.collect(upTo: 1 << 20))
            let isAnswered = !isOutOfOrder.withLock(\.self) || heartbeat.profile == nil
            beats.withLock { $0.append((heartbeat, isAnswered)) }
            guard isAnswered else { return Response(status: .serviceUnavailable) }
            guard let seconds = pace.withLock(\.self) else { return Response(status: .noContent) }
            return .json(try FleetJSON.encode(HeartbeatAnswer(heartbeatSeconds: seconds)))
        }
        return router
    }
}
