import Glibc
import HostAgent

/// Names a process for good: numbers are used again, start times are not.
struct ProcessIdentity: Codable, Sendable, Hashable {
    var processID: Int32
    /// In clock ticks since boot.
    var startTime: UInt64

    /// The process that has this number now; `nil` when there is none, or only what its parent has not yet fetched.
    init?(running processID: Int32) {
        guard let status = ProcessStatus(of: processID), !status.hasEnded else { return nil }
        self.processID = processID
        startTime = status.startTicks
    }

    /// A process that this one has started and not yet fetched, whether it runs or has ended.
    init(child processID: Int32) {
        self.processID = processID
        startTime = ProcessStatus(of: processID)?.startTicks ?? 0
    }

    /// Whether the very process still runs. One that was started by this process and has ended is fetched.
    var isRunning: Bool {
        var status: Int32 = 0
        // A child runs until it can be fetched.
        if waitpid(processID, &status, WNOHANG) == 0 { return ProcessIdentity(child: processID) == self }
        return ProcessIdentity(running: processID) == self
    }
}

/// All processes of the machine, as `/proc` shows them.
enum ProcessTable {
    /// Every running process but this one.
    static func all() -> [ProcessIdentity] {
        let own = getpid()
        return directoryEntries("/proc").compactMap { Int32($0) }.filter { $0 != own }
            .compactMap(ProcessIdentity.init(running:))
    }

    /// The number of the namespace that a process is in; `kind` is `net` or `mnt`.
    static func namespace(_ kind: String, of process: ProcessIdentity) -> UInt64? {
        namespaceNumber("/proc/\(process.processID)/ns/\(kind)")
    }

    /// The number of the namespace that a file stands for.
    static func namespaceNumber(_ path: String) -> UInt64? {
        var information = stat()
        return stat(path, &information) == 0 ? UInt64(information.st_ino) : nil
    }

    /// Whether a process is in a control group, or in one below it, in any hierarchy.
    static func isMember(_ process: ProcessIdentity, of group: String) -> Bool {
        (readText("/proc/\(process.processID)/cgroup") ?? "").split(separator: "\n").contains { line in
            // `4:memory:/rl-lab/host1/shop.0`
            let path = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
            return "\(path)/".hasSuffix("/\(group)/") || path.contains("/\(group)/")
        }
    }

    /// Ends processes: SIGTERM, and SIGKILL for those that are still there after the patience.
    /// - Parameter groups: whether what they started in their process groups ends with them.
    /// - Throws: `LabError.survivors` when some outlive SIGKILL by ten seconds.
    static func end(
        _ processes: [ProcessIdentity], groups: Bool = false, patience: Duration
    ) async throws(LabError) {
        for (signal, limit) in [(SIGTERM, patience), (SIGKILL, .seconds(10))] {
            for process in processes where process.isRunning {
                let isLeader = groups && getpgid(process.processID) == process.processID
                kill(isLeader ? -process.processID : process.processID, signal)
            }
            if await waitUntil(limit, { !processes.contains(where: \.isRunning) }) { return }
        }
        throw .survivors(processes.filter(\.isRunning).map(\.processID))
    }
}

/// Waits for a condition, at most so long, and says whether it was met.
func waitUntil(_ limit: Duration, _ condition: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < end else { return false }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return true
}

/// The content of a small text file; `nil` when it cannot be read.
func readText(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { break }
        bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The names in a folder; none when it is not there.
func directoryEntries(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}
