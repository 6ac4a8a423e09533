import FleetModel
import FoundationEssentials
import Glibc
import HostAgent

/// Several hosts on one machine, for demonstrations and end-to-end tests.
///
/// Each host is a network namespace, and a mount namespace with a `/run` of its own; agents and control plane are
/// ordinary processes of this program, started inside. `up` makes what is missing and may be repeated at any time, also
/// after processes were killed or an earlier `up` was ended half-way. `down` does not believe the record: it looks
/// for everything that carries the lab's names or is in the lab's namespaces and control groups, and removes it.
///
/// A simulated lab has the processes only.
public struct Lab: Sendable {
    /// Where the lab is kept.
    public let location: LabLocation

    /// The lab at a location, up or not.
    public init(_ location: LabLocation = LabLocation()) { self.location = location }

    // MARK: Up

    /// Makes the lab that is planned, or what is missing of it.
    /// - Parameter processes: what is to run; `plan.processes` unless a test runs something else.
    /// - Throws: `LabError`. What was made stays; `down` removes it.
    public func up(_ plan: LabPlan, processes: [LabProcess]? = nil) async throws(LabError) {
        var plan = plan
        plan.location = location
        guard (1...200).contains(plan.hostCount) else { throw .hostCount(plan.hostCount) }
        if plan.kind == .real {
            guard geteuid() == 0 else { throw .notRoot }
            try LabWiring(plan: plan).refuseCollisions()
        }
        try make(location.directory)
        let lock = try LabLock(location.lockFile)
        defer { lock.release() }

        let intended = processes ?? plan.processes
        var record = LabRecord.load(location) ?? LabRecord(plan: plan, intended: intended)
        try refuseOther(record.plan, than: plan)
        record.plan = plan
        record.intended = intended
        try record.save()
        for folder in ["\(location.directory)/logs", location.controlPlane, location.images] { try make(folder) }
        for name in ["gateway"] + plan.hostNames { try make(location.state(of: name)) }
        if plan.runtime == .docker { try writeContainerdSettings(plan) }
        if plan.kind == .real { try await buildNamespaces(plan) }
        for process in intended { try await start(process, &record) }
        // A process that cannot work says so at once, and is found out here rather than by a puzzled user.
        try? await Task.sleep(for: .milliseconds(200))
        for process in record.processes where !process.identity.isRunning {
            throw .process(name: process.name, reason: "ended after its start", log: endOfLog(process.name))
        }
    }

    /// Without the machine's settings, and without what serves Kubernetes.
    private func writeContainerdSettings(_ plan: LabPlan) throws(LabError) {
        let text = "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n"
        for name in plan.hostNames {
            let path = location.containerdSettings(of: name)
            do {
                try Data(text.utf8).write(to: URL(filePath: path))
            } catch {
                throw .files(path: path, reason: "\(error)")
            }
        }
    }

    private func refuseOther(_ present: LabPlan, than plan: LabPlan) throws(LabError) {
        guard present.kind == plan.kind, present.hostCount <= plan.hostCount, present.networks == plan.networks,
            present.differ == plan.differ, present.runtime == plan.runtime
        else {
            throw .differs(detail: "\(present.kind.rawValue), \(present.hostCount) hosts, \(present.networks.hosts)")
        }
    }

    private func buildNamespaces(_ plan: LabPlan) async throws(LabError) {
        do {
            try await LabWiring(plan: plan).build()
        } catch {
            throw .refused(error.description)
        }
        let mounts = LabMounts(location: location)
        try await mounts.build(hosts: plan.hostNames)
        guard plan.differ else { return }
        for (index, host) in plan.hostNames.enumerated() {
            try await mounts.apply(LabDifference(ofHost: index), to: host, executable: plan.executable)
        }
    }

    private func start(_ process: LabProcess, _ record: inout LabRecord) async throws(LabError) {
        if record.processes.contains(where: { $0.name == process.name && $0.identity.isRunning }) { return }
        if let file = process.requiredFile, !(await waitUntil(.seconds(15), { access(file, R_OK) == 0 })) {
            let first = record.processes.first?.name ?? process.name
            throw .process(name: process.name, reason: "waits in vain for \(file)", log: endOfLog(first))
        }
        var command: [String] = []
        if process.networkNamespace != nil || process.mountNamespace != nil {
            command = ["nsenter"] + (process.networkNamespace.map { ["--net=\($0)"] } ?? [])
            command += process.mountNamespace.map { ["--mount=\($0)"] } ?? []
            command += ["--"]
        }
        command += [process.program ?? record.plan.executable] + process.arguments
        let identity = try Launch.detached(command, log: location.log(of: process.name))
        record.processes.removeAll { $0.name == process.name }
        record.processes.append(RecordedProcess(name: process.name, identity: identity))
        try record.save()
    }

