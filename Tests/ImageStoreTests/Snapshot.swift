import CArchive
import FleetModel
import Foundation
import Glibc

@testable import ImageStore

/// Everything about every file of a tree, to compare two.
struct Snapshot: Equatable {
    struct File: Equatable {
        var mode: mode_t
        var owner: [UInt32]
        var device: dev_t
        var modified: [Int]
        var content: ImageDigest?
        var target: [UInt8]
        var attributes: [String: [UInt8]]
        /// The first path, in the order of paths, of the same file.
        var firstName: [UInt8]
    }

    /// A file that cannot be read.
    private struct Unreadable: Error {
        var number: Int32
    }

    private(set) var files: [[UInt8]: File] = [:]

    init(_ directory: String, times: Bool = true) throws {
        var firstNames: [ino_t: [UInt8]] = [:]
        let tree = try Tree(directory)
        func visit(_ path: EntryPath) throws {
            guard let status = try tree.status(of: path) else { return }
            let first = firstNames[status.st_ino, default: path.bytes]
            firstNames[status.st_ino] = first
            files[path.bytes] = try tree.withPath(of: path) { full in
                File(
                    mode: status.st_mode, owner: [status.st_uid, status.st_gid], device: status.st_rdev,
                    modified: times ? [status.st_mtim.tv_sec, status.st_mtim.tv_nsec] : [],
                    content: status.st_mode & S_IFMT == S_IFREG ? ImageDigest(hashing: try Self.content(full)) : nil,
                    target: Self.target(full), attributes: Self.attributes(full), firstName: first)
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                for name in try tree.names(in: path) { try visit(path.appending(name)) }
            }
        }
        try visit(.root)
    }

    private static func content(_ path: UnsafePointer<CChar>) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(number: errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw Unreadable(number: errno) }
            guard count > 0 else { return content }
            content += buffer[..<count]
        }
    }

    private static func target(_ path: UnsafePointer<CChar>) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        return buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
    }

    private static func attributes(_ path: UnsafePointer<CChar>) -> [String: [UInt8]] {
        var names = [CChar](repeating: 0, count: 4096)
        let count = max(0, llistxattr(path, &names, names.count))
        var attributes: [String: [UInt8]] = [:]
        for name in names.prefix(count).split(separator: 0) {
            let text = String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            var value = [UInt8](repeating: 0, count: 4096)
            let count = lgetxattr(path, text, &value, value.count)
            attributes[text] = Array(value.prefix(max(0, count)))
        }
        return attributes
    }
}
