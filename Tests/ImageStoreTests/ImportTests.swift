import FleetModel
import Foundation
import Glibc
import Synchronization
import Testing

@testable import ImageStore

@Suite("Imports")
struct ImportTests {
    private let base = TarBuilder { tar in
        tar.program()
        tar.file("etc/config", "base")
        tar.file("etc/old", "old")
        tar.file("var/cache/a", "a")
        tar.file("var/cache/b", "b")
        tar.symbolicLink("sbin", to: "bin")
        tar.symbolicLink("etc/absolute", to: "/etc/config")
    }
    private let top = TarBuilder { tar in
        tar.file("etc/config", "top")
        tar.file("etc/.wh.old")
        tar.file("var/cache/c", "c")
        tar.file("var/cache/.wh..wh..opq")
        tar.file("sbin/extra", "extra")
        tar.hardLink("etc/again", to: "etc/config")
    }

    @Test(
        "what docker save writes becomes an image, its layers one on the other",
        arguments: TarBuilder.Compression.allCases)
    func docker(compression: TarBuilder.Compression) async throws {
        try await withRepository { repository, directory in
            let builder = ImageBuilder(base, top)
            let image = try repository.importBytes(builder.docker(compression: compression), in: directory)
            try check(image, repository, builder)
        }
    }

    @Test("an OCI layout becomes the image for this machine", arguments: TarBuilder.Compression.allCases)
    func oci(compression: TarBuilder.Compression) async throws {
        try await withRepository { repository, directory in
            let builder = ImageBuilder(base, top, compression: compression)
            for otherFirst in [true, false] {
                let archive = builder.oci(compression: compression, otherFirst: otherFirst)
                try check(try repository.importBytes(archive, in: directory), repository, builder)
            }
        }
    }

