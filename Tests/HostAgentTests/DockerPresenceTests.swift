import FleetModel
import Glibc
import HTTP
import HTTPTypes
import ImageStore
import Logging
import RelocateTesting
import Synchronization
import Testing

@testable import HostAgent

/// What a host says of its containers, while a daemon is slow to say it or silent.
@Suite("Which of a daemon's containers run")
struct DockerPresenceTests {
    private static let relocation = RelocationID(7)

    @Test("one that is revived is not taken for ended by whoever asked for the list before")
    func revivedMeanwhile() async throws {
        try await DaemonOfOne.with(.dumped(Self.relocation)) { daemon, runtime, stay in
            daemon.holdList()
            async let presence = runtime.presence()
            await daemon.awaitListAsked()
            try await runtime.revive(stay, from: Self.relocation, through: Doorway { _ in })
            daemon.sendList()
            #expect(await presence == [StayPresence(stay: stay, state: .running)])
        }
    }

    @Test("one that is revived runs, also while the daemon does not say so")
    func silent() async throws {
        try await DaemonOfOne.with(.dumped(Self.relocation)) { daemon, runtime, stay in
            #expect(await runtime.presence() == [StayPresence(stay: stay, state: .dumped(Self.relocation))])
            try await runtime.revive(stay, from: Self.relocation, through: Doorway { _ in })
            daemon.listsNothing()
            #expect(await runtime.presence() == [StayPresence(stay: stay, state: .running)])
        }
    }

    @Test("one that has ended by itself is known to have, also when the daemon has fallen silent since")
    func ended() async throws {
        try await DaemonOfOne.with(.running) { daemon, runtime, stay in
            #expect(await runtime.presence() == [StayPresence(stay: stay, state: .exited(nil))])
            daemon.listsNothing()
            #expect(await runtime.presence() == [StayPresence(stay: stay, state: .exited(nil))])
        }
    }
}

/// A daemon with one container, which has ended until it is started.
private final class DaemonOfOne: Sendable {
    private struct State {
        var container = "exited"
        var isSilent = false
        var holdsList = false
    }

    private let state = Mutex(State())
    private let asked = AsyncStream<Void>.makeStream()
    private let sent = AsyncStream<Void>.makeStream()

    private init() {}

    /// Answers a list of containers only when it is told to. What it says then is how things are when it is asked.
    func holdList() { state.withLock { $0.holdsList = true } }
    func awaitListAsked() async { for await _ in asked.stream { return } }
    func sendList() { sent.continuation.finish() }
    /// Refuses to list containers.
    func listsNothing() { state.withLock { $0.isSilent = true } }

    /// Runs a test with a runtime over such a daemon, which has one stay.
    static func with(
        _ phase: DockerPhase, _ body: (DaemonOfOne, DockerRuntime, Stay) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { directory in
            let daemon = DaemonOfOne()
            let stay = Stay(container: try ContainerName("shop"), arrival: nil)
            var configuration = DockerRuntime.Configuration(
                host: try HostName("host1"), socket: directory + "/docker.sock", stateDirectory: directory + "/state",
                sharedDirectory: directory + "/shared")
            configuration.containerd = []
            try FileTree.make(DockerTools.allStays(in: configuration.stateDirectory))
            try FileTree.make(directory + "/root/containers/c")
            try JSONFile("\(DockerTools.allStays(in: configuration.stateDirectory))/\(stay).json").write(
                DockerStayRecord(
                    stay: stay, sandbox: "s", container: "c", root: directory + "/root", spec: nil, phase: phase))
            if case .dumped(let relocation) = phase {
                let dump = DumpDirectory(of: relocation, in: configuration.sharedDirectory)
                try FileTree.make(dump.dockerCheckpoint)
                try dump.complete(DumpDirectory.Manifest(container: stay.container, outputPipe: 0, hasLayer: false))
            }
            var router = Router()
            router.fallback { try await daemon.answer($0) }
            let server = try HTTPServer(
                router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try server.start([.unix(path: configuration.socket)])
            do {
                let images = try ImageRepository(root: directory + "/images")
                try await body(daemon, try DockerRuntime(configuration, images: images), stay)
            } catch {
                await server.shutdown(deadline: .milliseconds(100))
                throw error
            }
            await server.shutdown(deadline: .milliseconds(100))
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let now = state.withLock { $0 }
        if request.path.hasSuffix("/containers/json") {
            if now.isSilent { return .json(Array(#"{"message":"not now"}"#.utf8), status: .internalServerError) }
            if now.holdsList {
                asked.continuation.yield()
                for await _ in sent.stream {}
            }
            let list = """
                [{"Id":"c","Names":["/shop"],"Image":"","ImageID":"","State":"\(now.container)","Status":"","Labels":{}}]
                """
            return .json(Array(list.utf8), status: .ok)
        }
        if request.path.hasSuffix("/start") { state.withLock { $0.container = "running" } }
        // It is asked about the container only to be thawed: there is nothing to be thawed.
        return request.method == .get
            ? .json(Array(#"{"message":"No such container: c"}"#.utf8), status: .notFound)
            : Response(status: .noContent)
    }
}
