import CLinux
import FleetModel
import Foundation
import Glibc
import ImageStore
import RelocateTesting
import Testing

@testable import HostAgent

/// Two hosts' runtimes on this machine, with one shared directory, and a network between them and a client.
struct RuncFixture: Sendable {
    /// Why real containers cannot be run here; `nil` when they can.
    static let obstacle: String? = {
        if getuid() != 0 { return "needs root" }
        for program in ["/usr/sbin/runc", "/usr/local/sbin/criu", "/usr/bin/unshare", "/bin/busybox", "/usr/bin/cc"]
        where access(program, X_OK) != 0 {
            return "needs \(program)"
        }
        return nil
    }()

    let directory: String
    let network: TestNetwork
    let images: TestImages
    let source: RuncRuntime
    let destination: RuncRuntime

    /// Builds a fixture, and removes it whatever happens. Fails when anything is left of the containers.
    static func with(
        _ adjust: @Sendable (inout RuncRuntime.Configuration) -> Void = { _ in },
        _ body: (RuncFixture) async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        let id = String(UInt32.random(in: 0...0xffff), radix: 16)
        let directory = "/tmp/relocate-test-\(id)"
        try FileTree.makePassable(directory)
        defer { try? FileTree.remove(directory) }
        let images = try TestImages(directory: directory)
        let network = try TestNetwork(id: id)
        defer { network.remove() }
        defer { removeControlGroups(named: "rl-test-\(id)") }
        let fixture = RuncFixture(
            directory: directory, network: network, images: images,
            source: try RuncRuntime(configuration(directory, id, host: "host1", adjust), images: images),
            destination: try RuncRuntime(configuration(directory, id, host: "host2", adjust), images: images))
        do {
            try await body(fixture)
        } catch {
            await fixture.removeAll()
            throw error
        }
        await fixture.removeAll()
        for host in ["host1", "host2"] {
            #expect(FileTree.names(in: "\(directory)/\(host)/stays").isEmpty)
            #expect(FileTree.names(in: "\(directory)/\(host)/runc").isEmpty)
            #expect(FileTree.names(in: "\(directory)/\(host)-roots").isEmpty)
        }
        let mounts = String(decoding: try FileBytes.read("/proc/self/mounts"), as: UTF8.self)
        #expect(!mounts.contains(directory))
        // Those who write down output end when the last writer is gone.
        try await eventually("no process is left") { ProcessTable.commands(containing: directory).isEmpty }
    }

    static func configuration(
        _ directory: String, _ id: String, host: String,
        _ adjust: (inout RuncRuntime.Configuration) -> Void = { _ in }
    ) throws -> RuncRuntime.Configuration {
        var configuration = RuncRuntime.Configuration(
            host: try HostName(host), stateDirectory: "\(directory)/\(host)",
            rootsDirectory: "\(directory)/\(host)-roots",
            sharedDirectory: "\(directory)/shared", controlGroupParent: "rl-test-\(id)/\(host)")
        adjust(&configuration)
        return configuration
    }

    /// Another agent over the same state, as after the end of the first.
    func successor(of host: String) throws -> RuncRuntime {
        try RuncRuntime(Self.configuration(directory, network.id, host: host), images: images)
    }

    /// The dumps in the storage that the hosts share.
    var dumps: [String] { FileTree.names(in: "\(directory)/shared/dumps") }

    /// The CRIU processes that stand ready for stays of this fixture, whose locks they hold.
    var workers: [Int32] {
        ProcessTable.commands(containing: "swrk").filter { process in
            let lock = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/5")
            return lock?.hasPrefix(directory) == true
        }
    }

    func removeAll() async {
        for runtime in [source, destination] {
            for presence in await runtime.presence() {
                do { try await runtime.stop(presence.stay, gracePeriod: .zero) } catch { Issue.record(error) }
            }
        }
    }

    func spec(_ name: String, _ command: [String], limits: ResourceLimits = ResourceLimits()) throws -> ContainerSpec {
        ContainerSpec(
            name: try ContainerName(name), tenant: try TenantName("acme"), image: "test", digest: images.digest,
            command: command, limits: limits, runtime: .runc)
    }

    /// Starts a shell script on the first host.
    func startShell(
        _ script: String, name: String = "shell", limits: ResourceLimits = ResourceLimits()
    ) async throws -> (ContainerSpec, Stay) {
        let spec = try spec(name, ["/bin/sh", "-c", script], limits: limits)
        return (spec, try await start(spec))
    }

    /// Starts a container on the first host.
    func start(_ spec: ContainerSpec) async throws -> Stay {
        let stay = Stay(container: spec.name, arrival: nil)
        switch try await source.openNamespace(for: stay, spec) {
        case .runtime(let own): try network.takeIn(own, at: 0)
        case .network, .restore: try network.takeIn(nil, at: 0)
        }
        try await source.start(spec, stay: stay, namespace: network.namespaces[0])
        return stay
    }

    /// Waits until a container has written a text.
    func awaitOutput(_ text: String, of spec: ContainerSpec) async throws {
        try await eventually("the container writes '\(text)'") {
            try await source.logs(spec.name, tailBytes: 4096).contains(text)
        }
    }

    /// The value of a setting of a stay's control group, on a machine of control groups version 1 or 2.
    func limit(of stay: Stay, host: String, _ version1: String, _ version2: String) throws -> String {
        let group = "rl-test-\(network.id)/\(host)/\(stay)"
        let controller = version1.prefix { $0 != "." }
        let unified = FileTree.exists("/sys/fs/cgroup/cgroup.controllers")
        let file = unified ? "/sys/fs/cgroup/\(group)/\(version2)" : "/sys/fs/cgroup/\(controller)/\(group)/\(version1)"
        return String(decoding: try FileBytes.read(file).dropLast(), as: UTF8.self)
    }

