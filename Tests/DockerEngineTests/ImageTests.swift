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

    @Test("an archive is sent as a file, and the names in it come back")
    func load() async throws {
        let answer = lines(#"{"stream":"Loaded image: web:1\n"}"#, #"{"stream":"Loaded image ID: sha256:aa\n"}"#)
        try await withFile { path in
            try await FakeDaemon.with(answer) { docker, daemon in
                let names = try await docker.loadImage(archive: path)
                #expect(names == ["web:1", "sha256:aa"])
                #expect(daemon.asked[0].line == "POST /v1.41/images/load")
                #expect(daemon.asked[0].type == "application/x-tar")
                #expect(daemon.asked[0].body == Array("an archive".utf8))
            }
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
        "a pull names one tag",
        arguments: [
            ("redis", "redis:latest"), ("redis:7", "redis:7"), ("host:5000/redis", "host:5000/redis:latest"),
            ("redis@sha256:aa", "redis@sha256:aa"),
        ])
    func tags(_ reference: String, _ asked: String) async throws {
        let answer = lines(#"{"status":"Pulling","id":"a"}"#, #"{"status":"Download complete","progressDetail":{}}"#)
        try await FakeDaemon.with(answer) { docker, daemon in
            try await docker.pullImage(reference)
            #expect(daemon.asked[0].query["fromImage"] == asked)
        }
    }

    @Test(
        "a failure within an answer that began as a success is an error",
        arguments: [
            #"{"errorDetail":{"message":"no space left"},"error":"no space left"}"#, #"{"error":"no space left"}"#,
        ])
    func failedPull(_ line: String) async throws {
        let answer = lines(#"{"status":"Pulling"}"#, #"{"status":"x","progressDetail":{"current":1}}"#, line)
        try await FakeDaemon.with(answer) { docker, _ in
            let error = await dockerError { try await docker.pullImage("redis") }
            #expect(error == .refused(status: 200, message: "no space left"))
        }
    }

    @Test("a pull that is cut off within a line, or has a line without end, is an error")
    func cutPull() async throws {
        let endless = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
        for pieces in [[Array(#"{"status":"Pul"#.utf8)], [endless]] {
            try await FakeDaemon.with(.pieces(pieces)) { docker, _ in
                let error = await dockerError { try await docker.pullImage("redis") }
                guard case .invalidAnswer = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }
}
