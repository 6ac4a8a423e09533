import FleetModel
import Glibc
import HostAgent
import Synchronization
import SystemSupport

@testable import Lab

/// Looks again and again, on a thread of its own, how many copies of a container run on all hosts together. A copy that
/// the kernel holds stopped does not run.
final class CopyWatch: Sendable {
    private let most: Atomic<Int>
    private let isEnding: Atomic<Bool>
    private let container: ContainerName
    private let command: String
    private let location: LabLocation

    /// Begins. The container's own process is known by its command's name.
    init(_ container: ContainerName, command: String, in location: LabLocation) {
        most = Atomic(0)
        isEnding = Atomic(false)
        self.container = container
        self.command = command
        self.location = location
        Task { await onOwnThread { self.look() } }
    }

    /// The most copies that were seen to run at once.
    var mostAtOnce: Int { most.load(ordering: .relaxed) }

    /// Ends it.
    func end() { isEnding.store(true, ordering: .relaxed) }

    /// The hosts on which a copy runs, now.
    func hosts() -> [HostName] {
        guard let root = Self.root(of: location) else { return [] }
        return directoryEntries(root).filter { $0.hasPrefix("host") }.flatMap { host in
            directoryEntries("\(root)/\(host)").filter { $0.hasPrefix("\(container).") }.flatMap { stay in
                (readText("\(root)/\(host)/\(stay)/cgroup.procs") ?? "").split(separator: "\n").filter(runs)
                    .compactMap { _ in try? HostName(host) }
            }
        }
    }

    private func look() {
        while !isEnding.load(ordering: .relaxed) {
            let now = hosts().count
            if now > most.load(ordering: .relaxed) { most.store(now, ordering: .relaxed) }
            usleep(1000)
        }
    }

    private func runs(_ process: Substring) -> Bool {
        // `4711 (echo) S 1 …`, see proc(5).
        guard let text = readText("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return false }
        let state = text[text.index(after: end)...].split(separator: " ").first ?? "X"
        return text[..<end].hasSuffix("(\(command)") && ["R", "S", "D"].contains(state)
    }

    /// The lab's folder in a hierarchy of control groups that containers are in.
    private static func root(of location: LabLocation) -> String? {
        ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].map { "\($0)/\(location.controlGroup)" }
            .first { access($0, F_OK) == 0 }
    }
}
