import DockerEngine
import Foundation
import RelocateTesting
import Testing

@Suite("A real dockerd", .serialized, .enabled(if: RealDaemon.isPossible), .timeLimit(.minutes(5)))
struct LiveTests {
    private static let image = "relocate-test/busybox:1"

    /// A daemon with an image that counts, and knows a terminal from none.
    private func withImage(_ body: (RealDaemon, DockerEngine) async throws -> Void) async throws {
        try await RealDaemon.with { daemon in
            let script = "echo ready; echo bad >&2; i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.1; done"
            let command = #"CMD ["/bin/sh", "-c", "\#(script)"]"#
            let id = try await daemon.docker.importImage(
                rootfs: daemon.rootFileSystem(), reference: Self.image, changes: [command, "ENV PATH=/bin"])
            let image = try #require(try await daemon.docker.image(Self.image))
            #expect(image.id == id)
            #expect(image.tags == [Self.image])
            #expect(image.layers.count == 1)
            try await body(daemon, daemon.docker)
        }
    }

    private static let body: JSON = [
        "Image": .string(image), "Labels": ["relocate.test": "a b"],
        "HostConfig": ["NetworkMode": "none", "Memory": 67_108_864, "RestartPolicy": ["Name": "unless-stopped"]],
    ]

    private func eventuallyReady(_ docker: DockerEngine, _ container: String) async throws {
        try await eventually("\(container) writes") {
            let output = try await docker.logs(container)
            return output.outputText.hasPrefix("ready") && (output.outputText.contains("bad") || !output.errors.isEmpty)
        }
    }

    @Test("the daemon says what it is and that it makes checkpoints")
    func system() async throws {
        try await RealDaemon.with { daemon in
            let version = try await daemon.docker.version()
            #expect(version.isExperimental)
            #expect(!version.version.isEmpty)
            let info = try await daemon.docker.info()
            #expect(info.isExperimental)
            #expect(info.rootDirectory == daemon.directory + "/data")
            #expect(info.runtimes["runc"] != nil)
            #expect(info.controlGroupVersion != nil)
            #expect(try await daemon.docker.image("nothing:1") == nil)
            let broken = daemon.directory + "/broken.tar"
            try Data("no archive".utf8).write(to: URL(fileURLWithPath: broken))
            let error = await dockerError { try await daemon.docker.importImage(rootfs: broken, reference: "broken:1") }
            guard case .refused(_, let message) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(!message.isEmpty)
        }
    }

    @Test("a container lives from its creation to its removal")
    func life() async throws {
        try await withImage { _, docker in
            let id = try await docker.create(name: "count", body: Self.body).id
            let events = try await docker.events(filters: ["type": ["container"]], since: "1")
            #expect(try await docker.start("count"))
            #expect(try await docker.start("count") == false)
            try await eventuallyReady(docker, "count")
            let output = try await docker.logs("count", tail: 5)
            #expect(output.outputText == "ready\n")
            #expect(output.errorText == "bad\n")
            let details = try await docker.inspect("count")
            #expect(details.id == id && details.name == "count" && details.state.isRunning && details.state.pid > 0)
            #expect(details.restartPolicy == .unlessStopped && details.networkMode == "none")
            #expect(details.labels == ["relocate.test": "a b"])
            #expect(details.logPath.contains(id))
            if details.storageDriver == "overlay2" { #expect(details.upperDirectory != nil) }
            #expect(try await docker.list(labels: ["relocate.test=a b"]).map(\.id) == [id])
            #expect(try await docker.list(labels: ["relocate.test=b"]).isEmpty)

            let done = try await docker.execute(
                "count", ["sh", "-c", "echo $A; echo no >&2; exit 7"], environment: ["A=1"])
            #expect(done.exitCode == 7)
            #expect(done.output.outputText == "1\n")
            #expect(done.output.errorText == "no\n")
            #expect(try await docker.execute("count", ["nothing"]).exitCode != 0)

            try await docker.update("count", restartPolicy: .no)
            #expect(try await docker.inspect("count").restartPolicy == .no)
            try await docker.rename("count", to: "counted")
            let running = await dockerError { try await docker.remove("counted") }
            guard case .conflict = running else {
                Issue.record("\(String(describing: running))")
                return
            }
            #expect(try await docker.stop("counted", seconds: 0))
            #expect(try await docker.stop("counted", seconds: 0) == false)
            #expect(try await docker.wait("counted") == 137)
            try await docker.remove("counted")
            let gone = await dockerError { _ = try await docker.inspect("counted") }
            #expect(gone == .notFound("No such container: counted"))
            var actions: [String] = []
            for try await event in events where event.id == id {
                actions.append(event.action)
                if event.action == "destroy" { break }
            }
            for action in ["create", "start", "die", "rename", "destroy"] { #expect(actions.contains(action)) }
        }
    }

    @Test("a container that is made again is the same in every field")
    func recreation() async throws {
        try await withImage { _, docker in
            var body = Self.body
            body["Volumes"] = ["/cache": [:]]
            body["Tty"] = true
            body["ExposedPorts"] = ["80/tcp": [:]]
            body["HostConfig"]?["Binds"] = ["kept:/kept:ro"]
            body["HostConfig"]?["BlkioWeight"] = 0
            body["HostConfig"]?["Ulimits"] = [["Name": "nofile", "Soft": 128, "Hard": 256]]
            try await docker.createVolume("kept", labels: ["a": "b"])
            try await docker.start(docker.create(name: "first", body: body).id)
            try await eventuallyReady(docker, "first")
            let first = try await docker.inspect("first")
            #expect(first.hasTerminal)
            #expect(first.mounts.count == 2)
            try await docker.kill("first")
            #expect(try await docker.wait("first") == 137)
            let made = try await docker.create(name: "second", body: first.creationBody)
            #expect(made.warnings.isEmpty)
            let second = try await docker.inspect("second")
            #expect(second.configuration == first.configuration)
            var host = second.hostConfiguration
            #expect(host["Binds"]?.array?.count == 2)
            host["Binds"] = ["kept:/kept:ro"]
            #expect(host == first.hostConfiguration)
            #expect(Set(second.mounts.map(\.source)) == Set(first.mounts.map(\.source)))
            let inUse = await dockerError { try await docker.removeVolume("kept") }
            guard case .conflict = inUse else {
                Issue.record("\(String(describing: inUse))")
                return
            }
            try await docker.remove("second", volumes: true)
            try await docker.remove("first", force: true, volumes: true)
            #expect(try await docker.volume("kept").labels == ["a": "b"])
            try await docker.removeVolume("kept")
        }
    }
}
