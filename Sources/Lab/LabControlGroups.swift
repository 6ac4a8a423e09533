import Glibc

/// The control groups of a lab, in every hierarchy of the machine (there are several in version 1, one in version 2).
struct LabControlGroups: Sendable {
    let location: LabLocation

    /// The lab's group in each hierarchy, there or not.
    private var roots: [String] {
        (readText("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1,
                fields[dash + 1] == "cgroup" || fields[dash + 1] == "cgroup2"
            else { return nil }
            return "\(fields[4])/\(location.controlGroup)"
        }
    }

    /// The groups of the lab that are there, those inside others first.
    func present() -> [String] { roots.flatMap(tree) }

    /// Lets what is frozen go on. In version 1 a frozen process does not even end.
    func thaw() {
        for path in present() {
            for (file, text) in [("freezer.state", "THAWED"), ("cgroup.freeze", "0")] {
                let descriptor = open("\(path)/\(file)", O_WRONLY | O_CLOEXEC)
                guard descriptor >= 0 else { continue }
                _ = write(descriptor, text, text.utf8.count)
                close(descriptor)
            }
        }
    }

    /// Removes the groups. No process may be in them any more.
    func remove() throws(LabError) {
        for path in present() where rmdir(path) != 0 && errno != ENOENT {
            throw .files(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private func tree(_ path: String) -> [String] {
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else { return [] }
        return directoryEntries(path).flatMap { tree("\(path)/\($0)") } + [path]
    }
}
