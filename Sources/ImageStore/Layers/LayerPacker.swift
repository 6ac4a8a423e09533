import CArchive
import Glibc

/// Writes a tree as a pax archive. libarchive's own walk over directories is not used, because it changes the working
/// directory of the whole process.
final class LayerPacker {
    private let tree: Tree
    private let file: OpenFile
    private let output: OpaquePointer
    private let input: OpaquePointer
    private let links: OpaquePointer
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)

    /// Begins an archive.
    init(_ tree: Tree, to file: OpenFile) throws {
        guard let output = archive_write_new(), let input = archive_read_disk_new(),
            let links = archive_entry_linkresolver_new()
        else { throw ImageError.system("pack", number: ENOMEM) }
        self.tree = tree
        self.file = file
        self.output = output
        self.input = input
        self.links = links
        archive_read_disk_set_symlink_physical(input)
        archive_read_disk_set_behavior(input, ARCHIVE_READDISK_NO_FFLAGS)
        archive_write_set_format_pax(output)
        // File names are bytes; without this, one that is not UTF-8 could not be packed.
        try check(archive_write_set_format_option(output, "pax", "hdrcharset", "BINARY"), output, .root)
        archive_write_set_bytes_per_block(output, 1 << 20)
        archive_write_set_bytes_in_last_block(output, 1)
        archive_entry_linkresolver_set_strategy(links, archive_format(output))
        try check(file.use { archive_write_open_fd(output, $0) }, output, .root)
    }

    deinit {
        archive_write_free(output)
        archive_read_free(input)
        archive_entry_linkresolver_free(links)
        buffer.deallocate()
    }

    /// How many bytes the archive has.
    var bytes: Int { Int(archive_filter_bytes(output, -1)) }

    /// Packs the whole tree and ends the archive.
    func pack() throws {
        try pack(.root)
        try check(archive_write_close(output), output, .root)
    }

    private func pack(_ path: EntryPath) throws {
        guard var status = try tree.status(of: path) else { throw ImageError(.notFound, "'\(path)' has vanished") }
        guard status.st_mode & S_IFMT != S_IFSOCK else { return }
        let content =
            status.isRegular || status.isDirectory
            ? try OpenFile(
                tree.withPath(of: path) { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }, "open '\(path)'")
            : nil
        try write(path, &status, content)
        guard status.isDirectory else { return }
        for name in try tree.names(in: path) { try pack(path.appending(name)) }
    }

    private func write(_ path: EntryPath, _ status: inout stat, _ content: OpenFile?) throws {
        var entry = archive_entry_new()
        defer { archive_entry_free(entry) }
        tree.withPath(of: path) { archive_entry_copy_sourcepath(entry, $0) }
        let name = path.bytes.isEmpty ? [UInt8(ascii: ".")] : path.bytes
        (name + [0]).withUnsafeBytes { bytes in
            archive_entry_copy_pathname(entry, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        let read =
            content.map { $0.use { archive_read_disk_entry_from_file(input, entry, $0, &status) } }
            ?? archive_read_disk_entry_from_file(input, entry, -1, &status)
        try check(read, input, path)
        archive_entry_unset_atime(entry)
        archive_entry_unset_ctime(entry)
        var spare: OpaquePointer?
        archive_entry_linkify(links, &entry, &spare)
        try check(archive_write_header(output, entry), output, path)
        if let content, status.isRegular, archive_entry_hardlink(entry) == nil { try copy(content, path) }
        try check(archive_write_finish_entry(output), output, path)
    }

    /// Copies a file whole; the archive leaves out the holes it was told of in the header.
    private func copy(_ file: OpenFile, _ path: EntryPath) throws {
        _ = file.use { lseek($0, 0, SEEK_SET) }
        while true {
            let count = file.use { read($0, buffer.baseAddress, buffer.count) }
            guard count != 0 else { return }
            guard count > 0 else {
                guard errno == EINTR else { throw ImageError.system("read '\(path)'") }
                continue
            }
            try check(Int32(clamping: archive_write_data(output, buffer.baseAddress, count)), output, path)
        }
    }

    private func check(_ status: Int32, _ handle: OpaquePointer, _ path: EntryPath) throws {
        guard status < ARCHIVE_OK else { return }
        let text = archive_error_string(handle).map { String(cString: $0) } ?? "unknown error"
        let isFull = archive_errno(handle) == ENOSPC || archive_errno(handle) == EDQUOT
        throw ImageError(isFull ? .noSpace : .failed, "cannot pack '\(path)': \(text)")
    }
}
