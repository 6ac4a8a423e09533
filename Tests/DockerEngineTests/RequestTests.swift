import DockerEngine
import Foundation
import HTTP
import RelocateTesting
import Testing

@Suite("Requests to the daemon")
struct RequestTests {
    @Test("each function asks what the API wants to be asked")
    func shapes() async throws {
        try await FakeDaemon.with(Response(status: .noContent)) { docker, daemon in
            try await docker.ping()
            try await docker.start("web")
            try await docker.start("web", checkpoint: "c 1")
            try await docker.stop("web", seconds: 3)
            try await docker.kill("web", signal: "SIGHUP")
            try await docker.rename("web", to: "web2")
            try await docker.remove("web2", force: true, volumes: true)
            try await docker.removeVolume("data")
            #expect(
                daemon.asked.map(\.line) == [
                    "GET /v1.41/_ping", "POST /v1.41/containers/web/start", "POST /v1.41/containers/web/start",
                    "POST /v1.41/containers/web/stop", "POST /v1.41/containers/web/kill",
                    "POST /v1.41/containers/web/rename", "DELETE /v1.41/containers/web2",
                    "DELETE /v1.41/volumes/data",
                ])
            let queries = daemon.asked.map(\.query)
            #expect(queries[1].names.isEmpty)
            #expect(queries[2]["checkpoint"] == "c 1")
            #expect(queries[3]["t"] == "3")
            #expect(queries[4]["signal"] == "SIGHUP")
            #expect(queries[5]["name"] == "web2")
            #expect(queries[6]["force"] == "1")
            #expect(queries[6]["v"] == "1")
        }
    }

    @Test("a list is asked for by labels, whatever characters are in them")
    func list() async throws {
        let answer: JSON = [
            ["Id": "a", "Names": ["/other/alias", "/web"], "State": "running", "Labels": ["team": "blü & co"]],
            ["Id": "b", "Names": .null, "State": "removing", "Labels": .null],
        ]
        try await FakeDaemon.with(.document(answer)) { docker, daemon in
            let found = try await docker.list(all: true, labels: ["team=blü & co", "mine"])
            #expect(found.map(\.name) == ["web", ""])
            #expect(found[0].labels == ["team": "blü & co"])
            #expect(daemon.asked[0].query["all"] == "1")
            let filters = try JSON(parsing: Array((daemon.asked[0].query["filters"] ?? "").utf8))
            #expect(filters == ["label": ["team=blü & co", "mine"]])
            _ = try await docker.list()
            #expect(daemon.asked[1].query.names.isEmpty)
        }
    }

    @Test("starting what runs and stopping what does not is no error")
    func notModified() async throws {
        try await FakeDaemon.with(Response(status: .notModified)) { docker, _ in
            let (hasStarted, hasStopped) = (try await docker.start("web"), try await docker.stop("web"))
            #expect(!hasStarted && !hasStopped)
        }
        try await FakeDaemon.with(Response(status: .noContent)) { docker, _ in
            let hasStarted = try await docker.start("web")
            #expect(hasStarted)
        }
    }

    @Test("the exit code of a container comes as long after the question as it takes")
    func wait() async throws {
        try await FakeDaemon.with({ _ in
            Response(
                body: .stream(contentLength: nil) { writer in
                    try await Task.sleep(for: .milliseconds(200))
                    try await writer.write(Array(#"{"Error":null,"StatusCode":137}"#.utf8))
                })
        }) { docker, _ in
            let code = try await docker.wait("web", timeout: nil)
            #expect(code == 137)
        }
    }

    @Test("a restart policy can be changed, and limits with it")
    func update() async throws {
        try await FakeDaemon.with(.document(["Warnings": ["no swap limit"]])) { docker, daemon in
            let warnings = try await docker.update(
                "web", restartPolicy: .onFailure(maximumRetries: 3), resources: ["Memory": 67_108_864])
            #expect(warnings == ["no swap limit"])
            #expect(
                daemon.asked[0].json == [
                    "RestartPolicy": ["Name": "on-failure", "MaximumRetryCount": 3], "Memory": 67_108_864,
                ])
        }
    }

    @Test("a volume comes with its place on the host")
    func volume() async throws {
        let answer: JSON = [
            "Name": "data", "Driver": "local", "Mountpoint": "/var/lib/docker/volumes/data/_data", "Labels": .null,
            "Options": ["type": "tmpfs"], "Scope": "local",
        ]
        try await FakeDaemon.with(.document(answer)) { docker, daemon in
            let made = try await docker.createVolume("data", options: ["type": "tmpfs"], labels: ["a": "b"])
            #expect(made.path == "/var/lib/docker/volumes/data/_data")
            #expect(try await docker.volume("data") == made)
            #expect(
                daemon.asked[0].json == [
                    "Name": "data", "Driver": "local", "DriverOpts": ["type": "tmpfs"], "Labels": ["a": "b"],
                ])
        }
    }

    @Test("a name that would lead to another path is not sent", arguments: ["", "..", "a/../b", "/a", "a\0b"])
    func names(_ name: String) async throws {
        try await FakeDaemon.with(Response(status: .noContent)) { docker, daemon in
            let error = await dockerError { try await docker.start(name) }
            guard case .invalidRequest = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(daemon.asked.isEmpty)
        }
    }

    @Test("a name with other characters reaches the daemon as it is")
    func encoding() async throws {
        try await FakeDaemon.with(Response(status: .noContent)) { docker, daemon in
            try await docker.start("a b?c=d&e#f%41")
            #expect(daemon.asked[0].path == "/v1.41/containers/a b?c=d&e#f%41/start")
        }
    }
}
