import FleetModel
import Foundation
import Glibc
import RelocateTesting
import SystemSupport
import Testing

@testable import ImageStore

/// An archive that must be refused.
struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: ImageError.Code
    let archive: @Sendable (_ outside: String) -> [UInt8]

    init(_ title: String, _ code: ImageError.Code, _ archive: @escaping @Sendable (_ outside: String) -> [UInt8]) {
        testDescription = title
        self.code = code
        self.archive = archive
    }

    /// A layer on a base with a program, both as a layer and as a part of a plain archive.
    static func layer(
        _ title: String, _ code: ImageError.Code, _ build: @escaping @Sendable (inout TarBuilder, String) -> Void
    ) -> [Refusal] {
        [
            Refusal(title + " in a layer", code) { outside in
                ImageBuilder(TarBuilder { $0.program() }, TarBuilder { build(&$0, outside) }).docker()
            },
            Refusal(title + " in a root file system", code) { outside in
                TarBuilder { tar in
                    tar.program()
                    build(&tar, outside)
                }.bytes()
            },
        ]
    }
}

@Suite("Refused archives")
struct RefusalTests {
    static let good = TarBuilder { tar in
        tar.program()
        tar.file("etc/config", String(repeating: "x", count: 3000))
    }

    static let archives: [Refusal] =
        [
            Refusal("an empty file", .notAnImage) { _ in [] },
            Refusal("letters", .notAnImage) { _ in [UInt8](repeating: 0x41, count: 10000) },
            Refusal("a tar archive without a program", .notAnImage) { _ in
                TarBuilder { $0.file("readme", "hello") }.bytes()
            },
            Refusal("an empty tar archive", .notAnImage) { _ in TarBuilder().bytes() },
            Refusal("a configuration with another digest", .wrongDigest) { _ in
                let builder = ImageBuilder(good)
                let hex = String(repeating: "ab", count: 32)
                return TarBuilder { tar in
                    tar.file("layer0/layer.tar", bytes: good.bytes())
                    tar.file("\(hex).json", bytes: builder.configuration)
                    tar.file("manifest.json", "[\(builder.dockerEntry(hex))]")
                }.bytes()
            },
            Refusal("a layer with another digest", .wrongDigest) { _ in
                var builder = ImageBuilder(good)
                builder.promised = [ImageDigest(hashing: [])]
                return builder.docker()
            },
            Refusal("a compressed OCI layer with another digest", .wrongDigest) { _ in
                let layer = TarBuilder.Compression.gzip
                return ImageBuilder(good, compression: layer).oci { files in
                    // Other bytes that decompress to the same.
                    let path = "blobs/sha256/" + ImageDigest(hashing: good.bytes(layer)).hex
                    files[path] = good.bytes(.zstd)
                }
            },
            Refusal("an OCI manifest with another digest", .wrongDigest) { _ in
                ImageBuilder(good).oci { files in
                    for (path, bytes) in files
                    where String(decoding: bytes, as: UTF8.self).contains("\"config\":{\"digest\"") {
                        files[path] = bytes + [0x20]
                    }
                }
            },
            Refusal("a layer that is missing", .broken) { _ in
                let builder = ImageBuilder(good)
                let hex = ImageDigest(hashing: builder.configuration).hex
                return TarBuilder { tar in
                    tar.file("\(hex).json", bytes: builder.configuration)
                    tar.file("manifest.json", "[\(builder.dockerEntry(hex))]")
                }.bytes()
            },
            Refusal("an OCI layer that is missing", .broken) { _ in
                ImageBuilder(good).oci { $0["blobs/sha256/" + ImageDigest(hashing: good.bytes()).hex] = nil }
            },
            Refusal("fewer layers than the configuration promises", .broken) { _ in
                var builder = ImageBuilder(good)
                builder.promised = builder.layers.map { ImageDigest(hashing: $0) } + [ImageDigest(hashing: [])]
                return builder.docker()
            },
            Refusal("a configuration that is no JSON", .broken) { _ in
                var builder = ImageBuilder(good)
                builder.config = "{"
                return builder.docker()
            },
            Refusal("an index that is no JSON", .broken) { _ in
                ImageBuilder(good).oci { $0["index.json"] = Array("[]".utf8) }
            },
            Refusal("a layer that is no tar archive", .notAnImage) { _ in
                var builder = ImageBuilder(good)
                builder.promised = [ImageDigest(hashing: Array("nonsense".utf8))]
                return builder.oci { files in
                    // The blob's own digest is wrong too, but the layer cannot even be read.
                    files["blobs/sha256/" + ImageDigest(hashing: good.bytes()).hex] = Array("nonsense".utf8)
                }
            },
            Refusal("Docker's image for another machine", .wrongPlatform) { _ in
                var builder = ImageBuilder(good)
                builder.architecture = "s390x"
                return builder.docker()
            },
            Refusal("an OCI image for other machines", .wrongPlatform) { _ in
                var builder = ImageBuilder(good)
                builder.architecture = "ppc64le"
                return builder.oci()
            },
            Refusal("two images", .ambiguous) { _ in
                let builder = ImageBuilder(good)
                let hex = ImageDigest(hashing: builder.configuration).hex
                return TarBuilder { tar in
                    tar.file("layer0/layer.tar", bytes: good.bytes())
                    tar.file("\(hex).json", bytes: builder.configuration)
                    tar.file("manifest.json", "[\(builder.dockerEntry(hex)),\(builder.dockerEntry(hex))]")
                }.bytes()
            },
            Refusal("a whiteout of the directory itself", .escapes) { _ in
                ImageBuilder(good, TarBuilder { $0.file("etc/.wh..") }).docker()
            },
            Refusal("a whiteout of the parent directory", .escapes) { _ in
                ImageBuilder(good, TarBuilder { $0.file(".wh...") }).docker()
            },
            Refusal("a whiteout through a link that leads out", .escapes) { outside in
                let base = TarBuilder { tar in
                    tar.program()
                    tar.symbolicLink("evil", to: outside)
                }
                return ImageBuilder(base, TarBuilder { $0.file("evil/.wh.canary") }).docker()
            },
            Refusal("a link of a lower layer that leads out", .escapes) { outside in
                let base = TarBuilder { tar in
                    tar.program()
                    tar.symbolicLink("evil", to: outside)
                }
                return ImageBuilder(base, TarBuilder { $0.file("evil/planted") }).docker()
            },
        ]
        + Refusal.layer("a path with ..", .escapes) { tar, _ in tar.file("etc/../../planted", "x") }
        + Refusal.layer("an absolute path", .escapes) { tar, outside in tar.file(outside + "/planted", "x") }
        + Refusal.layer("a path through an absolute link", .escapes) { tar, outside in
            tar.symbolicLink("evil", to: outside)
            tar.file("evil/planted", "x")
        }
        + Refusal.layer("a path through a relative link that leads out", .escapes) { tar, _ in
            tar.symbolicLink("a", to: "../../../..")
            tar.file("a/planted", "x")
        }
        + Refusal.layer("a path through a chain of links", .escapes) { tar, outside in
            tar.symbolicLink("one", to: "two")
            tar.symbolicLink("two", to: outside)
            tar.file("one/planted", "x")
        }
        + Refusal.layer("a directory through a link that leads out", .escapes) { tar, outside in
            tar.symbolicLink("evil", to: outside)
            tar.directory("evil/planted")
        }
        + Refusal.layer("a hard link to a path with ..", .escapes) { tar, _ in
            tar.hardLink("stolen", to: "../../../canary")
        }
        + Refusal.layer("a hard link to an absolute path", .escapes) { tar, outside in
            tar.hardLink("stolen", to: outside + "/canary")
        }
        + Refusal.layer("a hard link through a link that leads out", .escapes) { tar, outside in
            tar.symbolicLink("evil", to: outside)
            tar.hardLink("stolen", to: "evil/canary")
        }
        + Refusal.layer("a hard link to nothing", .broken) { tar, _ in tar.hardLink("a", to: "nowhere") }
        + Refusal.layer("a hard link to itself", .broken) { tar, _ in
            tar.file("a", "x")
            tar.hardLink("a", to: "a")
        }
        + Refusal.layer("a hard link to a directory", .broken) { tar, _ in tar.hardLink("a", to: "bin") }
        + Refusal.layer("a file below a file", .broken) { tar, _ in
            tar.file("a", "x")
            tar.file("a/b", "y")
        }
        + Refusal.layer("a file below a link to nothing", .broken) { tar, _ in
            tar.symbolicLink("a", to: "nowhere")
            tar.file("a/b", "y")
        }
        + Refusal.layer("a block device", .forbiddenDevice) { tar, _ in tar.device("disk", S_IFBLK, major: 8, minor: 0)
        }
        + Refusal.layer("the memory device", .forbiddenDevice) { tar, _ in
            tar.device("mem", S_IFCHR, major: 1, minor: 1)
        }
        + Refusal.layer("overlayfs's whiteout", .forbiddenDevice) { tar, _ in
            tar.device("etc", S_IFCHR, major: 0, minor: 0)
        }
        + Refusal.layer("a file in the place of /proc", .broken) { tar, _ in tar.file("proc", "x") }
        + Refusal.layer("a link in the place of /sys", .broken) { tar, outside in tar.symbolicLink("sys", to: outside) }

