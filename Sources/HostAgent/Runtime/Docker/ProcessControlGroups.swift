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

    /// The directory, for a controller, of the group that a name stands for, in which the process is or in one below it.
    func directory(for controller: String, named name: String) -> String? {
        guard let directory = directory(for: controller) else { return nil }
        let parts = directory.split(separator: "/", omittingEmptySubsequences: false)
        guard let index = parts.firstIndex(where: { $0.contains(name) }) else { return directory }
        return parts[...index].joined(separator: "/")
    }

    /// Stops the processes of a group, and all that enters it.
    /// - Returns: whether they stand still. If not, they go on.
    func freeze(_ name: String, within limit: Duration = .seconds(5)) async -> Bool {
        guard let directory = directory(for: "freezer", named: name) else { return false }
        let isUnified = FileTree.exists(directory + "/cgroup.freeze")
        let (order, text, state, sign) =
            isUnified
            ? ("cgroup.freeze", "1", "cgroup.events", "frozen 1")
            : ("freezer.state", "FROZEN", "freezer.state", "FROZEN")
        let files = FactFiles()
        let deadline = ContinuousClock.now + limit
        while (try? FileBytes.write(text, to: "\(directory)/\(order)")) != nil {
            if files.text("\(directory)/\(state)")?.contains(sign) == true { return true }
            guard ContinuousClock.now < deadline, !Task.isCancelled else { break }
            try? await Task.sleep(for: .milliseconds(1))
        }
        thaw(name)
        return false
    }

    /// Lets the processes of a group go on if they are frozen.
    func thaw(_ name: String) {
        guard let directory = directory(for: "freezer", named: name) else { return }
        // Each version has one of the two.
        try? FileBytes.write("THAWED", to: directory + "/freezer.state")
        try? FileBytes.write("0", to: directory + "/cgroup.freeze")
    }
}