    /// A stay's control group.
    func controlGroup(of stay: Stay, host: String) -> ControlGroup {
        ControlGroup(root: "/sys/fs/cgroup", name: "rl-test-\(network.id)/\(host)/\(stay)")
    }

    /// The processes of a stay.
    func processes(of stay: Stay, host: String) -> [Int32] {
        controlGroup(of: stay, host: host).members
    }

    /// Starts the echo server on the first host and waits for its first answer.
    func startEcho(_ name: String = "echo") async throws -> (ContainerSpec, Stay) {
        let spec = try spec(name, ["/bin/echo-server"])
        let stay = try await start(spec)
        network.route(to: 0)
        return (spec, stay)
    }

    /// Moves a container between the two hosts as the orders of a relocation do.
    @discardableResult
    func move(
        _ spec: ContainerSpec, _ stay: Stay, as number: Int64, from: RuncRuntime, to: RuncRuntime, namespace: Int
    ) async throws -> (stay: Stay, timings: [String: Double], bytes: Int) {
        let relocation = RelocationID(number)
        let next = Stay(container: spec.name, arrival: relocation)
        try await to.prepare(spec, stay: next, namespace: network.namespaces[namespace])
        try await from.arm(stay, for: relocation)
        network.hold()
        var watch = Stopwatch()
        let dump = try await from.checkpoint(stay, for: relocation)
        var timings = dump.timings.parts.reduce(into: [:]) { $0["dump.\($1.part)"] = $1.milliseconds }
        timings["checkpoint"] = watch.lap()
        let restored = try await to.restore(next, through: network.doorway(at: namespace), lease: .seconds(30))
        timings["restore"] = watch.lap()
        // Before the release: restored sockets speak at once, and the answer must not reach the source.
        network.route(to: namespace)
        _ = watch.lap()
        let released = try await to.release(next)
        timings["release"] = watch.lap()
        timings.merge(restored.parts.reduce(into: [:]) { $0["restore.\($1.part)"] = $1.milliseconds }) { $1 }
        timings.merge(released.parts.reduce(into: [:]) { $0["release.\($1.part)"] = $1.milliseconds }) { $1 }
        try await from.remove(stay)
        try await from.removeDump(of: relocation)
        return (next, timings, dump.bytes)
    }

    private static func removeControlGroups(named name: String) {
        for hierarchy in FileTree.names(in: "/sys/fs/cgroup") {
            for directory in ["\(name)/host1", "\(name)/host2", name] {
                rmdir("/sys/fs/cgroup/\(hierarchy)/\(directory)")
            }
        }
    }
}

/// What runs on this machine.
enum ProcessTable {
    /// The processes with a text in their command line.
    static func commands(containing text: String) -> [Int32] {
        FileTree.names(in: "/proc").compactMap { Int32($0) }.filter { process in
            guard process != getpid(), let bytes = try? FileBytes.read("/proc/\(process)/cmdline") else { return false }
            return String(decoding: bytes, as: UTF8.self).contains(text)
        }
    }
}

/// One image, unpacked: busybox, and the echo server of the demo images.
struct TestImages: RootFileSystems {
    let digest: ImageDigest
    /// Where it lies, and copies of it.
    let repository: ImageRepository
    private let root: String

    init(directory: String) throws {
        digest = try ImageDigest("sha256:" + String(repeating: "7", count: 64))
        repository = try ImageRepository(root: directory + "/images")
        root = "\(repository.root)/sha256/\(digest.hex)/rootfs"
        for name in ["bin", "etc", "tmp", "proc", "dev/pts", "dev/shm"] { try FileTree.make("\(root)/\(name)") }
        for (name, minor) in [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)] {
            mknod("\(root)/dev/\(name)", S_IFCHR | 0o666, dev_t(1 << 8 | minor))
        }
        symlink("pts/ptmx", "\(root)/dev/ptmx")
        try run(["/bin/cp", "/bin/busybox", "\(root)/bin/busybox"])
        for name in ["sh", "sleep", "cat", "echo", "id", "mknod", "rm", "head", "kill"] {
            symlink("busybox", "\(root)/bin/\(name)")
        }
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scripts/images/echo.c")
        try run(["/usr/bin/cc", "-static", "-O2", "-o", "\(root)/bin/echo-server", source.path(percentEncoded: false)])
        try FileBytes.replace("\(root)/etc/passwd", with: Array("root:x:0:0::/:/bin/sh\nweb:x:101:102::/:\n".utf8))
        try FileBytes.replace("\(root)/etc/group", with: Array("root:x:0:\nweb:x:102:\nlogs:x:103:web\n".utf8))
        try run(["/bin/chmod", "-R", "a+rwX", root])
    }

    func rootFileSystem(of digest: ImageDigest) throws -> String {
        guard digest == self.digest else { throw CocoaError(.fileNoSuchFile) }
        return root
    }

    func rootFileSystem(for spec: ContainerSpec) throws -> String { try repository.rootFileSystem(for: spec) }

    func image(_ digest: ImageDigest) throws -> Image? {
        _ = try rootFileSystem(of: digest)
        return Image(digest: digest, names: ["test"], bytes: 0, importedAt: .now, defaults: ImageDefaults())
    }
}

/// Runs a program to its end; throws when it fails.
func run(_ command: [String]) throws {
    let exit = ChildProcess.wait(for: try ChildProcess.spawn(command, descriptors: [2: 2]))
    guard exit == .code(0) else {
        throw StepFailure(
            code: .internalError,
            message: "\(command.joined(separator: " ")): \(exit.map { "\($0)" } ?? "nobody knows how it ended")")
    }
}
