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
            for name in ["app.js", "app.js.br", "app.js.gz", "old.js", "old.js.gz"] {
                try Data(name.utf8).write(to: root.appendingPathComponent(name))
            }
            for name in ["ten.txt", "old.js.gz"] {
                try manager.setAttributes(
                    [.modificationDate: Self.past], ofItemAtPath: root.appendingPathComponent(name).path)
            }
            try await body(StaticFiles(root: root.path))
        }
    }

    private static let past = Date(timeIntervalSince1970: 784_111_777)
    private static let pastText = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let before = "Sunday, 06-Nov-94 08:49:36 GMT"
    private static let after = "Sun Nov  6 08:49:38 1994"

    private func get(_ files: StaticFiles, _ path: String, _ fields: HTTPFields = [:]) async throws -> Response {
        try await files.respond(to: Request(method: .get, path: path, headerFields: fields))
    }

    private func text(_ response: Response) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    /// The status, whether it was answered or thrown.
    private func status(
        _ files: StaticFiles, _ path: String, _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get
    ) async throws -> Int {
        do {
            return try await files.respond(to: Request(method: method, path: path, headerFields: fields)).status.code
        } catch let problem as Problem {
            return problem.status
        }
    }

    @Test("a file has its type, its tag and the security fields; a folder has its index")
    func serving() async throws {
        try await with { files in
            let file = try await get(files, "/ten.txt")
            #expect(text(file) == "0123456789")
            #expect(file.headerFields[.contentType] == "text/plain; charset=utf-8")
            #expect(file.headerFields[.lastModified] == Self.pastText)
            #expect(file.headerFields[.xContentTypeOptions] == "nosniff")
            let policy = file.headerFields[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe-inline"))
            #expect(text(try await get(files, "/")) == "<p>")
            #expect(text(try await get(files, "/sub")) == "<p>sub")
            #expect(text(try await get(files, "/sub/")) == "<p>sub")
        }
    }

    @Test("HEAD has the fields of GET, OPTIONS lists the methods, and another method is 405 if there is a file")
    func methods() async throws {
        try await with { files in
            let head = try await files.respond(to: Request(method: .head, path: "/ten.txt"))
            let get = try await get(files, "/ten.txt")
            #expect(head.headerFields == get.headerFields)
            let options = try await files.respond(to: Request(method: .options, path: "/ten.txt"))
            #expect(options.headerFields[.allow] == "GET, HEAD, OPTIONS")
            await #expect {
                _ = try await files.respond(to: Request(method: .delete, path: "/ten.txt"))
            } throws: {
                guard let problem = $0 as? Problem else { return false }
                return problem.status == 405 && problem.headerFields[.allow] == "GET, HEAD, OPTIONS"
                    && problem.headerFields[.xContentTypeOptions] == "nosniff"
            }
            #expect(try await status(files, "/none", method: .delete) == 404)
        }
    }

    @Test(
        "nothing outside the folder, behind a link or hidden is served",
        arguments: [
            "/../secret", "/sub/../../secret", "/link", "/out/secret", "/.hidden", "/ten.txt/", "/\0", "//etc/passwd",
            "//ten.txt", "/sub//index.html", "/sub//",
        ])
    func escapes(_ path: String) async throws {
        try await with { files async throws in #expect(try await status(files, path) == 404) }
    }

    // MARK: - Conditions

    @Test("a known tag is answered with 304, which has the fields that a cache needs")
    func notModified() async throws {
        try await with { files in
            let full = try await get(files, "/ten.txt")
            let tag = full.headerFields[.eTag] ?? ""
            #expect(tag.hasPrefix("\""))
            for list in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                let response = try await get(files, "/ten.txt", [.ifNoneMatch: list])
                #expect(response.status == .notModified, "\(list)")
                for name in [HTTPField.Name.eTag, .cacheControl, .vary, .contentSecurityPolicy] {
                    #expect(response.headerFields[name] == full.headerFields[name])
                }
                #expect(response.headerFields[.contentType] == nil)
            }
            for list in ["\"x\"", String(tag.dropFirst().dropLast()), "", "*, \"x\""] {
                #expect(try await status(files, "/ten.txt", [.ifNoneMatch: list]) == 200, "\(list)")
            }
        }
    }

    @Test("a date is compared in each of its three forms; one that is none, or stands beside a tag, is ignored")
    func modifiedSince() async throws {
        try await with { files async throws in
            for date in [Self.pastText, Self.after, "Fri, 31 Dec 2100 23:59:59 GMT"] {
                #expect(try await status(files, "/ten.txt", [.ifModifiedSince: date]) == 304, "\(date)")
            }
            for date in [Self.before, "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 2100 00:00:00 GMT"] {
                #expect(try await status(files, "/ten.txt", [.ifModifiedSince: date]) == 200, "\(date)")
            }
            let other: HTTPFields = [.ifNoneMatch: "\"x\"", .ifModifiedSince: Self.pastText]
            #expect(try await status(files, "/ten.txt", other) == 200)
        }
    }

    @Test("a condition that another version was meant is 412, and comes before all others")
    func preconditionFailed() async throws {
        try await with { files in
            let tag = try await get(files, "/ten.txt").headerFields[.eTag] ?? ""
            for list in [tag, "*", "\"x\", \(tag)"] {
                #expect(try await status(files, "/ten.txt", [.ifMatch: list]) == 200, "\(list)")
            }
            for list in ["\"x\"", "W/\(tag)"] {
                #expect(try await status(files, "/ten.txt", [.ifMatch: list]) == 412, "\(list)")
            }
            #expect(try await status(files, "/ten.txt", [.ifMatch: "\"x\"", .ifNoneMatch: tag]) == 412)
            #expect(try await status(files, "/ten.txt", [.ifUnmodifiedSince: Self.pastText]) == 200)
            #expect(try await status(files, "/ten.txt", [.ifUnmodifiedSince: Self.before]) == 412)
            #expect(try await status(files, "/ten.txt", [.ifMatch: tag, .ifUnmodifiedSince: Self.before]) == 200)
            #expect(try await status(files, "/ten.txt", [.ifMatch: tag, .ifNoneMatch: tag]) == 304)
        }
    }

    // MARK: - Ranges

    @Test("one range is answered with its bytes, an impossible one with 416 and the length")
    func ranges() async throws {
        try await with { files in
            for (range, expected) in [
                ("bytes=0-3", "0123"), ("bytes=7-", "789"), ("bytes=-2", "89"), ("Bytes=8-99", "89"),
                ("bytes=-99", "0123456789"),
            ] {
                let response = try await get(files, "/ten.txt", [.range: range])
                #expect(response.status == .partialContent)
                #expect(response.headerFields[.contentRange]?.hasSuffix("/10") == true)
                #expect(text(response) == expected)
            }
            for range in ["bytes=a-b", "lines=1-2", "bytes=3-1", "bytes=0-1,3-4", "bytes=-"] {
                #expect(try await status(files, "/ten.txt", [.range: range]) == 200, "\(range)")
            }
            #expect(try await status(files, "/ten.txt", [.range: "bytes=0-1"], method: .head) == 200)
            for range in ["bytes=10-", "bytes=-0"] {
                await #expect { _ = try await get(files, "/ten.txt", [.range: range]) } throws: {
                    guard let problem = $0 as? Problem else { return false }
                    return problem.status == 416 && problem.headerFields[.contentRange] == "bytes */10"
                }
            }
        }
    }

    @Test("a range is only cut out of the version that the client has")
    func ifRange() async throws {
        try await with { files in
            let tag = try await get(files, "/ten.txt").headerFields[.eTag] ?? ""
            for condition in [tag, Self.pastText] {
                let fields: HTTPFields = [.range: "bytes=0-3", .ifRange: condition]
                #expect(try await status(files, "/ten.txt", fields) == 206, "\(condition)")
            }
            for condition in ["\"x\"", "W/\(tag)", Self.after, "yesterday"] {
                let fields: HTTPFields = [.range: "bytes=0-3", .ifRange: condition]
                #expect(try await status(files, "/ten.txt", fields) == 200, "\(condition)")
            }
        }
    }

    // MARK: - Codings

    @Test(
        "a compressed copy is sent to who prefers it",
        arguments: [
            ("gzip, br", "br"), ("gzip", "gzip"), ("x-gzip", "gzip"), ("GZIP;q=0.5, br;q=0.4", "gzip"), ("*", "br"),
            ("br;q=0, *", "gzip"), ("zstd", nil), ("", nil), ("identity, gzip;q=0.5", nil), ("gzip;q=0", nil),
            ("gzip;q=2", nil), ("*;q=0", nil), ("br;q=0.001", "br"),
        ] as [(String, String?)])
    func codings(_ accepted: String, _ expected: String?) async throws {
        try await with { files in
            let response = try await get(files, "/app.js", [.acceptEncoding: accepted])
            #expect(response.headerFields[.contentEncoding] == expected)
            #expect(response.headerFields[.contentType] == "text/javascript; charset=utf-8")
            #expect(response.headerFields[.vary] == "Accept-Encoding")
            let suffix = ["br": ".br", "gzip": ".gz"]
            #expect(text(response) == "app.js" + (expected.flatMap { suffix[$0] } ?? ""))
        }
    }

    @Test("each coding has a tag of its own, and ranges are cut out of what is sent")
    func codedTags() async throws {
        try await with { files in
            var tags: Set<String> = []
            for accepted in ["br", "gzip", "identity"] {
                let response = try await get(files, "/app.js", [.acceptEncoding: accepted])
                tags.insert(response.headerFields[.eTag] ?? "")
            }
            #expect(tags.count == 3)
            let part = try await get(files, "/app.js", [.acceptEncoding: "br", .range: "bytes=-3"])
            #expect(text(part) == ".br")
        }
    }

    @Test("a compressed copy that is older than its file is not sent")
    func staleCopy() async throws {
        try await with { files in
            let response = try await get(files, "/old.js", [.acceptEncoding: "gzip"])
            #expect(response.headerFields[.contentEncoding] == nil)
            #expect(text(response) == "old.js")
        }
    }
}
