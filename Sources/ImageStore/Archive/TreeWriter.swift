import CArchive
import Glibc

/// Writes entries of archives into a tree.
///
/// libarchive restores everything a file has, and refuses symbolic links on the way and `..`; the paths it gets are
/// already resolved within the tree. Times and modes of directories are set when it is closed.
///
/// Since libarchive sets the umask to zero for a moment, again and again, to learn what it is, the thread that writes
/// has one of its own: of two that share one, each may put back the other's zero, for the whole process and for good.
final class TreeWriter {
    /// How many bytes the files have that were written so far, with their holes.
    private(set) var bytes = 0
    private let tree: Tree
    private let handle: OpaquePointer
    private let inspect: (Int) throws -> Void
    private let umaskBefore: mode_t
    /// libarchive sets the times of directories last too, but not of those that were there before.
    private var directories: [(place: EntryPath, modified: timespec)] = []

    /// What of a file is restored beside content, kind, owner, mode and time.
    enum Extras {
        /// Extended attributes.
        case attributes
        /// Extended attributes and access-control lists.
        case everything
    }

    /// Begins to write, on a thread that makes, uses and gives up the writer.
    /// - Parameter inspect: Called with the number of bytes so far; what it throws ends the writing.
    init(_ tree: Tree, restoring extras: Extras, inspect: @escaping (Int) throws -> Void = { _ in }) throws {
        guard archive_own_umask() == 0 else { throw ImageError.system("give a thread its own umask") }
        // For directories that an archive only implies, which are the same whatever the program's umask is.
        umaskBefore = umask(0o022)
        guard let handle = archive_write_disk_new() else {
            umask(umaskBefore)
            throw ImageError.system("unpack", number: ENOMEM)
        }
        self.tree = tree
        self.handle = handle
        self.inspect = inspect
        var options =
            ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_SECURE_SYMLINKS
            | ARCHIVE_EXTRACT_SECURE_NODOTDOT
        if geteuid() == 0 { options |= ARCHIVE_EXTRACT_OWNER }
        if extras == .everything { options |= ARCHIVE_EXTRACT_ACL }
        archive_write_disk_set_options(handle, options)
    }

    deinit {
        archive_write_free(handle)
        umask(umaskBefore)
    }

    /// Writes one entry with its content. What was at its place goes, but a directory that stays one keeps its content.
    /// - Parameters:
    ///   - entry: The entry; its path and hard link are replaced.
    ///   - place: Where it belongs, resolved.
    ///   - hardLink: The resolved path of the file that it is to be another name of.
    func write(_ entry: OpaquePointer, at place: EntryPath, hardLink: EntryPath?, from reader: ArchiveReader) throws {
        guard tree.fits(place) else { throw ImageError(.broken, "the path '\(place)' is too long") }
        if let present = try tree.status(of: place), !place.bytes.isEmpty {
            let isDirectory = hardLink == nil && archive_entry_filetype(entry) == S_IFDIR
            if !(isDirectory && present.isDirectory) { try tree.remove(place) }
        }
        tree.withPath(of: place) { archive_entry_copy_pathname(entry, $0) }
        if let hardLink { tree.withPath(of: hardLink) { archive_entry_copy_hardlink(entry, $0) } }
        let size = hardLink == nil && archive_entry_filetype(entry) == S_IFREG ? Int(archive_entry_size(entry)) : 0
        try inspect(bytes + size)
        try check(archive_write_header(handle, entry), place)
        var written = 0
        while let block = try reader.nextBlock() {
            let status = archive_write_data_block(handle, block.bytes.baseAddress, block.bytes.count, block.offset)
            try check(Int32(status), place)
            written += block.bytes.count
            try inspect(bytes + max(size, written))
        }
        bytes += max(size, written)
        try check(archive_write_finish_entry(handle), place)
        if hardLink == nil, archive_entry_filetype(entry) == S_IFDIR, archive_entry_mtime_is_set(entry) != 0 {
            let modified = timespec(tv_sec: archive_entry_mtime(entry), tv_nsec: archive_entry_mtime_nsec(entry))
            directories.append((place, modified))
        }
    }

    /// Sets what is still to be set of directories.
    func close() throws {
        try check(archive_write_close(handle), .root)
        for (place, modified) in directories where try tree.status(of: place)?.isDirectory ?? false {
            let times = [timespec(tv_sec: 0, tv_nsec: Self.unchanged), modified]
            guard tree.withPath(of: place, { utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) }) == 0 else {
                throw ImageError.system("set the time of '\(place)'")
            }
        }
    }

    /// UTIME_OMIT.
    private static let unchanged = (1 << 30) - 2

    private func check(_ status: Int32, _ place: EntryPath) throws {
        guard status < ARCHIVE_OK else { return }
        let text = archive_error_string(handle).map { String(cString: $0) } ?? "unknown error"
        let isFull = archive_errno(handle) == ENOSPC || archive_errno(handle) == EDQUOT
        throw ImageError(isFull ? .noSpace : .failed, "cannot write '\(place)': \(text)")
    }
}
