import FleetModel
import FoundationEssentials
import Glibc

/// Directories of the agent's own.
enum FileTree {
    /// Makes a directory and those above it, for the owner only. Succeeds when it is there.
    static func make(_ path: String) throws(StepFailure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw StepFailure("make \(path)", errno: errno)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StepFailure("make \(path)", errno: errno) }
    }

    /// Makes a directory and those above it, through which all users may pass. Succeeds when it is there.
    /// - Throws: `runtimeFailed` when they may not, since one of them was there and is closed to them.
    static func makePassable(_ path: String) throws(StepFailure) {
        var made: [String] = []
        var place = path
        while !exists(place), place != "/", !place.isEmpty {
            made.append(place)
            place = parent(of: place)
        }
        for path in made.reversed() {
            guard mkdir(path, 0o711) == 0 || errno == EEXIST, chmod(path, 0o711) == 0 else {
                throw StepFailure("make \(path)", errno: errno)
            }
        }
        while true {
            var status = stat()
            guard stat(place, &status) == 0 else { throw StepFailure("look at \(place)", errno: errno) }
            guard status.st_mode & S_IXOTH != 0 else {
                throw StepFailure(
                    code: .runtimeFailed,
                    message: "\(path) must be open to pass through for all users, as containers' users are among them: "
                        + "chmod o+x \(place)")
            }
            if place == "/" || place == "." { return }
            place = parent(of: place)
        }
    }

    /// Removes a file or directory with all that is in it. Succeeds when it is not there.
    static func remove(_ path: String) throws(StepFailure) {
        guard exists(path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            guard exists(path) else { return }
            throw StepFailure(code: .runtimeFailed, message: "cannot remove \(path)", toolMessage: "\(error)")
        }
    }

    /// Whether there is something at a path; a link counts as itself.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The names in a directory; none when it is not there.
    static func names(in path: String) -> [String] { entries(in: path).map(\.name).sorted() }

    /// The names of the folders in a directory; none when it is not there. For file systems that say in a listing what is
    /// what, as the kernel's own do.
    static func folders(in path: String) -> [String] { entries(in: path).filter(\.isFolder).map(\.name) }

    private static func entries(in path: String) -> [(name: String, isFolder: Bool)] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var entries: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { entries.append((name, entry.pointee.d_type == UInt8(DT_DIR))) }
        }
        return entries
    }

    /// The sizes of the files in a directory, in bytes.
    static func bytes(in path: String) -> Int {
        names(in: path).reduce(0) { sum, name in
            var status = stat()
            return lstat("\(path)/\(name)", &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }
}
