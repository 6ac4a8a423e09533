import CArchive
import Glibc

/// A directory tree that is being unpacked or packed. Nobody else may change it meanwhile.
final class Tree {
    private let root: [UInt8]
    private let directory: OpenFile

    /// Opens a tree.
    /// - Parameter path: An existing directory.
    init(_ path: String) throws {
        directory = try OpenFile(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the directory \(path)")
        root = try directory.use { try Self.location(of: $0) }
    }

    /// Does something with the full path of a file, whose directories hold no symbolic link.
    func withPath<Value>(of path: EntryPath, _ body: (UnsafePointer<CChar>) throws -> Value) rethrows -> Value {
        let full = path.bytes.isEmpty ? root : root + [UInt8(ascii: "/")] + path.bytes
        return try (full + [0]).withUnsafeBufferPointer { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { preconditionFailure("a path ends in NUL") }
                return try body(start)
            }
        }
    }

    /// Whether the full path of a file is short enough for system calls.
    func fits(_ path: EntryPath) -> Bool { root.count + 1 + path.bytes.count < Int(PATH_MAX) }

    /// What is known of a file, `nil` when there is none; a symbolic link is not followed.
    func status(of path: EntryPath) throws -> stat? {
        var status = stat()
        guard withPath(of: path, { lstat($0, &status) }) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw ImageError.system("look at \(path)") }
            return nil
        }
        return status
    }

    /// Where a path of an archive really lies: its directories' symbolic links are followed as long as they stay in the
    /// tree. The last component is taken as it is. Directories that are not there yet are taken as they will be.
    /// - Throws: `ImageError` with the code `escapes` when a link leads out of the tree, `broken` when a directory is
    ///   none.
    func resolve(_ path: EntryPath) throws -> EntryPath {
        guard let parent = path.parent else { return path }
        guard let location = try resolveDirectory(parent, for: path) else {
            return try resolve(parent).appending(path.name)
        }
        return location.appending(path.name)
    }

    private func resolveDirectory(_ parent: EntryPath, for path: EntryPath) throws -> EntryPath? {
        guard !parent.bytes.isEmpty else { return .root }
        let descriptor = (parent.bytes + [0]).withUnsafeBytes { bytes in
            let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return directory.use { archive_open_beneath($0, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        }
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT where try status(of: parent) == nil: return nil
            case ENOENT:
                throw ImageError(.broken, "'\(path)' lies in '\(parent)', which is a symbolic link to nothing")
            case EXDEV, ELOOP:
                throw ImageError(.escapes, "'\(path)' leads through a symbolic link out of the archive's tree")
            case ENOTDIR:
                throw ImageError(.broken, "'\(path)' lies in '\(parent)', which is not a directory")
            default: throw ImageError.system("look at \(parent)")
            }
        }
        defer { close(descriptor) }
        return EntryPath(unchecked: Array(try Self.location(of: descriptor).dropFirst(root.count + 1)))
    }

    private static func location(of descriptor: Int32) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/fd/\(descriptor)", $0, text.count) } ?? 0
            }
        }
        guard count > 0, count < buffer.count else { throw ImageError.system("find the path of a directory") }
        return Array(buffer[..<count])
    }
}

extension Tree {
    /// The names in a directory, in the order of their bytes.
    func names(in path: EntryPath) throws -> [[UInt8]] {
        guard let stream = withPath(of: path, { opendir($0) }) else { throw ImageError.system("list \(path)") }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
        }
        guard errno == 0 else { throw ImageError.system("list \(path)") }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Removes a file, or a directory with everything in it. Symbolic links are removed, not followed.
    func remove(_ path: EntryPath) throws {
        guard let status = try status(of: path) else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try names(in: path) { try remove(path.appending(name)) }
            guard withPath(of: path, { rmdir($0) }) == 0 else { throw ImageError.system("remove \(path)") }
        } else {
            guard withPath(of: path, { unlink($0) }) == 0 else { throw ImageError.system("remove \(path)") }
        }
    }
}