    private func endOfLog(_ name: String) -> String {
        (readText(location.log(of: name)) ?? "").split(separator: "\n").suffix(10).joined(separator: "\n")
    }

    // MARK: Status

    /// How the lab stands.
    public func status() -> LabStatus {
        let record = LabRecord.load(location)
        let processes = (record?.intended ?? []).map { process in
            let started = record?.processes.first { $0.name == process.name }?.identity
            return LabProcessStatus(
                name: process.name, processID: started?.processID, isRunning: started?.isRunning ?? false,
                log: location.log(of: process.name))
        }
        return LabStatus(
            plan: record?.plan, processes: processes,
            namespaces: networkNamespaceNames()
                + LabMounts(location: location).hosts().map { "mount:\($0)" })
    }

    // MARK: Down

    /// Ends and removes everything of the lab. Succeeds when nothing is there.
    /// - Parameter purge: whether the images are removed too.
    public func down(purge: Bool = false) async throws(LabError) {
        if access(location.directory, F_OK) == 0 {
            let lock = try LabLock(location.lockFile)
            defer { lock.release() }
            try await removeAll()
        } else {
            try await removeAll()
        }
        try removeFiles(purge: purge)
    }

    private func removeAll() async throws(LabError) {
        let recorded = LabRecord.load(location)?.processes.map(\.identity) ?? []
        try await ProcessTable.end(recorded.filter(\.isRunning), groups: true, patience: .seconds(10))
        // What those left behind, and what a lost record does not tell of. Twice: a process may have been starting another.
        let namespaces = await namespaceNumbers()
        for _ in 1...2 {
            LabControlGroups(location: location).thaw()
            let rest = ProcessTable.all().filter { process in
                ProcessTable.namespace("net", of: process).map(namespaces.contains) ?? false
                    || ProcessTable.namespace("mnt", of: process).map(namespaces.contains) ?? false
                    || ProcessTable.isMember(process, of: location.controlGroup)
            }
            try await ProcessTable.end(rest, patience: .seconds(3))
        }
        try LabMounts(location: location).remove()
        for namespace in networkNamespaces() {
            do {
                try namespace.remove()
            } catch {
                throw .refused(error.description)
            }
        }
        try LabControlGroups(location: location).remove()
    }

    private func removeFiles(purge: Bool) throws(LabError) {
        var paths = [
            location.stateFile, location.controlPlane, "\(location.directory)/hosts", "\(location.directory)/logs",
            location.dumps, "\(location.shared)/containers", "\(location.shared)/uploads", location.mountNamespaces,
            location.differences, location.lockFile,
        ]
        if purge { paths.append(location.images) }
        for path in paths where access(path, F_OK) == 0 {
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                throw .files(path: path, reason: "\(error)")
            }
        }
        // Only when they are empty.
        for path in [location.images, location.shared, location.directory, location.runDirectory] { rmdir(path) }
    }

    /// The numbers of the lab's network and mount namespaces, those of containers among them.
    private func namespaceNumbers() async -> Set<UInt64> {
        let mounts = LabMounts(location: location)
        // A file that an interrupted `up` left may not stand for a namespace yet.
        var numbers = Set(
            networkNamespaces().filter(\.exists).compactMap { ProcessTable.namespaceNumber($0.path) })
        for host in mounts.hosts() {
            numbers.formUnion(await mounts.containerNamespaces(of: host))
            if let number = ProcessTable.namespaceNumber(location.mountNamespace(of: host)) { numbers.insert(number) }
        }
        // Whatever the files say: the machine's own namespaces are not the lab's.
        for kind in ["net", "mnt"] {
            if let own = ProcessTable.namespaceNumber("/proc/self/ns/\(kind)") { numbers.remove(own) }
        }
        return numbers
    }

    private func networkNamespaces() -> [NetworkNamespace] {
        networkNamespaceNames().map { NetworkNamespace(path: "\(LabLocation.namespaceFolder)/\($0)") }
    }

    private func networkNamespaceNames() -> [String] {
        directoryEntries(LabLocation.namespaceFolder).filter(location.owns(namespaceFile:))
    }

    private func make(_ folder: String) throws(LabError) {
        do {
            try makeDirectories(folder)
        } catch {
            throw .files(path: folder, reason: error.reason)
        }
    }
}

/// Keeps two commands from working on one lab at once. The kernel lets go of it when the process ends.
struct LabLock {
    private let descriptor: Int32

    init(_ path: String) throws(LabError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .files(path: path, reason: String(cString: strerror(errno))) }
        // Between fork and exec of a program that this process starts, the child holds the lock for a moment too.
        for attempt in 1... {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard attempt < 40 else { break }
            usleep(50_000)
        }
        close(descriptor)
        throw .busy(lock: path)
    }

    func release() {
        // A process that another thread is just starting may hold a copy of the descriptor until it runs its program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
