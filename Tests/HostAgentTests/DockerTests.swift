import DockerEngine
import FleetModel
import Foundation
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

/// A container as a daemon describes it, with some things changed.
private func details(
    id: String = "a1", name: String = "shop", config: String = "", host: String = "", mounts: String = ""
) throws -> ContainerDetails {
    let text = """
        {"Id":"\(id)","Name":"/\(name)","Created":"","Image":"sha256:0","RestartCount":0,"LogPath":"",
         "State":{"Status":"running","Running":true,"Paused":false,"Pid":7,"ExitCode":0,"Error":"","OOMKilled":false,
                  "StartedAt":"","FinishedAt":""},
         "Config":{"Image":"shop:1","Labels":{"relocate.tenant":"acme"}\(config.isEmpty ? "" : ",\(config)")},
         "HostConfig":{"NetworkMode":"none"\(host.isEmpty ? "" : ",\(host)")},
         "GraphDriver":{"Name":"overlay2","Data":{}},"Mounts":[\(mounts)],
         "NetworkSettings":{"SandboxKey":"","Ports":{},"Networks":{}}}
        """
    return try JSONDecoder().decode(ContainerDetails.self, from: Data(text.utf8))
}

@Suite("Docker hosts")
struct DockerHostTests {
    private func obstacles(
        to container: ContainerDetails, among others: [ContainerDetails] = [], driver: String = "overlay2"
    ) -> [String] {
        AdoptionObstacles(
            AdoptionObstacles.World(
                sharedDirectory: "/srv/relocate", storageDriver: driver, containers: others + [container])
        ).obstacles(to: container)
    }

    @Test("a plain container has nothing in its way")
    func plain() throws {
        #expect(try obstacles(to: details()) == [])
        #expect(try obstacles(to: details(host: #""NetworkMode":"bridge","Memory":1000"#)) == [])
        let mounts = """
            {"Type":"bind","Source":"/srv/relocate/site","Destination":"/site","RW":true},
            {"Type":"volume","Name":"data","Source":"/x","Destination":"/data","RW":true},
            {"Type":"tmpfs","Source":"","Destination":"/tmp","RW":true}
            """
        #expect(try obstacles(to: details(mounts: mounts)) == [])
    }

