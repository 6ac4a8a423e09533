import DockerEngine
import Foundation
import HTTP
import RelocateTesting
import Testing

@Suite("Images")
struct ImageTests {
    private func withFile(_ body: (String) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/image.tar"
            try Data("an archive".utf8).write(to: URL(fileURLWithPath: path))
            try await body(path)
        }
    }

    private func lines(_ lines: String...) -> Response {
        .pieces(lines.map { Array(($0 + "\r\n").utf8) })
    }

    @Test("an image that the daemon lacks is none, and no error")
    func missing() async throws {
        try await FakeDaemon.with(.document(["message": "No such image: web:1"], .notFound)) { docker, daemon in
            let image = try await docker.image("team/web:1")
            #expect(image == nil)
            #expect(daemon.asked[0].line == "GET /v1.41/images/team/web:1/json")
        }
    }

    @Test("an image comes with its identity and configuration")
    func image() async throws {
        let answer: JSON = [
            "Id": "sha256:aa", "RepoTags": ["web:1"], "RepoDigests": .null, "Config": ["Cmd": ["/bin/server"]],
            "Architecture": "amd64", "Os": "linux", "Size": 12, "RootFS": ["Type": "layers", "Layers": ["sha256:bb"]],
        ]
        try await FakeDaemon.with(.document(answer)) { docker, _ in
            let image = try #require(try await docker.image("web:1"))
            #expect(image.id == "sha256:aa" && image.tags == ["web:1"] && image.digests.isEmpty)
            #expect(image.configuration == ["Cmd": ["/bin/server"]] && image.layers == ["sha256:bb"])
        }
    }

    @Test("a root file system becomes an image of the configuration asked for")
    func importing() async throws {
        try await withFile { path in
            try await FakeDaemon.with(lines(#"{"status":"sha256:cc"}"#)) { docker, daemon in
                let changes = [#"CMD ["/bin/server"]"#, "ENV A=b c"]
                let id = try await docker.importImage(rootfs: path, reference: "demo/web:1", changes: changes)
                #expect(id == "sha256:cc")
                let query = daemon.asked[0].query
                #expect(daemon.asked[0].line == "POST /v1.41/images/create")
                #expect(query["fromSrc"] == "-" && query["repo"] == "demo/web:1" && query.all("changes") == changes)
                #expect(daemon.asked[0].body == Array("an archive".utf8))
            }
        }
    }

    @Test(
        "a failure within an answer that began as a success is an error",
        arguments: [
            #"{"errorDetail":{"message":"no space left"},"error":"no space left"}"#, #"{"error":"no space left"}"#,
        ])
    func failedImport(_ line: String) async throws {
        let answer = lines(#"{"status":"Importing"}"#, #"{"status":"x","progressDetail":{"current":1}}"#, line)
        try await withFile { path in
            try await FakeDaemon.with(answer) { docker, _ in
                let error = await dockerError { try await docker.importImage(rootfs: path, reference: "web:1") }
                #expect(error == .refused(status: 200, message: "no space left"))
            }
        }
    }

    @Test("an import whose answer is cut off within a line, or has a line without end, is an error")
    func cutImport() async throws {
        let endless = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
        try await withFile { path in
            for pieces in [[Array(#"{"status":"Imp"#.utf8)], [endless]] {
                try await FakeDaemon.with(.pieces(pieces)) { docker, _ in
                    let error = await dockerError { try await docker.importImage(rootfs: path, reference: "web:1") }
                    guard case .invalidAnswer = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                }
            }
        }
    }
}
