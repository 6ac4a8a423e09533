import Glibc

/// What every container finds in its root file system whatever the image brings: places to mount at, the device nodes
/// that reach nothing of the host, and the links to them that programs expect.
enum StandardFiles {
    /// Makes what is missing. Device nodes need root; without it they are left out.
    /// - Throws: `ImageError`, with the code `broken` when the image has something else in the place of a directory.
    static func complete(_ tree: Tree) throws {
        for (path, mode) in directories { try makeDirectory(path, mode, tree) }
        for (path, target) in links { try makeLink(path, target, tree) }
        guard geteuid() == 0 else { return }
        for (path, minor) in devices { try makeDevice(path, minor, tree) }
    }

    private static let directories: [(String, mode_t)] = [
        ("dev", 0o755), ("dev/pts", 0o755), ("dev/shm", 0o1777), ("proc", 0o555), ("sys", 0o555), ("run", 0o755),
        ("tmp", 0o1777),
    ]

    private static let links: [(String, String)] = [
        ("dev/fd", "/proc/self/fd"), ("dev/stdin", "/proc/self/fd/0"), ("dev/stdout", "/proc/self/fd/1"),
        ("dev/stderr", "/proc/self/fd/2"), ("dev/ptmx", "pts/ptmx"),
    ]

    /// With the minor number; the major one is 1 (memory devices), and 5 for `tty`.
    private static let devices: [(String, UInt32)] = [
        ("dev/null", 3), ("dev/zero", 5), ("dev/full", 7), ("dev/random", 8), ("dev/urandom", 9), ("dev/tty", 0),
    ]

    private static func makeDirectory(_ path: String, _ mode: mode_t, _ tree: Tree) throws {
        let place = EntryPath(unchecked: Array(path.utf8))
        if let status = try tree.status(of: place) {
            // An image may have /tmp and /run somewhere else. The others are mounted on and must be what they say.
            let mayBeLink = path == "run" || path == "tmp"
            guard status.isDirectory || mayBeLink && status.st_mode & S_IFMT == S_IFLNK else {
                throw ImageError(.broken, "the image has '/\(path)', but it is not a directory")
            }
            return
        }
        try tree.withPath(of: place) { full in
            guard mkdir(full, mode) == 0, chmod(full, mode) == 0 else { throw ImageError.system("create /\(path)") }
        }
    }

    private static func makeLink(_ path: String, _ target: String, _ tree: Tree) throws {
        let place = EntryPath(unchecked: Array(path.utf8))
        try tree.remove(place)
        guard tree.withPath(of: place, { symlink(target, $0) }) == 0 else { throw ImageError.system("link /\(path)") }
    }

    private static func makeDevice(_ path: String, _ minor: UInt32, _ tree: Tree) throws {
        let place = EntryPath(unchecked: Array(path.utf8))
        try tree.remove(place)
        // The number of a device as the kernel packs it, for numbers below 256.
        let device = dev_t((path == "dev/tty" ? 5 : 1) << 8 | minor)
        try tree.withPath(of: place) { full in
            guard mknod(full, S_IFCHR | 0o666, device) == 0, chmod(full, 0o666) == 0 else {
                throw ImageError.system("create /\(path)")
            }
        }
    }
}

extension stat {
    /// Whether it is a directory.
    var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }

    /// Whether it is a regular file.
    var isRegular: Bool { st_mode & S_IFMT == S_IFREG }
}