    @Test(
        "what keeps a container from moving is named in words",
        arguments: [
            ("", #""NetworkMode":"host""#, "--network host"),
            ("", #""NetworkMode":"backend""#, "network 'backend'"),
            ("", #""NetworkMode":"container:b2""#, "network of another container"),
            ("", #""PortBindings":{"80/tcp":[{"HostPort":"8080"}]}"#, "80/tcp"),
            ("", #""PublishAllPorts":true"#, "publishes"),
            ("", #""Privileged":true"#, "privileged"),
            ("", #""Devices":[{"PathOnHost":"/dev/kvm"}]"#, "/dev/kvm"),
            ("", #""DeviceRequests":[{"Driver":"nvidia"}]"#, "--gpus"),
            ("", #""PidMode":"host""#, "processes"),
            ("", #""IpcMode":"container:b2""#, "shared memory"),
            ("", #""AutoRemove":true"#, "--rm"),
            ("", #""VolumesFrom":["b2"]"#, "another container's volumes"),
            ("", #""Runtime":"kata""#, "kata"),
            (#""Tty":true"#, "", "terminal"),
            (#""OpenStdin":true"#, "", "--interactive"),
        ])
    func named(config: String, host: String, words: String) throws {
        var container = try details(config: config)
        for (field, value) in try JSON(parsing: Array("{\(host)}".utf8)).object ?? [:] {
            container.hostConfiguration[field] = value
        }
        let found = obstacles(to: container)
        #expect(found.count == 1)
        #expect(found.first?.contains(words) == true, "\(found)")
    }

    @Test("what a container shares with others keeps it, and the others are named")
    func shared() throws {
        let volume = #"{"Type":"volume","Name":"data","Source":"/x","Destination":"/data","RW":true}"#
        let other = try details(id: "b2", name: "backup", mounts: volume)
        let found = try obstacles(to: details(mounts: volume), among: [other])
        #expect(found.count == 1 && found[0].contains("backup"))
        var guest = try details(id: "c3", name: "sidecar")
        guest.hostConfiguration["NetworkMode"] = "container:a1"
        #expect(try obstacles(to: details(), among: [guest]).first?.contains("sidecar") == true)
        let bind = #"{"Type":"bind","Source":"/etc/shop","Destination":"/etc","RW":false}"#
        #expect(try obstacles(to: details(mounts: bind)).first?.contains("/etc/shop") == true)
        // A folder beside the shared storage, not below it.
        let beside = #"{"Type":"bind","Source":"/srv/relocate2","Destination":"/x","RW":false}"#
        #expect(try obstacles(to: details(mounts: beside)).count == 1)
        #expect(try obstacles(to: details(), driver: "vfs").first?.contains("overlay2") == true)
    }

    /// From a dump of CRIU 4.2.1, the network namespace being number 10.
    private static let identifiers: [UInt8] = [
        0x19, 0x43, 0x56, 0x54, 0x30, 0x20, 0x43, 0x54, 0x18, 0, 0, 0, 0x08, 0, 0x10, 0x02, 0x18, 0x02, 0x20, 0x02,
        0x28, 0x09, 0x30, 0x0A, 0x38, 0x0B, 0x40, 0x0C, 0x48, 0x0D, 0x50, 0x07, 0x58, 0x08, 0x60, 0x05,
    ]

    @Test("a checkpoint is given the key of its namespace as CRIU writes it, and loses it again")
    func namespaceKey() async throws {
        try await TemporaryDirectory.with { directory in
            try Data(Self.identifiers).write(to: URL(filePath: directory + "/ids-1.img"))
            let namespace = CheckpointNamespace(directory: directory)
            try namespace.giveKey()
            let expected: [UInt8] =
                [0x19, 0x43, 0x56, 0x54, 0x52, 0x37, 0x93, 0x55, 14, 0, 0, 0, 0x42, 12] + Array("extRootNetNS".utf8)
            #expect(try Array(Data(contentsOf: URL(filePath: directory + "/netns-10.img"))) == expected)
            try namespace.takeKey()
            #expect(!FileManager.default.fileExists(atPath: directory + "/netns-10.img"))
        }
    }

    @Test("a checkpoint that is cut off is an error, not a crash")
    func brokenCheckpoint() async throws {
        try await TemporaryDirectory.with { directory in
            for count in [0, 3, 11, 12, 20] {
                try Data(Self.identifiers.prefix(count)).write(to: URL(filePath: directory + "/ids-1.img"))
                #expect(throws: StepFailure.self) { try CheckpointNamespace(directory: directory).giveKey() }
            }
        }
    }

    @Test("the program of sandboxes runs on this machine, and sleeps")
    func sandbox() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/pause"
            try Data(SandboxProgram.bytes).write(to: URL(filePath: path))
            chmod(path, 0o755)
            try await withProgram(path) { process in
                try await eventually("it sleeps") {
                    let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
                    return text.contains("(pause) S ")
                }
            }
        }
    }

    @Test("the doctor says what a daemon lacks and what to do about it")
    func doctor() async throws {
        let version = try JSONDecoder().decode(
            DockerVersion.self, from: Data(#"{"Version":"20.10","ApiVersion":"1.41","Experimental":false}"#.utf8))
        let info = try JSONDecoder().decode(
            DockerInfo.self,
            from: Data(
                #"{"Driver":"vfs","DockerRootDir":"/d","DefaultRuntime":"kata","LiveRestoreEnabled":false}"#.utf8))
        let problems = DockerDoctor.problems(of: version, info)
        #expect(problems.count == 4)
        for words in ["\"experimental\": true", "overlay2", "kata", "\"live-restore\": true"] {
            #expect(problems.contains { $0.contains(words) }, "\(words)")
        }
        let absent = await DockerDoctor(
            socket: "/nonexistent/docker.sock", containerd: ["/nonexistent/containerd.sock"],
            criuSettings: "/nonexistent"
        ).problems()
        #expect(absent.count == 3)
        #expect(absent.contains { $0.contains("/nonexistent/containerd.sock") && $0.contains("--containerd") })
        #expect(absent.first?.contains("/nonexistent/docker.sock") == true)
        #expect(absent.last?.contains("network-lock skip") == true)
    }
}

@Suite("What Docker hands on to CRIU")
struct CriuSettingsTests {
    @Test("every line that is missing is named, and what it is good for")
    func missing() {
        let all = """
            # from the administrator
            tcp-established
            network-lock=skip
            skip-in-flight # too
            ext-unix-sk
            file-locks
            link-remap
            ghost-limit 300M
            """
        #expect(CriuSettings(text: all).missing == [])
        let before = CriuSettings(text: "tcp-established\nnetwork-lock skip\next-unix-sk\nfile-locks\n").missing
        #expect(before.map(\.line) == ["skip-in-flight", "link-remap", "ghost-limit 1G"])
        #expect(CriuSettings(text: "").missing.count == 7)
        #expect(CriuSettings(text: "network-lock iptables").missing.contains { $0.line == "network-lock skip" })
    }
}

@Suite("Control groups of processes")
struct ProcessControlGroupsTests {
    @Test("a controller has a hierarchy of its own in version 1, and in version 2 one with the others")
    func directories() {
        let first = ProcessControlGroups(text: "7:cpu,cpuacct:/a\n4:memory:/lab/x\n0::/y\n")
        #expect(first.directory(for: "memory") == "/sys/fs/cgroup/memory/lab/x")
        #expect(first.directory(for: "cpu") == "/sys/fs/cgroup/cpu/a")
        #expect(ProcessControlGroups(text: "0::/y\n").directory(for: "memory") == "/sys/fs/cgroup/y")
        #expect(ProcessControlGroups(text: "").directory(for: "memory") == nil)
    }
}
