import DockerEngine
import Foundation
import RelocateTesting

/// A real dockerd with network, mounts and processes of its own, so that nothing of it is left when it is gone.
struct RealDaemon {
    static let program = "/usr/sbin/dockerd"
    static let busybox = "/bin/busybox"

    /// Whether this machine can run one.
    static var isPossible: Bool {
        geteuid() == 0 && [program, busybox, "/usr/bin/unshare"].allSatisfy(FileManager.default.isExecutableFile)
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    let docker: DockerEngine
    let directory: String

    /// Runs a test with a daemon that makes checkpoints.
    static func with(_ body: (RealDaemon) async throws -> Void) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { directory in
            let group = "relocate-docker-\(UUID().uuidString)"
            let process = try start(in: directory, controlGroup: group)
            let result: Result<Void, any Error>
            do {
                let docker = try DockerEngine(socket: directory + "/docker.sock")
                try await eventually("dockerd answers: see \(directory)/log", within: .seconds(60)) {
                    guard process.isRunning else {
                        throw Failed(description: "dockerd has ended: \(log(in: directory))")
                    }
                    return await dockerError { try await docker.ping() } == nil
                }
                try await body(RealDaemon(docker: docker, directory: directory))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await end(process)
            removeControlGroups(named: group)
            try result.get()
        }
    }

    private struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private static func log(in directory: String) -> String {
        String((try? String(contentsOfFile: directory + "/log", encoding: .utf8))?.suffix(2000) ?? "")
    }

    /// The shell is the first process of a process namespace: when it ends the kernel ends whatever is left in there, and
    /// with the last process the mounts go. An empty /run hides a containerd of the machine, which dockerd would use.
    private static let script = """
        mount -t tmpfs none /run && ip link set lo up || exit
        "$@" & daemon=$!
        trap 'kill $daemon' TERM
        while kill -0 $daemon 2> /dev/null; do wait $daemon || :; done
        """

    private static func start(in directory: String, controlGroup: String) throws -> Process {
        try Data("{}".utf8).write(to: URL(fileURLWithPath: directory + "/daemon.json"))
        try Data().write(to: URL(fileURLWithPath: directory + "/log"))
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: directory + "/log"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = [
            "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "sh",
            program, "--experimental", "--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false",
            "--ip-forward=false", "--data-root=\(directory)/data", "--exec-root=\(directory)/exec",
            "--pidfile=\(directory)/pid", "--config-file=\(directory)/daemon.json", "--cgroup-parent=/\(controlGroup)",
            "--host=unix://\(directory)/docker.sock",
        ]
        process.standardOutput = log
        process.standardError = log
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Asks the daemon to end, and then ends its namespace.
    private static func end(_ process: Process) async {
        let unshare = process.processIdentifier
        if let shell = firstChild(of: unshare) {
            Glibc.kill(shell, SIGTERM)
            let hasEnded: Void? = try? await eventually("dockerd ends", within: .seconds(30)) { !process.isRunning }
            if hasEnded != nil { return }
            Glibc.kill(shell, SIGKILL)
        }
        if process.isRunning { Glibc.kill(unshare, SIGKILL) }
        process.waitUntilExit()
    }

    private static func firstChild(of pid: Int32) -> Int32? {
        let path = "/proc/\(pid)/task/\(pid)/children"
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        return text?.split(separator: " ").first.flatMap { Int32($0) }
    }

    /// The daemon leaves the group that its containers were in, below every hierarchy.
    private static func removeControlGroups(named name: String) {
        let root = "/sys/fs/cgroup"
        let hierarchies =
            [root]
            + ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).map {
                root + "/" + $0
            }
        for path in hierarchies.map({ $0 + "/" + name }) {
            let below = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            // Deepest first: a group with groups in it stays.
            for entry in below.reversed() { rmdir(path + "/" + entry) }
            rmdir(path)
        }
    }

    /// An archive of a root file system with nothing but busybox.
    func rootFileSystem() throws -> String {
        let (root, archive) = (directory + "/rootfs", directory + "/rootfs.tar")
        for folder in ["/bin", "/etc", "/tmp", "/proc", "/sys", "/dev"] {
            try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
        }
        try FileManager.default.copyItem(atPath: Self.busybox, toPath: root + "/bin/busybox")
        for name in ["sh", "sleep", "echo", "cat"] {
            try FileManager.default.createSymbolicLink(atPath: root + "/bin/\(name)", withDestinationPath: "busybox")
        }
        guard try Self.run("/bin/tar", ["-C", root, "-cf", archive, "."]) == 0 else {
            throw Failed(description: "tar has failed")
        }
        return archive
    }
}
