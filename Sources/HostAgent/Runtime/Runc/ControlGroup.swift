import FleetModel
import Glibc

/// The control group of one stay: what its processes may use, and which they are.
///
/// Version 1 has a hierarchy for each controller, version 2 one for all. CRIU has no part in this: a worker is put into
/// the group before it restores, and what it restores inherits its place. While it works there are no limits, since its
/// own memory, its own process and its own haste must not be counted against the tenant's. They are put in force before
/// what was restored runs an instruction (`limitBesideWorker(to:)`); what the worker has taken of the memory until then is the
/// only thing that is still allowed beyond them, until the worker has ended and they hold as they are (`limit(to:)`).
struct ControlGroup: Sendable {
    /// Where the hierarchies are mounted: `/sys/fs/cgroup`, or another directory in a test.
    let root: String
    /// The group's path from the root of each hierarchy, such as `relocate/shop.12`.
    let name: String

    private static let controllers = ["memory", "cpu", "pids"]
    private var isUnified: Bool { FileTree.exists(root + "/cgroup.controllers") }

    /// The group's directory in each hierarchy.
    private var directories: [String] {
        if isUnified { return ["\(root)/\(name)"] }
        return (Self.controllers + ["devices"]).filter { FileTree.exists("\(root)/\($0)") }
            .map { "\(root)/\($0)/\(name)" }
    }

    /// Makes the group without limits, or lifts those it has. Devices other than the harmless ones are refused.
    func open() throws(StepFailure) {
        for directory in directories {
            if isUnified { try delegate() }
            try makeGroup(directory)
        }
        try write(memory: nil, cpus: nil, processes: nil)
        guard !isUnified, FileTree.exists("\(root)/devices") else { return }
        let devices = "\(root)/devices/\(name)"
        try FileBytes.write("a", to: devices + "/devices.deny")
        for rule in DeviceRule.allowed { try FileBytes.write(rule.line, to: devices + "/devices.allow") }
    }

    /// Puts the limits in force.
    /// - Throws: `StepFailure` when the group uses more already and cannot give it back; the other limits hold then.
    func limit(to limits: ResourceLimits) throws(StepFailure) {
        try write(memory: limits.memoryBytes, cpus: limits.cpus, processes: limits.processes)
    }

    /// Puts the limits in force while a worker is in the group, which holds the processes: to take it out would cost more time
    /// than the restore of a small container. It is one process more, and what it has taken of the memory stays counted until
    /// it ends: where that, with what is the tenant's, is more than the limit, no more than that can be had.
    /// - Throws: `StepFailure` when one of them cannot be put in force.
    func limitBesideWorker(to limits: ResourceLimits) throws(StepFailure) {
        let directory = isUnified ? "" : "memory/"
        let file = isUnified ? "memory.current" : "memory.usage_in_bytes"
        let surplus = try number(directory, file) - limits.memoryBytes
        if surplus > 0 {
            // As much as there is, and not every kernel has it. Of version 2 the kernel takes any limit, and ends what uses more.
            let setting = isUnified ? "memory.reclaim" : "memory.limit_in_bytes"
            let value = isUnified ? surplus : limits.memoryBytes
            try? FileBytes.write("\(value)", to: "\(root)/\(directory)\(name)/\(setting)")
        }
        let memory = max(limits.memoryBytes, try number(directory, file))
        try write(memory: memory, cpus: limits.cpus, processes: limits.processes + 1)
    }

    private func number(_ controller: String, _ file: String) throws(StepFailure) -> Int {
        let text = String(decoding: try FileBytes.read("\(root)/\(controller)\(name)/\(file)"), as: UTF8.self)
        return Int(text.prefix { !$0.isWhitespace }) ?? 0
    }

    /// Moves a process into the group.
    func add(_ process: Int32) throws(StepFailure) {
        for directory in directories { try FileBytes.write("\(process)", to: directory + "/cgroup.procs") }
    }

    /// The group's directory in the hierarchy that is asked for its members.
    var directory: String { directories.first ?? "\(root)/\(name)" }

    /// The processes in the group, and in groups that were made below it.
    var members: [Int32] { ProcessEntry.members(of: directory) }

    /// Kills all processes in the group and waits until it is empty.
    func killAll(patience: Duration = .seconds(10)) throws(StepFailure) {
        let deadline = ContinuousClock.now + patience
        while true {
            let members = members
            if members.isEmpty { return }
            // Those that are children of this process have an owner who waits for them.
            for process in members { kill(process, SIGKILL) }
            guard ContinuousClock.now < deadline else {
                throw StepFailure(code: .runtimeFailed, message: "processes \(members) of \(name) do not end")
            }
            usleep(2000)
        }
    }

    /// Removes the group, with those below it, which must be empty. Succeeds when it is not there.
    func remove() throws(StepFailure) {
        for directory in directories { try remove(directory) }
    }

    private func remove(_ directory: String) throws(StepFailure) {
        for name in FileTree.folders(in: directory) { try remove("\(directory)/\(name)") }
        var tries = 0
        while rmdir(directory) != 0, errno != ENOENT {
            // The kernel frees a group some time after its last process.
            guard errno == EBUSY, tries < 500 else { throw StepFailure("remove \(directory)", errno: errno) }
            tries += 1
            usleep(2000)
        }
    }

    private func write(memory: Int?, cpus: Double?, processes: Int?) throws(StepFailure) {
        let period = 100_000
        let quota = cpus.map { max(1000, Int($0 * Double(period))) }
        let settings: [(controller: String, file: String, value: String)] =
            if isUnified {
                [
                    ("", "memory.max", memory.map { "\($0)" } ?? "max"),
                    ("", "cpu.max", "\(quota.map { "\($0)" } ?? "max") \(period)"),
                    ("", "pids.max", processes.map { "\($0)" } ?? "max"),
                ]
            } else {
                [
                    ("memory/", "memory.limit_in_bytes", "\(memory ?? -1)"),
                    ("cpu/", "cpu.cfs_period_us", "\(period)"),
                    ("cpu/", "cpu.cfs_quota_us", "\(quota ?? -1)"),
                    ("pids/", "pids.max", processes.map { "\($0)" } ?? "max"),
                ]
            }
        // What one controller refuses keeps no other from holding.
        var refusal: StepFailure?
        for setting in settings {
            let file = "\(root)/\(setting.controller)\(name)/\(setting.file)"
            do { try FileBytes.write(setting.value, to: file) } catch { refusal = refusal ?? error }
        }
        if let refusal { throw refusal }
    }

    /// Version 2: a group has the controllers that every group above it hands down.
    private func delegate() throws(StepFailure) {
        var directory = root
        for part in name.split(separator: "/") {
            try makeGroup(directory)
            let wanted = Self.controllers.map { "+\($0)" }.joined(separator: " ")
            try FileBytes.write(wanted, to: directory + "/cgroup.subtree_control")
            directory += "/\(part)"
        }
    }

    private func makeGroup(_ directory: String) throws(StepFailure) {
        if mkdir(directory, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = directory.lastIndex(of: "/") else {
            throw StepFailure("make the control group \(directory)", errno: errno)
        }
        try makeGroup(String(directory[..<slash]))
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
            throw StepFailure("make the control group \(directory)", errno: errno)
        }
    }
}
