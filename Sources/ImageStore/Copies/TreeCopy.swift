import CArchive
import Glibc

/// Copies a tree that nobody changes: contents with their holes, kinds, owners, modes, times, hard links, and of extended
/// attributes those that an image may have.
struct TreeCopy {
    private let source: Tree
    private let target: Tree
    /// Where files with several names have been put.
    private var known: [FileNumber: EntryPath] = [:]

    private struct FileNumber: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    /// Fills an empty directory with what is in another one.
    static func make(of source: String, in target: String) throws {
        var copy = TreeCopy(source: try Tree(source), target: try Tree(target))
        try copy.copy(.root)
    }

    private init(source: Tree, target: Tree) {
        self.source = source
        self.target = target
    }

    private mutating func copy(_ path: EntryPath) throws {
        guard let status = try source.status(of: path) else { throw ImageError(.broken, "'\(path)' is gone") }
        if status.st_mode & S_IFMT != S_IFDIR, status.st_nlink > 1 {
            let number = FileNumber(device: status.st_dev, inode: status.st_ino)
            if let first = known[number] { return try link(first, path) }
            known[number] = path
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            if path != .root { try check(target.withPath(of: path) { mkdir($0, 0o700) }, path) }
            for name in try source.names(in: path) { try copy(path.appending(name)) }
        case S_IFREG: try copyContent(of: path)
        case S_IFLNK: try copyLink(path)
        default:
            let mode = status.st_mode & S_IFMT | 0o600
            try check(target.withPath(of: path) { mknod($0, mode, status.st_rdev) }, path)
        }
        try copyProperties(of: path, status)
    }

    private func link(_ first: EntryPath, _ path: EntryPath) throws {
        let result = target.withPath(of: first) { old in target.withPath(of: path) { Glibc.link(old, $0) } }
        try check(result, path)
    }

    private func copyContent(of path: EntryPath) throws {
        let from = try OpenFile(
            source.withPath(of: path) { open($0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }, "read '\(path)'")
        let to = try OpenFile(
            target.withPath(of: path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }, "create '\(path)'")
        try from.use { from in try to.use { to in try FileCopy.copy(from, to: to) } }
    }

    private func copyLink(_ path: EntryPath) throws {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = source.withPath(of: path) { readlink($0, &text, text.count - 1) }
        try check(Int32(clamping: count), path)
        try check(target.withPath(of: path) { symlink(text, $0) }, path)
    }

    /// Owner first: a change of it takes away rights that mode and attributes give.
    private func copyProperties(of path: EntryPath, _ status: stat) throws {
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if geteuid() == 0 { try check(target.withPath(of: path) { lchown($0, status.st_uid, status.st_gid) }, path) }
        if !isLink { try check(target.withPath(of: path) { chmod($0, status.st_mode & 0o7777) }, path) }
        try copyAttributes(of: path)
        let times = [status.st_atim, status.st_mtim]
        try check(target.withPath(of: path) { utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) }, path)
    }

    private func copyAttributes(of path: EntryPath) throws {
        var names = [CChar](repeating: 0, count: 1 << 16)
        let count = source.withPath(of: path) { llistxattr($0, &names, names.count) }
        guard count >= 0 else {
            if errno == ENOTSUP { return }
            throw ImageError.system("read the attributes of '\(path)'")
        }
        for name in names[..<count].split(separator: 0) where Self.isKept(name) {
            let name = Array(name) + [0]
            var value = [UInt8](repeating: 0, count: 1 << 16)
            let size = source.withPath(of: path) { lgetxattr($0, name, &value, value.count) }
            try check(Int32(clamping: size), path)
            try check(target.withPath(of: path) { lsetxattr($0, name, value, size, 0) }, path)
        }
    }

    /// Others, such as overlayfs's and security modules', belong to the place and not to the file.
    private static func isKept(_ name: ArraySlice<CChar>) -> Bool {
        let text = String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.hasPrefix("user.") && !text.hasPrefix("user.overlay.") || text == "security.capability"
            || text.hasPrefix("system.posix_acl_")
    }

    private func check(_ result: Int32, _ path: EntryPath) throws {
        guard result >= 0 else { throw ImageError.system("copy '\(path)'") }
    }
}
