import CArchive
import FleetModel
import Foundation
import Glibc
import Testing

@testable import ImageStore

@Suite("Copies of images")
struct ImageCopyTests {
    private func spec(
        _ name: String, of tenant: String, _ digest: ImageDigest, _ sharing: ImageSharing
    ) throws -> ContainerSpec {
        ContainerSpec(
            name: try ContainerName(name), tenant: try TenantName(tenant), image: "x", digest: digest, runtime: .runc,
            imageSharing: sharing)
    }

    /// Device and number of a file.
    private func number(_ path: String) throws -> [UInt64] {
        var status = stat()
        try #require(lstat(path, &status) == 0, "\(path)")
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }

    /// A repository with one image that was put there as an import does.
    private func withImage(_ body: (ImageRepository, ImageDigest, _ original: String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "copies-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let repository = try ImageRepository(root: directory)
        let digest = try ImageDigest("sha256:" + String(repeating: "5", count: 64))
        let root = "\(directory)/sha256/\(digest.hex)/rootfs"
        try FileManager.default.createDirectory(atPath: root + "/lib/deep", withIntermediateDirectories: true)
        let image = Image(digest: digest, names: [], bytes: 1, importedAt: .now, defaults: ImageDefaults())
        try Data(FleetJSON.encode(image)).write(to: URL(filePath: "\(directory)/sha256/\(digest.hex)/image.json"))
        try Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(
            to: URL(filePath: root + "/lib/libssl"))
        try #require(link(root + "/lib/libssl", root + "/lib/deep/same") == 0)
        try #require(symlink("../../etc", root + "/lib/deep/link") == 0)
        try #require(mkfifo(root + "/pipe", 0o640) == 0)
        try #require(chmod(root + "/lib/libssl", 0o4755) == 0)
        try #require(setxattr(root + "/lib/libssl", "user.note", "kept", 4, 0) == 0 || errno == ENOTSUP)
        let hole = open(root + "/hole", O_WRONLY | O_CREAT, 0o600)
        try #require(ftruncate(hole, 1 << 30) == 0 && pwrite(hole, "end", 3, 1 << 29) == 3)
        close(hole)
        let times = [timespec(tv_sec: 5, tv_nsec: 6), timespec(tv_sec: 7, tv_nsec: 8)]
        for path in ["/lib/libssl", "/lib/deep", "/lib", ""] {
            try #require(utimensat(AT_FDCWD, root + path, times, 0) == 0)
        }
        try body(repository, digest, root)
    }

    @Test("tenants find the same file under numbers of their own, and everybody under one where the fleet shares")
    func numbers() throws {
        try withImage { repository, digest, original in
            func file(_ name: String, _ tenant: String, _ sharing: ImageSharing) throws -> [UInt64] {
                let root = try repository.rootFileSystem(for: spec(name, of: tenant, digest, sharing))
                return try number(root + "/lib/libssl")
            }
            let image = try number(original + "/lib/libssl")
            #expect(try file("a", "acme", .fleet) == image)
            #expect(try file("b", "bravo", .fleet) == image)
            let (acme, bravo) = (try file("a", "acme", .tenant), try file("b", "bravo", .tenant))
            #expect(Set([image, acme, bravo]).count == 3)
            #expect(try file("a2", "acme", .tenant) == acme, "a tenant shares with itself")
            let (own, other) = (try file("a", "acme", .none), try file("a2", "acme", .none))
            #expect(Set([image, acme, own, other]).count == 4)
            // A tenant that is called as a container is has not the container's copy.
            #expect(try file("x", "a", .tenant) != own)
        }
    }

    @Test("a copy has everything that the image has: contents, kinds, owners, modes, times, links, attributes, holes")
    func whole() throws {
        try withImage { repository, digest, original in
            let copy = try repository.rootFileSystem(for: spec("a", of: "acme", digest, .tenant))
            #expect(try Snapshot(copy) == Snapshot(original))
            var status = stat()
            try #require(stat(copy + "/hole", &status) == 0)
            #expect(status.st_size == 1 << 30 && status.st_blocks < 1 << 12, "a hole takes no room")
            #expect(try FileManager.default.contentsOfDirectory(atPath: repository.root + "/tmp").isEmpty)
        }
    }

    @Test("copies are told of, withdrawn one by one, and go with their image")
    func removal() throws {
        try withImage { repository, digest, _ in
            #expect(try repository.copies().isEmpty)
            let shared = try repository.rootFileSystem(for: spec("a", of: "acme", digest, .tenant))
            let own = try repository.rootFileSystem(for: spec("a", of: "acme", digest, .none))
            let copies = try repository.copies()
            let owners = Set(copies.map(\.owner))
            #expect(owners == [.tenant(try TenantName("acme")), .container(try ContainerName("a"))])
            for copy in copies where copy.owner == .container(try ContainerName("a")) { try repository.withdraw(copy) }
            try repository.tidy()
            #expect(access(own, F_OK) != 0 && access(shared, F_OK) == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: repository.root + "/tmp").isEmpty)
            try repository.remove(digest)
            #expect(access(shared, F_OK) != 0)
            #expect(try repository.copies().isEmpty)
            #expect(throws: ImageError.self) {
                try repository.rootFileSystem(for: spec("a", of: "acme", digest, .tenant))
            }
        }
    }

    @Test("of many that want the same copy at once each gets the whole of one and the same")
    func race() async throws {
        let directory = NSTemporaryDirectory() + "copies-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let repository = try ImageRepository(root: directory)
        let digest = try ImageDigest("sha256:" + String(repeating: "6", count: 64))
        let root = "\(directory)/sha256/\(digest.hex)/rootfs"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for number in 0..<50 { try Data([UInt8(number)]).write(to: URL(filePath: "\(root)/\(number)")) }
        let spec = try spec("a", of: "acme", digest, .tenant)
        let found = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try repository.rootFileSystem(for: spec) } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(found.count == 1)
        #expect(try Snapshot(try #require(found.first)) == Snapshot(root))
        #expect(try repository.copies().count == 1)
    }
}
