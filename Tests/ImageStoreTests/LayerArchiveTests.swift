import CArchive
import FleetModel
import Foundation
import Glibc
import SystemSupport
import Testing

@testable import ImageStore

@Suite("Layers that travel")
struct LayerArchiveTests {
    @Test("a layer comes out as it went in, to the last attribute", .enabled(if: geteuid() == 0))
    func roundTrip() async throws {
        try await withDirectory { directory in
            let upper = directory + "/upper"
            try Self.fill(upper)
            let before = try Snapshot(upper)
            let bytes = try LayerArchive.pack(directory: upper, to: directory + "/layer.tar")
            var status = stat()
            #expect(stat(directory + "/layer.tar", &status) == 0)
            #expect(Int(status.st_size) == bytes)
            // The sparse file is 256 MiB long.
            #expect(bytes < 4 << 20)
            try Self.make(directory + "/copy")
            try LayerArchive.unpack(directory + "/layer.tar", into: directory + "/copy")
            let after = try Snapshot(directory + "/copy")
            for (path, file) in before.files {
                #expect(after.files[path] == file, "\(String(decoding: path, as: UTF8.self))")
            }
            #expect(after.files.count == before.files.count)
            #expect(stat(directory + "/copy/sparse", &status) == 0)
            #expect(status.st_size == 256 << 20)
            #expect(status.st_blocks * 512 < 4 << 20)
        }
    }

    @Test("holes are not read: files of terabytes with a few bytes are packed at once", .timeLimit(.minutes(1)))
    func holes() async throws {
        try await withDirectory { directory in
            let upper = directory + "/upper"
            try Self.make(upper)
            let (length, place) = (8 << 40, 5 << 40)
            for (name, bytes) in [("empty", ""), ("first", "one"), ("middle", "two")] {
                let file = open("\(upper)/\(name)", O_RDWR | O_CREAT, 0o600)
                defer { close(file) }
                let count = pwrite(file, bytes, bytes.utf8.count, name == "middle" ? place : 0)
                try #require(count == bytes.utf8.count && ftruncate(file, length) == 0)
            }
            #expect(try LayerArchive.pack(directory: upper, to: directory + "/layer.tar") < 1 << 20)
            try Self.make(directory + "/copy")
            try LayerArchive.unpack(directory + "/layer.tar", into: directory + "/copy")
            for (name, bytes) in [("empty", ""), ("first", "one"), ("middle", "two")] {
                let file = open("\(directory)/copy/\(name)", O_RDONLY)
                defer { close(file) }
                var status = stat()
                #expect(fstat(file, &status) == 0 && status.st_size == length && status.st_blocks * 512 < 1 << 20)
                var found = [UInt8](repeating: 0, count: 4)
                #expect(pread(file, &found, 4, name == "middle" ? place : 0) == 4)
                #expect(found == Array(bytes.utf8) + [UInt8](repeating: 0, count: 4 - bytes.utf8.count))
            }
        }
    }

    @Test("packing the same layer twice gives the same bytes")
    func deterministic() async throws {
        try await withDirectory { directory in
            try Self.make(directory + "/upper")
            for name in ["b", "a", "c"] { try WholeFile.write(Array(name.utf8), to: "\(directory)/upper/\(name)") }
            try LayerArchive.pack(directory: directory + "/upper", to: directory + "/1.tar")
            try LayerArchive.pack(directory: directory + "/upper", to: directory + "/2.tar")
            let first = try #require(FileManager.default.contents(atPath: directory + "/1.tar"))
            #expect(first == FileManager.default.contents(atPath: directory + "/2.tar"))
        }
    }

