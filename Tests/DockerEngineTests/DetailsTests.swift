import DockerEngine
import HTTP
import Testing

@Suite("What a daemon tells of containers and itself")
struct DetailsTests {
    private func details(_ document: JSON) async throws -> ContainerDetails {
        var found: ContainerDetails?
        try await FakeDaemon.with(.document(document)) { docker, _ in found = try await docker.inspect("web") }
        return try #require(found)
    }

    @Test("an inspection has what matters in fields")
    func inspection() async throws {
        let found = try await details(try Samples.container { _ in })
        #expect(found.id == Samples.containerID)
        #expect(found.name == "web")
        #expect(found.created == "2026-11-26T12:00:00.123456789Z")
        #expect(found.image == "web:1")
        #expect(found.imageID == "sha256:aa")
        #expect(found.state.status == "running")
        #expect(found.state.isRunning && !found.state.isPaused)
        #expect(found.state.pid == 4711)
        #expect(found.state.health?.status == "healthy")
        #expect(found.storageDriver == "overlay2")
        #expect(found.upperDirectory == "/u")
        #expect(found.mergedDirectory == "/m")
        #expect(found.mounts.map(\.destination) == ["/data", "/cache"])
        #expect(found.mounts.map(\.isWritable) == [false, true])
        #expect(found.mounts[1].volume == "0badcafe")
        #expect(found.networks.namespace == "/var/run/docker/netns/ab")
        #expect(found.networks.address(in: "front") == "10.1.0.9")
        #expect(found.networks.address(in: "back") == nil)
        #expect(found.logPath.hasSuffix("-json.log"))
        #expect(found.restartCount == 2)
        #expect(found.restartPolicy == .onFailure(maximumRetries: 5))
        #expect(found.labels == ["team": "blue", "quote": "a\"b/<"])
        #expect(found.environment == ["PATH=/bin", "A=1"])
        #expect(found.networkMode == "front")
        #expect(!found.hasTerminal)
    }

    @Test("a container is made again with every field that it was made with, to the last digit")
    func creationBody() async throws {
        let sample = try Samples.container { _ in }
        let found = try await details(sample)
        #expect(found.configuration == sample["Config"])
        #expect(found.hostConfiguration == sample["HostConfig"])
        try await FakeDaemon.with(.document(["Id": "new", "Warnings": .null], .created)) { docker, daemon in
            let made = try await docker.create(name: "web-2", body: found.creationBody)
            #expect(made.id == "new")
            #expect(made.warnings.isEmpty)
            #expect(daemon.asked[0].query["name"] == "web-2")
            #expect(String(decoding: daemon.asked[0].body, as: UTF8.self).contains("18446744073709551615"))
            var sent = daemon.asked[0].json
            var host = try #require(sent["HostConfig"])
            #expect(host["Binds"] == ["/srv/data:/data:ro", "0badcafe:/cache"])
            host["Binds"] = ["/srv/data:/data:ro"]
            #expect(host == sample["HostConfig"])
            #expect(
                sent["NetworkingConfig"] == [
                    "EndpointsConfig": ["front": ["IPAMConfig": ["IPv4Address": "10.1.0.9"], "Aliases": ["www"]]]
                ])
            sent["HostConfig"] = nil
            sent["NetworkingConfig"] = nil
            #expect(sent == sample["Config"])
        }
    }

    @Test("a container in another one's network is made again without what belongs to that one")
    func sharedNetwork() async throws {
        let sample = try Samples.container { document in
            document["HostConfig"]?["NetworkMode"] = "container:abc"
            document["HostConfig"]?["Binds"] = .null
            document["Mounts"] = []
        }
        let body = try await details(sample).creationBody
        #expect(body["Hostname"] == nil && body["ExposedPorts"] == nil && body["NetworkingConfig"] == nil)
        #expect(body["HostConfig"] == sample["HostConfig"])
        #expect(body["Env"] == ["PATH=/bin", "A=1"])
    }

    @Test("a container that does not run, of a storage driver without directories, is no error")
    func sparse() async throws {
        let sample = try Samples.container { document in
            document["GraphDriver"] = ["Name": "vfs", "Data": .null]
            document["State"] = ["Status": "created", "Running": false, "Pid": 0]
            document["Mounts"] = .null
            document["LogPath"] = ""
            document["NetworkSettings"] = ["SandboxKey": "", "Networks": .null]
        }
        let found = try await details(sample)
        #expect(found.upperDirectory == nil && found.mergedDirectory == nil)
        #expect(found.state.pid == 0 && found.state.health == nil)
        #expect(found.mounts.isEmpty && found.networks.endpoints.isEmpty)
    }

    @Test(
        "JSON comes out as it went in",
        arguments: [
            #"{"a":[1,-1,0.5,true,false,null,"x/y",{"b":{}}],"c":[]}"#, "9223372036854775807",
            "18446744073709551615", "-9223372036854775808", #""\"\\\n\u0001 ü 😀""#, "[]", "{}", #""""#, "1e+300",
        ])
    func roundTrip(_ text: String) throws {
        #expect(try JSON(parsing: Array(text.utf8)).text == text)
    }

    @Test("version and set-up have what decides whether checkpoints can be made")
    func system() async throws {
        try await FakeDaemon.with({ question in
            if question.path.hasSuffix("/version") {
                return .document([
                    "Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Experimental": true,
                    "KernelVersion": "6.1",
                ])
            }
            return .document([
                "ID": "A", "Driver": "overlay2", "DockerRootDir": "/var/lib/docker", "CgroupVersion": "2",
                "CgroupDriver": "systemd", "ExperimentalBuild": true, "Runtimes": ["runc": ["path": "runc"]],
                "DefaultRuntime": "runc", "SecurityOptions": ["name=seccomp,profile=default"], "Warnings": .null,
            ])
        }) { docker, _ in
            let version = try await docker.version()
            #expect(version.version == "20.10.24" && version.apiVersion == "1.41" && version.isExperimental)
            #expect(version.kernelVersion == "6.1")
            let info = try await docker.info()
            #expect(info.driver == "overlay2" && info.rootDirectory == "/var/lib/docker" && info.isExperimental)
            #expect(info.controlGroupVersion == "2" && info.controlGroupDriver == "systemd")
            #expect(info.runtimes["runc"]?.path == "runc" && info.securityOptions.count == 1 && info.warnings.isEmpty)
        }
    }
}