    @Test("are refused with the reason, and leave nothing", arguments: archives)
    func refused(refusal: Refusal) async throws {
        try await withRepository { repository, directory in
            let outside = directory + "/outside"
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
            try WholeFile.write(Array("safe".utf8), to: outside + "/canary")
            let archive = refusal.archive(outside)
            let error = #expect(throws: ImageError.self) { try repository.importBytes(archive, in: directory) }
            #expect(error?.code == refusal.code, "\(String(describing: error))")
            #expect(try repository.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["canary"])
            #expect(
                try Snapshot(outside).files[Array("canary".utf8)]?.content == ImageDigest(hashing: Array("safe".utf8)))
        }
    }

    @Test("a link replaced by a directory in a higher layer no longer leads out")
    func replacedLink() async throws {
        try await withRepository { repository, directory in
            let outside = directory + "/outside"
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
            let base = TarBuilder { tar in
                tar.program()
                tar.symbolicLink("evil", to: outside)
            }
            let top = TarBuilder { tar in
                tar.directory("evil")
                tar.file("evil/file", "inside")
            }
            let image = try repository.importBytes(ImageBuilder(base, top).docker(), in: directory)
            #expect(try repository.text("evil/file", of: image) == "inside")
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
        }
    }

    @Test("an archive cut off anywhere is refused and leaves nothing", arguments: TarBuilder.Compression.allCases)
    func truncated(compression: TarBuilder.Compression) async throws {
        try await withRepository { repository, directory in
            var generator = SeededGenerator(seed: 3)
            for whole in [ImageBuilder(Self.good).docker(compression: compression), Self.good.bytes(compression)] {
                // The end of a tar archive is two blocks of zeros and padding: it may lack all but one of them.
                let least = compression == .none ? (whole.lastIndex { $0 != 0 } ?? 0) : whole.count - 16
                for _ in 0..<20 {
                    let cut = Int.random(in: 1..<least, using: &generator)
                    let error = #expect(throws: ImageError.self) {
                        try repository.importBytes(Array(whole[..<cut]), in: directory)
                    }
                    let codes: [ImageError.Code] = [.truncated, .broken, .notAnImage]
                    #expect(error.map { codes.contains($0.code) } ?? false, "\(String(describing: error))")
                    let isEmpty = try repository.isEmpty
                    #expect(isEmpty)
                }
            }
        }
    }

    @Test("a byte that changed is noticed, or changes nothing of the image")
    func changedByte() async throws {
        try await withRepository { repository, directory in
            let whole = ImageBuilder(Self.good).docker()
            let image = try repository.importBytes(whole, in: directory)
            let expected = try Snapshot(repository.rootFileSystem(of: image.digest), times: false)
            try repository.remove(image.digest)
            var generator = SeededGenerator(seed: 4)
            var refusals = 0
            for _ in 0..<150 {
                var archive = whole
                archive[Int.random(in: 0..<archive.count, using: &generator)] ^= UInt8.random(
                    in: 1...255, using: &generator)
                guard let image = try? repository.importBytes(archive, in: directory) else {
                    refusals += 1
                    #expect(try repository.isEmpty)
                    continue
                }
                // Whitespace and names of the manifest may have changed, but never what the digests cover.
                #expect(image.digest == ImageDigest(hashing: ImageBuilder(Self.good).configuration))
                #expect(try Snapshot(repository.rootFileSystem(of: image.digest), times: false) == expected)
                try repository.remove(image.digest)
            }
            #expect(refusals > 20)
        }
    }

    @Test("an image bigger than the limits is refused and leaves nothing")
    func tooBig() async throws {
        let archive = TarBuilder { tar in
            tar.program()
            tar.file("zeros", bytes: [UInt8](repeating: 0, count: 4 << 20))
        }
        for limits in [ImageLimits(unpackedBytes: 2 << 20), ImageLimits(archiveBytes: 2 << 20)] {
            try await withRepository(limits: limits) { (repository, directory) async throws in
                for bytes in [archive.bytes(.gzip), ImageBuilder(archive, compression: .gzip).oci()] {
                    let error = #expect(throws: ImageError.self) { try repository.importBytes(bytes, in: directory) }
                    #expect(error?.code == .tooBig)
                    #expect(try repository.isEmpty)
                }
            }
        }
        let limits = ImageLimits(unpackedBytes: (4 << 20) + 2)
        try await withRepository(limits: limits) { (repository, directory) async throws in
            #expect(try repository.importBytes(archive.bytes(.gzip), in: directory).bytes == limits.unpackedBytes)
        }
    }

    @Test("a file that is nearly all hole counts with its whole length", .timeLimit(.minutes(1)))
    func bigHole() async throws {
        try await withRepository { repository, directory in
            let root = directory + "/root"
            try #require(mkdir(root, 0o755) == 0 && mkdir(root + "/bin", 0o755) == 0)
            try WholeFile.write([1], to: root + "/bin/program")
            try #require(chmod(root + "/bin/program", 0o755) == 0)
            let file = open(root + "/hole", O_RDWR | O_CREAT, 0o600)
            defer { close(file) }
            try #require(pwrite(file, "1", 1, 0) == 1 && ftruncate(file, 1 << 40) == 0)
            try LayerArchive.pack(directory: root, to: directory + "/image.tar")
            let error = #expect(throws: ImageError.self) {
                try repository.importArchive(at: directory + "/image.tar", time: epoch)
            }
            #expect(error?.code == .tooBig)
            #expect(try repository.isEmpty)
        }
    }

    @Test("an archive that is not there is not found")
    func missing() async throws {
        try await withRepository { repository, directory in
            let error = #expect(throws: ImageError.self) {
                try repository.importArchive(at: directory + "/nowhere", time: epoch)
            }
            #expect(error?.code == .notFound)
        }
    }
}