    @Test("an archive is given up in the middle of many files, or of a long one, as soon as somebody says so")
    func givenUp() async throws {
        try await withDirectory { directory in
            let (many, long) = (directory + "/many", directory + "/long")
            for folder in [many, long] { try Self.make(folder) }
            for number in 0..<100 { try WholeFile.write([1], to: "\(many)/\(number)") }
            try WholeFile.write([UInt8](repeating: 1, count: 8 << 20), to: "\(long)/file")
            for folder in [many, long] {
                var calls = 0
                let error = #expect(throws: ImageError.self) {
                    try LayerArchive.pack(directory: folder, to: directory + "/layer.tar") {
                        calls += 1
                        if calls == 10 { throw ImageError(.failed, "enough") }
                    }
                }
                #expect(error?.description.contains("enough") == true && calls == 10)
                #expect(!FileManager.default.fileExists(atPath: directory + "/layer.tar"))
            }
        }
    }

    @Test("sockets are left out")
    func sockets() async throws {
        try await withDirectory { directory in
            try Self.make(directory + "/upper")
            try #require(mknod(directory + "/upper/socket", S_IFSOCK | 0o600, 0) == 0)
            try WholeFile.write([1], to: directory + "/upper/file")
            try LayerArchive.pack(directory: directory + "/upper", to: directory + "/layer.tar")
            try Self.make(directory + "/copy")
            try LayerArchive.unpack(directory + "/layer.tar", into: directory + "/copy")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/copy") == ["file"])
        }
    }

    @Test("a layer whose paths lead out of the directory is refused, and nothing is written there")
    func escapes() async throws {
        try await withDirectory { directory in
            let outside = directory + "/outside"
            try Self.make(outside)
            try WholeFile.write([1], to: outside + "/canary")
            let archives = [
                TarBuilder { $0.file("../outside/planted") }, TarBuilder { $0.file(outside + "/planted") },
                TarBuilder { tar in
                    tar.symbolicLink("evil", to: outside)
                    tar.file("evil/planted")
                },
                TarBuilder { $0.hardLink("stolen", to: "../outside/canary") },
                TarBuilder { tar in
                    tar.symbolicLink("evil", to: "../outside")
                    tar.hardLink("stolen", to: "evil/canary")
                },
            ]
            for archive in archives {
                try Self.make(directory + "/copy")
                try WholeFile.write(archive.bytes(), to: directory + "/layer.tar")
                let error = #expect(throws: ImageError.self) {
                    try LayerArchive.unpack(directory + "/layer.tar", into: directory + "/copy")
                }
                #expect(error?.code == .escapes)
                #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["canary"])
                #expect(access(directory + "/copy/stolen", F_OK) != 0)
                try FileManager.default.removeItem(atPath: directory + "/copy")
            }
        }
    }

    @Test("a layer that ends too early is refused")
    func truncated() async throws {
        try await withDirectory { directory in
            try Self.make(directory + "/upper")
            try WholeFile.write([UInt8](repeating: 7, count: 100_000), to: directory + "/upper/file")
            try LayerArchive.pack(directory: directory + "/upper", to: directory + "/layer.tar")
            #expect(truncate(directory + "/layer.tar", 50_000) == 0)
            try Self.make(directory + "/copy")
            let error = #expect(throws: ImageError.self) {
                try LayerArchive.unpack(directory + "/layer.tar", into: directory + "/copy")
            }
            #expect(error?.code == .truncated)
        }
    }

    @Test("a directory or file that is not there is not found, and no half archive stays")
    func missing() async throws {
        try await withDirectory { directory in
            let pack = #expect(throws: ImageError.self) {
                try LayerArchive.pack(directory: directory + "/nowhere", to: directory + "/layer.tar")
            }
            #expect(pack?.code == .notFound)
            let unpack = #expect(throws: ImageError.self) {
                try LayerArchive.unpack(directory + "/layer.tar", into: directory)
            }
            #expect(unpack?.code == .notFound)
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(left.isEmpty)
        }
    }

    private static func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private static func fill(_ upper: String) throws {
        func attribute(_ path: String, _ name: String, _ value: String) throws {
            try #require(lsetxattr("\(upper)/\(path)", name, value, value.utf8.count, 0) == 0, "\(name)")
        }
        try make(upper + "/dir/" + String(repeating: "long/", count: 80))
        try WholeFile.write(Array("content".utf8), to: upper + "/dir/file")
        try #require(link(upper + "/dir/file", upper + "/hard") == 0)
        try #require(link(upper + "/dir/file", upper + "/a-hard") == 0)
        try #require(symlink("/nowhere/\u{e9}", upper + "/link") == 0)
        try #require(mknod(upper + "/deleted", S_IFCHR, 0) == 0)
        try #require(mkfifo(upper + "/pipe", 0o640) == 0)
        try make(upper + "/sealed")
        try WholeFile.write([1], to: upper + "/sealed/inside")
        let strange: [UInt8] = Array(upper.utf8) + [0x2F, 0xFF, 0xFE, 0x20, 0x0A, 0]
        strange.withUnsafeBytes { bytes in
            guard let path = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
            close(open(path, O_WRONLY | O_CREAT, 0o600))
        }
        try WholeFile.write([], to: upper + "/\u{e9}\u{4e2d}")
        let sparse = open(upper + "/sparse", O_RDWR | O_CREAT, 0o600)
        try #require(pwrite(sparse, "start", 5, 0) == 5 && pwrite(sparse, "middle", 6, 100 << 20) == 6)
        try #require(ftruncate(sparse, 256 << 20) == 0)
        close(sparse)
        try attribute("dir", "trusted.overlay.opaque", "y")
        try attribute("dir/file", "user.note", "a\0b")
        try attribute("", "trusted.overlay.impure", "y")
        try #require(chown(upper + "/dir/file", 1234, 5678) == 0 && chmod(upper + "/dir/file", 0o6751) == 0)
        try #require(lchown(upper + "/link", 7, 8) == 0)
        try #require(chmod(upper + "/sealed", 0) == 0)
        for (path, seconds) in [("dir/file", 1_600_000_000), ("link", -5), ("dir", 1_500_000_000), ("", 1_400_000_000)]
        {
            let times = [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 123_456_789)]
            try #require(utimensat(AT_FDCWD, "\(upper)/\(path)", times, AT_SYMLINK_NOFOLLOW) == 0)
        }
    }
}
