import FleetModel
import Glibc

/// Where the files lie that a container's processes watch with inotify or fanotify.
///
/// The kernel tells a watched file by its number alone, and an overlay that can move to other hosts does not open files by
/// number. So CRIU is told the paths, which it compares with the numbers itself.
struct WatchedFiles: Sendable {
    /// The container's root as this host sees it.
    let root: String
    /// What the container wrote itself: most of what is watched is in it, and it is small.
    let upper: String

    /// How many files are looked at in the whole root; it holds an image, which may be of any size.
    private static let most = 300_000

    /// The paths in the container of all that is watched and is still there, those of folders last: CRIU searches a folder
    /// that it was told of for what it looks for.
    func paths(watchedBy family: Set<Int32>) -> [String] {
        var status = stat()
        guard lstat(root, &status) == 0 else { return [] }
        let device = status.st_dev
        var missing = Set(family.flatMap { Self.numbers(watchedBy: $0, on: device) })
        guard !missing.isEmpty else { return [] }
        var found: [(path: String, isFolder: Bool)] = []
        var left = Self.most
        for tree in [upper, root] where !missing.isEmpty {
            look(in: tree, at: "", device, for: &missing, &found, &left)
        }
        return found.sorted { first, second in
            first.isFolder == second.isFolder ? first.path.count > second.path.count : !first.isFolder
        }.map { $0.path.isEmpty ? "/" : $0.path }
    }

    /// Follows the names of a tree, and asks the root for the numbers.
    private func look(
        in tree: String, at path: String, _ device: dev_t, for missing: inout Set<UInt64>,
        _ found: inout [(path: String, isFolder: Bool)], _ left: inout Int
    ) {
        var status = stat()
        guard !missing.isEmpty, left > 0, lstat(root + path, &status) == 0 else { return }
        left -= 1
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        // Another file system that is mounted there has numbers of its own.
        guard !isFolder || status.st_dev == device else { return }
        if missing.remove(UInt64(status.st_ino)) != nil { found.append((path, isFolder)) }
        guard isFolder else { return }
        for name in FileTree.names(in: tree + path) {
            look(in: tree, at: "\(path)/\(name)", device, for: &missing, &found, &left)
        }
    }

    /// The numbers of the files on a file system that a process watches.
    private static func numbers(watchedBy process: Int32, on device: dev_t) -> [UInt64] {
        let files = FactFiles()
        let wanted = number(ofFileSystem: device)
        return FileTree.names(in: "/proc/\(process)/fd").flatMap { descriptor -> [UInt64] in
            let link = files.link("/proc/\(process)/fd/\(descriptor)") ?? ""
            guard ["anon_inode:inotify", "anon_inode:[fanotify]"].contains(link) else { return [] }
            let lines = (files.text("/proc/\(process)/fdinfo/\(descriptor)") ?? "").split(separator: "\n")
            return lines.compactMap { line in
                let fields = line.split(separator: " ")
                guard ["inotify", "fanotify"].contains(fields.first),
                    Self.field("sdev:", of: fields) == wanted
                else { return nil }
                return Self.field("ino:", of: fields)
            }
        }
    }

    /// As the kernel prints it: a kind, and in the lower 20 bits which one it is. stat(2) mixes the two for the sake of old
    /// programs.
    private static func number(ofFileSystem device: dev_t) -> UInt64 {
        let kind = device >> 8 & 0xfff | device >> 32 & ~0xfff
        let which = device & 0xff | device >> 12 & 0xffff_ff00
        return UInt64(kind << 20 | which)
    }

    private static func field(_ name: String, of fields: [Substring]) -> UInt64? {
        fields.first { $0.hasPrefix(name) }.flatMap { UInt64($0.dropFirst(name.count), radix: 16) }
    }
}
