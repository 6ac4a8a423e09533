import CArchive
import FleetModel
import Glibc

/// What a first reading of an archive finds out, before anything is unpacked.
struct ArchiveOutline {
    /// The archive's file.
    let path: String
    /// Small files that may describe an image, by their path.
    private(set) var documents: [String: [UInt8]] = [:]
    /// The targets of links, by the link's path: old `docker save` archives link to layers they hold already.
    private(set) var links: [String: String] = [:]
    /// Whether there is any program in it.
    private(set) var holdsProgram = false
    /// The digest of the uncompressed archive.
    private(set) var digest: ImageDigest

    /// Reads an archive through.
    /// - Throws: `ImageError` with the code `notFound`, `notAnImage`, `truncated`, `broken` or `tooBig`.
    init(of path: String, limits: ImageLimits, progress: @escaping (ImportProgress) throws -> Void) throws {
        self.path = path
        let bytes = DigestedBytes(try DecompressedBytes(FileBytes(path: path))) { count in
            guard count <= limits.archiveBytes else {
                throw ImageError(.tooBig, "the archive is bigger than \(limits.archiveBytes) bytes")
            }
            try progress(.reading(bytes: count))
        }
        let reader = try ArchiveReader(bytes, as: .tar)
        var room = Self.documentBytes
        digest = ImageDigest(hashing: [])
        while let entry = try reader.nextEntry() { try note(entry, reader, &room) }
        digest = ImageDigest(sha256: try bytes.finish())
        guard bytes.count > 0 else { throw ImageError(.notAnImage, "\(path) is empty") }
        guard bytes.endsInZeroBlock else {
            throw ImageError(.truncated, "the archive ends too early: the end mark of a tar archive is missing")
        }
    }

    private mutating func note(_ entry: OpaquePointer, _ reader: ArchiveReader, _ room: inout Int) throws {
        guard let name = archive_entry_pathname(entry).map({ Self.normal(String(cString: $0)) }) else { return }
        if let target = archive_entry_hardlink(entry) {
            links[name] = Self.normal(String(cString: target))
        } else if let target = archive_entry_symlink(entry) {
            links[name] = Self.normal(String(cString: target), from: name)
        }
        let mode = archive_entry_mode(entry)
        guard mode & S_IFMT == S_IFREG else { return }
        if mode & 0o111 != 0 { holdsProgram = true }
        let size = Int(archive_entry_size(entry))
        guard Self.mayDescribe(name, size), size <= room else { return }
        room -= size
        var content: [UInt8] = []
        while let block = try reader.nextBlock() { content += block.bytes }
        documents[name] = content
    }

    /// Documents are kept in memory, so they may not be many: an image has a handful of a few KiB.
    private static let documentBytes = 64 << 20

    private static func mayDescribe(_ name: String, _ size: Int) -> Bool {
        guard size <= 4 << 20 else { return false }
        return name.hasPrefix("blobs/") || name == "oci-layout" || !name.contains("/") && name.hasSuffix(".json")
    }

    /// A path without empty and `.` components, with `..` resolved as far as it goes.
    private static func normal(_ path: String, from link: String = "") -> String {
        var components = path.hasPrefix("/") ? [] : link.split(separator: "/").dropLast()
        for component in path.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return components.joined(separator: "/")
    }
}

extension ArchiveOutline {
    /// Follows links within the archive.
    func target(of path: String) -> String {
        var path = path
        for _ in 0..<8 {
            guard let next = links[path] else { break }
            path = next
        }
        return path
    }

    /// Copies files out of the archive into a directory.
    /// - Parameter files: The name of each file in the directory, by its path in the archive.
    /// - Throws: `ImageError`, with the code `broken` when one is missing.
    func extract(_ files: [String: String], to directory: String) throws {
        var missing = files
        let reader = try ArchiveReader(DecompressedBytes(FileBytes(path: path)), as: .tar)
        while !missing.isEmpty, let entry = try reader.nextEntry() {
            guard let text = archive_entry_pathname(entry), archive_entry_filetype(entry) == S_IFREG,
                archive_entry_hardlink(entry) == nil,
                let name = missing.removeValue(forKey: Self.normal(String(cString: text)))
            else { continue }
            let file = try OpenFile(writing: "\(directory)/\(name)")
            while let block = try reader.nextBlock() { try file.append(block.bytes) }
        }
        if let path = missing.keys.min() { throw ImageError(.broken, "the archive lacks the layer \(path)") }
    }
}
