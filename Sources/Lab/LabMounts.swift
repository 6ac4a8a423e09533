import Glibc
import HostAgent

/// The mounts of a real lab: a tmpfs for memory dumps that all hosts see, and for each host a mount namespace with a
/// `/run` of its own.
///
/// A mount namespace lives without processes because its file is bound; the kernel allows that only on a mount that
/// is private. Dumps are mounted before the namespaces are made, since a private namespace sees no later mount.
struct LabMounts: Sendable {
    let location: LabLocation

    /// What `/run` inside is called in lists of mounts; it tells the lab's mounts from those that were copied.
    private static let source = "relocate-lab"

    /// Makes what is missing.
    func build(hosts: [String]) async throws(LabError) {
        for folder in [location.images, "\(location.shared)/containers", location.dumps, location.mountNamespaces] {
            try make(folder)
        }
        let mounted = mountPoints()
        if !mounted.contains(location.dumps) {
            try await run(["mount", "-t", "tmpfs", "-o", "mode=700", Self.source, location.dumps])
        }
        if !mounted.contains(location.runDirectory) {
            try await run(["mount", "--bind", location.runDirectory, location.runDirectory])
        }
        try await run(["mount", "--make-private", location.runDirectory])
        try make(location.mountNamespaces)
        for host in hosts { try await buildNamespace(of: host) }
    }

    /// Makes a host look unlike the others, for what runs in its mount namespace: its `/etc/os-release`, and a copy of
    /// the lab's program under the name of a service, are files bound over others. What is bound already stays.
    func apply(_ difference: LabDifference, to host: String, executable: String) async throws(LabError) {
        let folder = location.differences(of: host)
        try make(folder)
        let release = "\(folder)/os-release"
        let service = "\(folder)/\(difference.service)"
        try write(difference.release, to: release)
        try write("", to: service)
        let bound = try await mounts(of: host).map(\.point)
        // Not noted by mount (-n), which would do so in the host's own /run.
        // A machine that does not say which distribution it is has no file to bind another one over.
        if let present = realPath("/etc/os-release"), !bound.contains(present) {
            try await run(inside(host) + ["mount", "-n", "--bind", release, present])
        }
        if !bound.contains(service) { try await run(inside(host) + ["mount", "-n", "--bind", executable, service]) }
    }

    /// Takes everything away, whatever there is of it.
    func remove() throws(LabError) {
        for name in directoryEntries(location.mountNamespaces) {
            let path = "\(location.mountNamespaces)/\(name)"
            while umount2(path, Self.detach) == 0 {}
            unlink(path)
        }
        let folders = [location.directory, location.runDirectory]
        let below = mountPoints().filter { point in folders.contains { point == $0 || point.hasPrefix("\($0)/") } }
        // The innermost first: mounts are listed in the order in which they were made.
        for point in below.reversed() where umount2(point, Self.detach) != 0 && errno != EINVAL {
            throw .files(path: point, reason: String(cString: strerror(errno)))
        }
    }

    /// The hosts that have a mount namespace.
    func hosts() -> [String] {
        directoryEntries(location.mountNamespaces).filter {
            NetworkNamespace(path: "\(location.mountNamespaces)/\($0)").exists
        }
    }

    /// The numbers of the network namespaces that are bound below a host's own `/run`: those of its containers.
    func containerNamespaces(of host: String) async -> Set<UInt64> {
        guard let mounts = try? await mounts(of: host) else { return [] }
        let own = Set(mounts.filter { $0.point == "/run" && $0.source == Self.source }.map(\.id))
        return Set(
            mounts.compactMap { mount in
                guard own.contains(mount.parent), mount.root.hasPrefix("net:[") else { return nil }
                return UInt64(mount.root.dropFirst(5).dropLast())
            })
    }

    private static let detach: Int32 = 2  // MNT_DETACH, which the Glibc module does not show

    private func buildNamespace(of host: String) async throws(LabError) {
        // The kernel binds a mount namespace only from within one with a lower number, and processors hand out numbers from
        // batches of their own: a lab in a young namespace may need some more attempts.
        for _ in 1..<20 where (try? await tryToBuildNamespace(of: host)) != nil { return }
        try await tryToBuildNamespace(of: host)
    }

    private func tryToBuildNamespace(of host: String) async throws(LabError) {
        let path = location.mountNamespace(of: host)
        if NetworkNamespace(path: path).exists { return }
        let descriptor = open(path, O_CREAT | O_RDONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .files(path: path, reason: String(cString: strerror(errno))) }
        close(descriptor)
        do {
            try await run([
                "unshare", "--mount=\(path)", "--propagation", "private",
                "mount", "-t", "tmpfs", "-o", "mode=755,nosuid,nodev", Self.source, "/run",
            ])
        } catch {
            while umount2(path, Self.detach) == 0 {}
            unlink(path)
            throw error
        }
    }

    private func mounts(of host: String) async throws(LabError) -> [MountLine] {
        let command = inside(host) + ["cat", "/proc/self/mountinfo"]
        let text = try await Launch.toEnd(command, scratch: location.directory)
        return text.split(separator: "\n").compactMap(MountLine.init)
    }

    private func inside(_ host: String) -> [String] {
        ["nsenter", "--mount=\(location.mountNamespace(of: host))", "--"]
    }

    private func write(_ text: String, to path: String) throws(LabError) {
        // Written in place: what is bound elsewhere is the file, not its name.
        guard let file = fopen(path, "we") else { throw .files(path: path, reason: String(cString: strerror(errno))) }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten else {
            throw .files(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func run(_ command: [String]) async throws(LabError) {
        _ = try await Launch.toEnd(command, scratch: location.directory)
    }

    private func make(_ folder: String) throws(LabError) {
        do {
            try makeDirectories(folder)
        } catch {
            throw .files(path: folder, reason: error.reason)
        }
    }

    private func mountPoints() -> [String] {
        (readText("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap(MountLine.init).map(\.point)
    }
}

/// A line of `/proc/PID/mountinfo` (proc(5)).
private struct MountLine {
    let id: Int
    let parent: Int
    let root: String
    let point: String
    let source: String

    init?(_ line: Substring) {
        let fields = line.split(separator: " ").map(String.init)
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 2, let id = Int(fields[0]),
            let parent = Int(fields[1])
        else { return nil }
        self.id = id
        self.parent = parent
        root = fields[3]
        point = fields[4]
        source = fields[dash + 2]
    }
}
