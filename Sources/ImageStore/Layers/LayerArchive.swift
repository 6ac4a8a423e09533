import CArchive
import Glibc

/// The writable layer of a container as one file, so that it can travel to another host.
///
/// It is a pax tar archive that keeps owners, modes, times to the nanosecond, extended attributes (overlayfs's
/// `trusted.overlay.*` too), access-control lists, device nodes (overlayfs's 0:0 whiteouts too), hard links and the
/// holes of sparse files. Only sockets are left out: tar has no form for them, and a program that still listens
/// on one gets it again from its own restore. Nothing may change in the directory meanwhile.
public enum LayerArchive {
    /// Packs the content of a directory into a new file.
    /// - Parameters:
    ///   - directory: The directory; its own owner, mode, times and attributes are packed too.
    ///   - path: The file to write; replaced when it is there, removed when packing fails.
    ///   - checking: Is called again and again; when it throws, packing fails with that.
    /// - Returns: The size of the file in bytes.
    /// - Throws: `ImageError`, and what `checking` throws.
    @discardableResult
    public static func pack(
        directory: String, to path: String, checking: @escaping () throws -> Void = {}
    ) throws -> Int {
        let tree = try Tree(directory)
        let file = try OpenFile(writing: path)
        do {
            return try NameEncoding.utf8 {
                let packer = try LayerPacker(tree, to: file, checking: checking)
                try packer.pack()
                return packer.bytes
            }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Unpacks a file that `pack` wrote into an existing directory.
    ///
    /// The content is trusted to be what a host packed: all kinds of file and all attributes are restored. No path in it
    /// may lead out of the directory all the same. What was unpacked before a failure stays.
    /// - Parameters:
    ///   - path: The file.
    ///   - directory: The directory, usually empty.
    /// - Throws: `ImageError`.
    public static func unpack(_ path: String, into directory: String) throws {
        try NameEncoding.utf8 {
            let tree = try Tree(directory)
            let reader = try ArchiveReader(FileBytes(path: path), as: .tar)
            let writer = try TreeWriter(tree, restoring: .everything)
            while let entry = try reader.nextEntry() {
                guard let name = archive_entry_pathname(entry) else {
                    throw ImageError(.broken, "\(path) holds a file without a name")
                }
                let place = try tree.resolve(EntryPath(archived: name))
                let link = try archive_entry_hardlink(entry).map { try tree.resolve(EntryPath(archived: $0)) }
                try writer.write(entry, at: place, hardLink: link, from: reader)
            }
            try writer.close()
        }
    }
}