    @Test("images that are unpacked at once have the modes that each has alone, and leave the program's umask alone")
    func umaskStays() async throws {
        let umask = try Self.umaskOfProgram()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await #expect(throws: Never.self) {
                        try await withRepository { repository, directory in
                            for _ in 0..<40 {
                                let image = try repository.importBytes(ImageBuilder(base).docker(), in: directory)
                                let root = try repository.rootFileSystem(of: image.digest)
                                var status = stat()
                                #expect(lstat("\(root)/var", &status) == 0 && status.st_mode & 0o7777 == 0o755)
                                try repository.remove(image.digest)
                            }
                        }
                    }
                }
            }
        }
        #expect(try Self.umaskOfProgram() == umask)
    }

    /// The umask of the first thread, which the threads share that were not given their own.
    private static func umaskOfProgram() throws -> Substring? {
        try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            .split(separator: "\n").first { $0.hasPrefix("Umask:") }
    }

    private func check(_ image: Image, _ repository: ImageRepository, _ builder: ImageBuilder) throws {
        #expect(image.digest == ImageDigest(hashing: builder.configuration))
        #expect(image.names == ["shop/web:3"])
        #expect(image.importedAt == epoch)
        #expect(
            image.defaults
                == ImageDefaults(
                    command: ["/bin/program", "-x"], environment: ["PATH": "/bin", "A": "b=c"],
                    workingDirectory: "/srv", user: "7:8"))
        #expect(try repository.text("etc/config", of: image) == "top")
        #expect(try repository.text("etc/again", of: image) == "top")
        #expect(try repository.text("etc/old", of: image) == nil)
        #expect(try repository.text("etc/.wh.old", of: image) == nil)
        #expect(try repository.text("bin/extra", of: image) == "extra")
        let root = try repository.rootFileSystem(of: image.digest)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/var/cache") == ["c"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: root + "/etc/absolute") == "/etc/config")
        // "#!", "top" once although it has two names, "c", "extra".
        #expect(image.bytes == 2 + 3 + 1 + 5)
        #expect(try repository.resolve("shop/web:3") == image)
        #expect(try repository.resolve(image.digest.description) == image)
        #expect(try repository.list() == [image])
    }

    @Test("a root file system has the same digest however it is compressed")
    func plain() async throws {
        try await withRepository { repository, directory in
            for compression in TarBuilder.Compression.allCases {
                let image = try repository.importBytes(base.bytes(compression), in: directory, name: "base")
                #expect(image.digest == ImageDigest(hashing: base.bytes()))
                #expect(image.defaults == ImageDefaults())
                #expect(try repository.text("etc/config", of: image) == "base")
            }
            #expect(try repository.list().count == 1)
        }
    }

    @Test("in a plain root file system a file named like a whiteout is a file")
    func plainWhiteout() async throws {
        try await withRepository { repository, directory in
            let archive = TarBuilder { tar in
                tar.program()
                tar.file(".wh.bin", "x")
            }
            let image = try repository.importBytes(archive.bytes(), in: directory)
            #expect(try repository.text(".wh.bin", of: image) == "x")
            #expect(try repository.text("bin/program", of: image) == "#!")
        }
    }

    @Test("the same content a second time is not unpacked again, but gets its new name")
    func secondImport() async throws {
        try await withRepository { repository, directory in
            let archive = ImageBuilder(base).docker()
            let steps = Mutex(0)
            let count: (ImportProgress) -> Void = { step in
                if case .unpacking = step { steps.withLock { $0 += 1 } }
            }
            try repository.importBytes(archive, in: directory, progress: count)
            let first = steps.withLock { $0 }
            #expect(first > 0)
            let image = try repository.importBytes(archive, in: directory, name: "other", progress: count)
            #expect(steps.withLock { $0 } == first)
            #expect(image.names == ["other", "shop/web:3"])
        }
    }

    @Test("old archives may link to a layer they hold already, and may use one twice")
    func linkedLayers() async throws {
        try await withRepository { repository, directory in
            let layer = base.bytes()
            var builder = ImageBuilder(base, base)
            builder.tags = []
            let hex = ImageDigest(hashing: builder.configuration).hex
            let archive = TarBuilder { tar in
                tar.symbolicLink("layer1/layer.tar", to: "../layer0/layer.tar")
                tar.file("layer0/layer.tar", bytes: layer)
                tar.file("\(hex).json", bytes: builder.configuration)
                tar.file("manifest.json", "[\(builder.dockerEntry(hex))]")
            }
            let image = try repository.importBytes(archive.bytes(), in: directory)
            #expect(image.names.isEmpty)
            #expect(try repository.text("etc/config", of: image) == "base")
        }
    }

    @Test("a container finds the directories, devices and links that it expects")
    func standardFiles() async throws {
        try await withRepository { repository, directory in
            let archive = TarBuilder { tar in
                tar.program()
                tar.file("dev/null", "not a device")
                tar.symbolicLink("tmp", to: "var/tmp")
            }
            let image = try repository.importBytes(archive.bytes(), in: directory)
            let root = try repository.rootFileSystem(of: image.digest)
            var status = stat()
            for (path, mode) in [("dev", 0o755), ("proc", 0o555), ("sys", 0o555), ("run", 0o755), ("dev/shm", 0o1777)] {
                #expect(lstat("\(root)/\(path)", &status) == 0)
                #expect(status.st_mode & S_IFMT == S_IFDIR && Int(status.st_mode & 0o7777) == mode, "/\(path)")
            }
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: root + "/tmp") == "var/tmp")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: root + "/dev/ptmx") == "pts/ptmx")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: root + "/dev/stdin") == "/proc/self/fd/0")
            guard geteuid() == 0 else { return }
            for (path, device) in [("null", 0x103), ("zero", 0x105), ("urandom", 0x109), ("tty", 0x500)]
                as [(String, dev_t)]
            {
                #expect(lstat("\(root)/dev/\(path)", &status) == 0)
                #expect(status.st_mode == S_IFCHR | 0o666 && status.st_rdev == device, "/dev/\(path)")
            }
        }
    }

    @Test("of two imports of the same content at once both succeed, and one image is there")
    func concurrent() async throws {
        try await withRepository { repository, directory in
            let archive = ImageBuilder(base, top).docker()
            let digests = try await withThrowingTaskGroup(of: ImageDigest.self) { group in
                for number in 0..<6 {
                    group.addTask { try repository.importBytes(archive, in: directory, name: "n\(number)").digest }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(digests.count == 1)
            #expect(try repository.list().map(\.names) == [(0..<6).map { "n\($0)" }])
            #expect(try FileManager.default.contentsOfDirectory(atPath: repository.root + "/tmp").isEmpty)
        }
    }

    @Test("what an interrupted import left is removed by the next, but not what one under way needs")
    func leftovers() async throws {
        try await withRepository { repository, directory in
            let left = repository.root + "/tmp/left/rootfs/dev"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            try WorkDirectory.use(in: repository.root + "/tmp") { other in
                #expect(access(left, F_OK) != 0)
                try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
                try repository.importBytes(base.bytes(), in: directory)
                #expect(access(other, F_OK) == 0)
                #expect(access(left, F_OK) == 0)
            }
            try repository.importBytes(top.bytesWithProgram, in: directory)
            #expect(access(left, F_OK) != 0)
        }
    }

    @Test("an import that its caller ends leaves nothing")
    func cancelled() async throws {
        try await withRepository { repository, directory in
            let archive = ImageBuilder(base, top).docker()
            for limit in 1...100 {
                let calls = Mutex(0)
                do {
                    try repository.importBytes(archive, in: directory) { _ in
                        if calls.withLock({ calls in
                            calls += 1; return calls
                        }) == limit {
                            throw CancellationError()
                        }
                    }
                } catch is CancellationError {
                    #expect(try repository.isEmpty)
                    continue
                }
                #expect(limit > 5)
                return
            }
            Issue.record("the import never ended")
        }
    }

    @Test("names are moved, images removed with their names, and unknown ones are not found")
    func names() async throws {
        try await withRepository { repository, directory in
            let first = try repository.importBytes(base.bytes(), in: directory, name: "web:latest")
            let second = try repository.importBytes(top.bytesWithProgram, in: directory, name: "shop/web:2")
            #expect(first.names == ["web"])
            #expect(try repository.resolve("web").digest == first.digest)
            try repository.name(second.digest, "web")
            #expect(try repository.resolve("web:latest").names == ["shop/web:2", "web"])
            #expect(try repository.list().map(\.digest) == [second.digest, first.digest])
            try repository.remove(second.digest)
            for name in ["web", "shop/web:2", second.digest.description] {
                #expect(#expect(throws: ImageError.self) { try repository.resolve(name) }?.code == .notFound)
            }
            #expect(#expect(throws: ImageError.self) { try repository.remove(second.digest) }?.code == .notFound)
            #expect(
                #expect(throws: ImageError.self) { try repository.rootFileSystem(of: second.digest) }?.code == .notFound
            )
            #expect(try repository.list().map(\.names) == [[]])
            try repository.remove(first.digest)
            #expect(try repository.isEmpty)
        }
    }

    @Test("of the extended attributes only those that mean nothing to the host are kept", .enabled(if: geteuid() == 0))
    func attributes() async throws {
        try await withRepository { repository, directory in
            let archive = TarBuilder { tar in
                tar.file(
                    "bin/program", "#!", mode: 0o755,
                    attributes: ["user.note": "kept", "trusted.overlay.redirect": "/etc", "user.overlay.opaque": "y"])
            }
            let image = try repository.importBytes(archive.bytes(), in: directory)
            let files = try Snapshot(repository.rootFileSystem(of: image.digest)).files
            #expect(files[Array("bin/program".utf8)]?.attributes == ["user.note": Array("kept".utf8)])
        }
    }
}

extension TarBuilder {
    /// The archive with a program added.
    var bytesWithProgram: [UInt8] {
        var copy = self
        copy.program()
        return copy.bytes()
    }
}
