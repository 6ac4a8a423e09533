/// The control groups that a process is in.
struct ProcessControlGroups: Sendable, Hashable {
    /// What `/proc/PID/cgroup` says.
    let text: String

    init(text: String) { self.text = text }

    /// Looks at a process; an ended one is in none.
    init(of process: Int32) { self.init(text: FactFiles().text("/proc/\(process)/cgroup") ?? "") }

    /// The directory of the process's group for a controller: in a hierarchy of its own (version 1), or in the one for all.
    func directory(for controller: String) -> String? {
        let groups = text.split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }.filter { $0.count == 3 }
        if let own = groups.first(where: { $0[1].split(separator: ",").contains(Substring(controller)) }) {
            return "/sys/fs/cgroup/\(controller)\(own[2])"
        }
        return groups.first { $0[0] == "0" }.map { "/sys/fs/cgroup\($0[2])" }
    }

    /// Lets the processes go on if they are frozen.
    func thaw() {
        guard let directory = directory(for: "freezer") else { return }
        // Each version has one of the two.
        try? FileBytes.write("THAWED", to: directory + "/freezer.state")
        try? FileBytes.write("0", to: directory + "/cgroup.freeze")
    }
}
