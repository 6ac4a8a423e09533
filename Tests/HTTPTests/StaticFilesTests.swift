import Foundation
import HTTPTypes
import Testing

@testable import HTTP

@Suite("Static files")
struct StaticFilesTests {
    private func with(_ body: (StaticFiles) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let root = folder.appendingPathComponent("root")
            let manager = FileManager.default
            try manager.createDirectory(at: root.appendingPathComponent("sub"), withIntermediateDirectories: true)
            try Data("secret".utf8).write(to: folder.appendingPathComponent("secret"))
            try Data("0123456789".utf8).write(to: root.appendingPathComponent("ten.txt"))
            try Data("<p>".utf8).write(to: root.appendingPathComponent("index.html"))
            try Data("<p>sub".utf8).write(to: root.appendingPathComponent("sub/index.html"))
            try Data("hidden".utf8).write(to: root.appendingPathComponent(".hidden"))
            try manager.createSymbolicLink(
                at: root.appendingPathComponent("link"), withDestinationURL: folder.appendingPathComponent("secret"))
            try manager.createSymbolicLink(at: root.appendingPathComponent("out"), withDestinationURL: folder)
            try await body(StaticFiles(root: root.path))
        }
    }

    private func get(_ files: StaticFiles, _ path: String, _ fields: HTTPFields = [:]) async throws -> Response {
        try await files.respond(to: Request(method: .get, path: path, headerFields: fields))
    }

    private func text(_ response: Response) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    @Test("a file has its type, its tag and the security fields; a folder has its index")
    func serving() async throws {
        try await with { files in
            let file = try await get(files, "/ten.txt")
            #expect(text(file) == "0123456789")
            #expect(file.headerFields[.contentType] == "text/plain; charset=utf-8")
            #expect(file.headerFields[.xContentTypeOptions] == "nosniff")
            #expect(file.headerFields[.contentSecurityPolicy]?.contains("default-src 'self'") == true)
            #expect(file.headerFields[.contentSecurityPolicy]?.contains("unsafe-inline") == false)
            #expect(text(try await get(files, "/")) == "<p>")
            #expect(text(try await get(files, "/sub")) == "<p>sub")
            #expect(text(try await get(files, "/sub/")) == "<p>sub")
        }
    }

    @Test(
        "nothing outside the folder, behind a link or hidden is served",
        arguments: [
            "/../secret", "/sub/../../secret", "/link", "/out/secret", "/.hidden", "/ten.txt/", "/\0", "//etc/passwd",
        ])
    func escapes(_ path: String) async throws {
        try await with { files in
            await #expect { _ = try await get(files, path) } throws: { ($0 as? Problem)?.status == 404 }
        }
    }

    @Test("a known tag is answered with 304")
    func notModified() async throws {
        try await with { files in
            let tag = try await get(files, "/ten.txt").headerFields[.eTag] ?? ""
            #expect(tag.hasPrefix("\""))
            for list in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                #expect(try await get(files, "/ten.txt", [.ifNoneMatch: list]).status == .notModified, "\(list)")
            }
            #expect(try await get(files, "/ten.txt", [.ifNoneMatch: "\"x\""]).status == .ok)
        }
    }

    @Test("one range is answered with its bytes, an impossible one with 416")
    func ranges() async throws {
        try await with { files in
            for (range, expected) in [
                ("bytes=0-3", "0123"), ("bytes=7-", "789"), ("bytes=-2", "89"), ("bytes=8-99", "89"),
            ] {
                let response = try await get(files, "/ten.txt", [.range: range])
                #expect(response.status == .partialContent)
                #expect(text(response) == expected)
            }
            for range in ["bytes=a-b", "lines=1-2", "bytes=3-1", "bytes=0-1,3-4", "bytes=-"] {
                #expect(try await get(files, "/ten.txt", [.range: range]).status == .ok, "\(range)")
            }
            #expect(try await get(files, "/ten.txt", [.range: "bytes=0-3", .ifRange: "\"x\""]).status == .ok)
            await #expect { _ = try await get(files, "/ten.txt", [.range: "bytes=10-"]) } throws: {
                ($0 as? Problem)?.status == 416
            }
        }
    }
}
