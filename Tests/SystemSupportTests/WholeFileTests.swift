import FoundationEssentials
import Glibc
import RelocateTesting
import SystemSupport
import Testing

@Suite("Files that are there as a whole or not at all")
struct WholeFileTests {
    private static let lifetimes = [WholeFile.Lifetime.process, .machine]

    @Test("a file is written, and replaced, and no draft stays", arguments: lifetimes)
    func replaces(_ lifetime: WholeFile.Lifetime) async throws {
        try await TemporaryDirectory.with { folder in
            for content in ["a long first content", "second", ""] {
                try WholeFile.write(Array(content.utf8), to: "\(folder)/file", outliving: lifetime)
                #expect(text(of: "\(folder)/file") == content)
                #expect(try names(in: folder) == ["file"])
            }
        }
    }

    @Test("nobody else may read it, whatever was left there before", arguments: lifetimes)
    func mode(_ lifetime: WholeFile.Lifetime) async throws {
        try await TemporaryDirectory.with { folder in
            for left in ["\(folder)/file", "\(folder)/file.new"] {
                let file = open(left, O_WRONLY | O_CREAT, 0o600)
                #expect(write(file, "left", 4) == 4)
                fchmod(file, 0o644)
                close(file)
            }
            try WholeFile.write(Array("secret".utf8), to: "\(folder)/file", outliving: lifetime)
            var status = stat()
            #expect(stat("\(folder)/file", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            #expect(text(of: "\(folder)/file") == "secret")
        }
    }

    @Test("one that cannot be written leaves the old content, and nothing beside it")
    func failure() async throws {
        try await TemporaryDirectory.with { folder in
            try WholeFile.write(Array("old".utf8), to: "\(folder)/file")
            mkdir("\(folder)/taken", 0o700)
            let error = #expect(throws: SystemCallError.self) {
                try WholeFile.write([1], to: "\(folder)/taken", draft: "\(folder)/draft")
            }
            #expect(error?.description == "cannot replace \(folder)/taken: Is a directory")
            #expect(throws: SystemCallError("open \(folder)/none/file.new", number: ENOENT)) {
                try WholeFile.write([1], to: "\(folder)/none/file")
            }
            #expect(try names(in: folder) == ["file", "taken"])
            #expect(text(of: "\(folder)/file") == "old")
        }
    }

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func text(of path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
