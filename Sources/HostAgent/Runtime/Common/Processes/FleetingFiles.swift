import FleetModel

/// Files of `/proc` that a container's processes have open, and that are not there yet when CRIU opens them anew: it makes
/// threads last of all, and descriptors one after the other; or not there any more, as those of processes that have ended.
/// Such a container could be restored nowhere.
///
/// Nearly always somebody reads one at just that moment, and is done with it at the next.
enum FleetingFiles {
    /// The first that is found; `nil` when there is none. Blocks its thread, for about a microsecond for each descriptor.
    static func first(of family: Set<Int32>) -> String? {
        let files = FactFiles()
        for process in family.sorted() {
            let folder = "/proc/\(process)/fd"
            for name in FileTree.names(in: folder) {
                guard let path = files.link("\(folder)/\(name)") else { continue }
                if isFleeting(path) || isOfDead(path, seenBy: process) { return path }
            }
        }
        return nil
    }

    /// Whether a path names something of a process that is not there any more.
    private static func isOfDead(_ path: String, seenBy process: Int32) -> Bool {
        guard path.hasPrefix("/proc/") else { return false }
        let number = path.dropFirst("/proc/".count).prefix { $0 != "/" && $0 != " " }
        return Int32(number) != nil && !FileTree.exists("/proc/\(process)/root/proc/\(number)")
    }

    /// Whether a path names a file of a thread that is not its process's first, or of a descriptor.
    static func isFleeting(_ path: String) -> Bool {
        guard path.hasPrefix("/proc/") else { return false }
        let parts = path.split(separator: "/")
        guard parts.count >= 4 else { return false }
        return parts.contains("fdinfo") || parts[2] == "task" && parts[3] != parts[1]
    }
}

extension StepFailure {
    /// The failure of a move of a container that could not be restored anywhere.
    static func fleetingFile(_ path: String, stops: Int) -> StepFailure {
        StepFailure(
            code: .fleetingFile,
            message: "it had \(path) open whenever it was stopped, \(stops) times in a row; CRIU cannot open files of "
                + "threads, of descriptors and of processes that have ended anew")
    }

    /// Whether another moment may be better.
    var isOfTheMoment: Bool { code == .clientsWaiting || code == .fleetingFile }
}
