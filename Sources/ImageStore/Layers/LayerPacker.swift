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
    private let zeros: UnsafeMutableRawBufferPointer
    private let checking: () throws -> Void

    /// Begins an archive.
    /// - Parameter checking: is called before each file and each piece of one.
    init(_ tree: Tree, to file: OpenFile, checking: @escaping () throws -> Void) throws {
        guard let output = archive_write_new(), let input = archive_read_disk_new(),
            let links = archive_entry_linkresolver_new()
        else { throw ImageError.system("pack", number: ENOMEM) }
        zeros = try Self.addresses(1 << 30)
        self.tree = tree
        self.file = file
        self.checking = checking
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
        munmap(zeros.baseAddress, zeros.count)
    }

    /// Addresses at which zeros can be read. They take up no memory as long as nobody does.
    private static func addresses(_ count: Int) throws -> UnsafeMutableRawBufferPointer {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let start = mmap(nil, count, PROT_READ, flags, -1, 0), start != MAP_FAILED else {
            throw ImageError.system("pack")
        }
        return UnsafeMutableRawBufferPointer(start: start, count: count)
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
        try checking()
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
        if let content, status.isRegular, archive_entry_hardlink(entry) == nil {
            try copy(content, path, of: entry, size: status.st_size)
        }
        try check(archive_write_finish_entry(output), output, path)
    }

    /// Copies what a file holds. Its holes, of which the header has told, are not read: they may be of any size.
    private func copy(_ file: OpenFile, _ path: EntryPath, of entry: OpaquePointer?, size: Int) throws {
        var position = 0
        archive_entry_sparse_reset(entry)
        if archive_entry_sparse_count(entry) == 0 { return try copy(file, path, from: 0, to: size) }
        var (start, length) = (Int64(0), Int64(0))
        while archive_entry_sparse_next(entry, &start, &length) == ARCHIVE_OK {
            try skip(Int(start) - position, path)
            position = Int(start + length)
            try copy(file, path, from: Int(start), to: position)
        }
        try skip(size - position, path)
    }

    private func copy(_ file: OpenFile, _ path: EntryPath, from start: Int, to end: Int) throws {
        var position = start
        while position < end {
            try checking()
            let most = min(buffer.count, end - position)
            let count = file.use { pread($0, buffer.baseAddress, most, position) }
            // It has become shorter: libarchive fills up what is missing.
            guard count != 0 else { return try skip(end - position, path) }
            guard count > 0 else {
                guard errno == EINTR else { throw ImageError.system("read '\(path)'") }
                continue
            }
            try append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), path)
            position += count
        }
    }

    /// Tells libarchive of so many zeros. It looks at none that are in a hole.
    private func skip(_ count: Int, _ path: EntryPath) throws {
        var rest = count
        while rest > 0 {
            let piece = min(rest, zeros.count)
            try append(UnsafeRawBufferPointer(rebasing: zeros[..<piece]), path)
            rest -= piece
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, _ path: EntryPath) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = archive_write_data(output, piece.baseAddress, piece.count)
            try check(Int32(clamping: count), output, path)
            guard count > 0 else { throw ImageError(.failed, "cannot pack '\(path)': it is longer than it was") }
            rest = rest.dropFirst(count)
        }
    }

    private func check(_ status: Int32, _ handle: OpaquePointer, _ path: EntryPath) throws {
        guard status < ARCHIVE_OK else { return }
        let text = archive_error_string(handle).map { String(cString: $0) } ?? "unknown error"
        let isFull = archive_errno(handle) == ENOSPC || archive_errno(handle) == EDQUOT
        throw ImageError(isFull ? .noSpace : .failed, "cannot pack '\(path)': \(text)")
    }
}
