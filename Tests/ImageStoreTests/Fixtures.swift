import FleetModel
import Foundation
import Glibc
import SystemSupport

@testable import ImageStore

/// A directory of its own for a test, removed when the test is over. It is in memory where that is possible, because
/// the repository waits for the disk.
func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    let path = base + "/image-test-\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? Tree(base).remove(EntryPath(unchecked: Array(path.dropFirst(base.count + 1).utf8))) }
    return try await body(path)
}

/// A fresh repository with a directory for archives beside it.
func withRepository<Value>(
    limits: ImageLimits = ImageLimits(), _ body: (ImageRepository, _ directory: String) async throws -> Value
) async throws -> Value {
    try await withDirectory { directory in
        try await body(try ImageRepository(root: directory + "/images", limits: limits), directory)
    }
}

/// The time that imports record.
let epoch = Timestamp(milliseconds: 1_800_000_000_000)

extension ImageRepository {
    /// Whether nothing is in it, finished or not.
    var isEmpty: Bool {
        get throws {
            try ["sha256", "names", "tmp"].allSatisfy {
                try FileManager.default.contentsOfDirectory(atPath: "\(root)/\($0)").isEmpty
            }
        }
    }

    /// Imports bytes as a file.
    @discardableResult
    func importBytes(
        _ bytes: [UInt8], in directory: String, name: String? = nil,
        progress: @escaping (ImportProgress) throws -> Void = { _ in }
    ) throws -> Image {
        let path = "\(directory)/archive-\(UInt64.random(in: .min ... .max))"
        try WholeFile.write(bytes, to: path)
        defer { unlink(path) }
        return try importArchive(at: path, name: name, time: epoch, progress: progress)
    }

    /// The content of a file of an image as text.
    func text(_ path: String, of image: Image) throws -> String? {
        let bytes = FileManager.default.contents(atPath: "\(try rootFileSystem(of: image.digest))/\(path)")
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}
