import CArchive
import Glibc

@testable import ImageStore

/// Writes tar archives with whatever a test wants in them, nonsense and malice included.
struct TarBuilder: Sendable {
    enum Compression: CaseIterable, Sendable { case none, gzip, zstd, xz, bzip2 }

    private var entries: [@Sendable (OpaquePointer) -> Void] = []
    private var contents: [[UInt8]] = []

    init(_ build: (inout TarBuilder) -> Void = { _ in }) { build(&self) }

    mutating func file(
        _ path: String, _ content: String = "", mode: mode_t = 0o644, attributes: [String: String] = [:]
    ) {
        file(path, bytes: Array(content.utf8), mode: mode, attributes: attributes)
    }

    mutating func file(_ path: String, bytes: [UInt8], mode: mode_t = 0o644, attributes: [String: String] = [:]) {
        add(path, S_IFREG | mode, content: bytes) { entry in
            for (name, value) in attributes {
                archive_entry_xattr_add_entry(entry, name, Array(value.utf8), value.utf8.count)
            }
        }
    }

    mutating func directory(_ path: String, mode: mode_t = 0o755) { add(path, S_IFDIR | mode) }

    mutating func symbolicLink(_ path: String, to target: String) {
        add(path, S_IFLNK | 0o777) { archive_entry_set_symlink($0, target) }
    }

    mutating func hardLink(_ path: String, to target: String) {
        add(path, S_IFREG | 0o644) { archive_entry_set_hardlink($0, target) }
    }

    mutating func device(_ path: String, _ kind: mode_t, major: UInt, minor: UInt) {
        add(path, kind | 0o600) { entry in
            archive_entry_set_rdevmajor(entry, major)
            archive_entry_set_rdevminor(entry, minor)
        }
    }

    mutating func pipe(_ path: String) { add(path, S_IFIFO | 0o600) }

    /// A program, which makes a plain archive a root file system.
    mutating func program() { file("bin/program", "#!", mode: 0o755) }

    private mutating func add(
        _ path: String, _ mode: mode_t, content: [UInt8] = [],
        _ more: @escaping @Sendable (OpaquePointer) -> Void = { _ in }
    ) {
        contents.append(content)
        entries.append { entry in
            archive_entry_set_pathname(entry, path)
            archive_entry_set_mode(entry, mode)
            archive_entry_set_size(entry, Int64(content.count))
            archive_entry_set_mtime(entry, 1_700_000_000, 123_456_789)
            more(entry)
        }
    }

    /// The archive.
    func bytes(_ compression: Compression = .none) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16 << 20)
        var used = 0
        guard let archive = archive_write_new() else { preconditionFailure("no memory") }
        defer { archive_write_free(archive) }
        archive_write_set_format_pax(archive)
        switch compression {
        case .none: break
        case .gzip: archive_write_add_filter_gzip(archive)
        case .zstd: archive_write_add_filter_zstd(archive)
        case .xz: archive_write_add_filter_xz(archive)
        case .bzip2: archive_write_add_filter_bzip2(archive)
        }
        buffer.withUnsafeMutableBytes { memory in
            archive_write_open_memory(archive, memory.baseAddress, memory.count, &used)
            for (describe, content) in zip(entries, contents) {
                guard let entry = archive_entry_new() else { preconditionFailure("no memory") }
                describe(entry)
                precondition(archive_write_header(archive, entry) == ARCHIVE_OK)
                _ = content.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
                archive_entry_free(entry)
            }
            archive_write_close(archive)
        }
        return Array(buffer[..<used])
    }
}
