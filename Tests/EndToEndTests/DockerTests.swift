import FleetAPI
import FleetModel
import HTTP
import RelocateTesting
import Testing

@testable import Lab

/// The same fleet with a Docker daemon on each host.
@Suite(
    "A fleet of Docker hosts", .serialized, .enabled(if: Requirements.missing.isEmpty, Requirements.comment),
    .enabled(if: Requirements.hasDocker, "missing: docker.io"), .dockerLab, .timeLimit(.minutes(3)))
struct DockerTests {
    static let port: UInt16 = 7

    /// Runs a test with a container on host1 and a client that talks to it all the time on one connection.
    static func play(
        _ name: String, _ body: (TestLab, ContainerName, EchoClient) async throws -> Void
    ) async throws {
        let lab = try TestLab.shared
        let container = try await lab.create(
            name, image: "echo", port: Self.port, command: ["/usr/bin/echo", "\(port)"], on: "host1")
        let client = try await EchoClient.start(
            in: lab.outside, to: try #require(container.virtualAddress), port: port)
        do {
            try await client.conversation.goesOn(by: 5)
            try await body(lab, container.name, client)
            try await client.conversation.goesOn()
            try await client.conversation.end()
        } catch {
            await client.hangUp()
            try? lab.faults.endAll(hosts: lab.plan.hostNames)
            try? await lab.heal()
            _ = try? await lab.api.send(.delete, "/v1/containers/\(name)?wait=30")
            throw error
        }
        await client.hangUp()
        lab.expectAllRun()
        let answer = try await lab.api.send(.delete, "/v1/containers/\(name)?wait=30")
        #expect(answer.status == 204, "\(answer.body)")
        try await eventually("no daemon has anything of it") {
            for host in lab.plan.hostNames where try await !lab.docker(on: host, "ps", "-aq").isEmpty { return false }
            return true
        }
        // While containerd was away it could not be known whether a dump is still needed.
        try await eventually("no dump is left") { lab.dumps.isEmpty }
    }

    @Test("twenty moves between daemons: one connection, one process, and docker shows it where it is")
    func twenty() async throws {
        try await Self.play("wanderer") { lab, name, client in
            for number in 1...20 {
                let host = try HostName("host\(number % 3 + 1)")
                let relocation = try await lab.api.move(name, to: host)
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                try await client.conversation.goesOn()
                try await eventually("docker ps shows it under its name") {
                    try await lab.docker(on: host.text, "ps", "--format", "{{.Names}}").split(separator: "\n")
                        .contains("wanderer")
                }
            }
        }
    }

    @Test("the writable layer and the log follow the container")
    func files() async throws {
        let lab = try TestLab.shared
        let container = try await lab.create(
            "writer", image: "busybox",
            command: ["/bin/sh", "-c", "echo first > /note; echo hello; while :; do sleep 1; done"], on: "host1")
        #expect(try await lab.api.move(container.name, to: try HostName("host2")).state == .completed)
        try await eventually("it has its name") {
            try await lab.docker(on: "host2", "ps", "--format", "{{.Names}}").contains("writer")
        }
        #expect(try await lab.docker(on: "host2", "exec", "writer", "cat", "/note") == "first\n")
        #expect(try await lab.docker(on: "host2", "logs", "writer") == "hello\n")
        let log = try await lab.api.send(.get, "/v1/containers/writer/logs")
        #expect(log.body.contains("hello"))
        let answer = try await lab.api.send(.delete, "/v1/containers/writer?wait=30")
        #expect(answer.status == 204, "\(answer.body)")
    }

    @Test("a container that its destination cannot restore runs on at its source, its client connected")
    func unrestorable() async throws {
        try await Self.play("unrestorable") { lab, name, client in
            let host = try HostName("host2")
            try lab.faults.begin(.restore(host))
            let failed = try await lab.api.move(name, to: host)
            #expect(failed.state == .rolledBack)
            #expect(failed.failure?.code == .restoreFailed)
            try await client.conversation.goesOn()
            lab.faults.end(.restore(host))
            let moved = try await lab.api.move(name, to: host)
            #expect(moved.state == .completed, "\(String(describing: moved.failure))")
        }
    }

    @Test("a host without its daemon is told in words, and containers outlive theirs and move later, clients connected")
    func daemonGone() async throws {
        try await Self.play("daemonless") { lab, name, client in
            try await lab.kill("host2-docker")
            let failed = try await lab.api.move(name, to: try HostName("host2"))
            #expect(failed.state == .failed)
            #expect("\(String(describing: failed.failure))".contains("docker.sock"))
            try await client.conversation.goesOn()

            try await lab.kill("host1-docker")
            try await client.conversation.goesOn()
            try await lab.heal()
            try await eventually("the daemons answer, and it moves") {
                try await lab.api.move(name, to: try HostName("host2")).state == .completed
            }
            try await client.conversation.goesOn()
        }
    }

    /// Starts a container on host1 as people do.
    private func run(_ lab: TestLab, _ name: String, image: String, _ options: [String], _ command: [String])
        async throws
    {
        let reference = "people/\(image):1"
        _ = try await lab.docker(on: "host1", "import", Requirements.archive(of: image), reference)
        let words = ["run", "--detach", "--name", name, "--label", "relocate.tenant=acme"]
        _ = try await lab.docker(on: "host1", words + options + [reference] + command)
    }

    private func adoptable(_ lab: TestLab, _ name: String) async throws -> AdoptableContainer {
        var found: AdoptableContainer?
        try await eventually("\(name) is shown") {
            found = try await lab.api.send(.get, "/v1/adoptable").decode(ListView<AdoptableView>.self).items
                .map(\.container).first { $0.name == name }
            return found != nil
        }
        return try #require(found)
    }

    @Test("a container that people started is adopted while it runs, and moves as it was made")
    func adoption() async throws {
        let lab = try TestLab.shared
        try await run(
            lab, "own", image: "echo",
            ["--network", "none", "--restart", "always", "--env", "COLOUR=blue", "--memory", "64m"],
            ["/usr/bin/echo", "7"])
        let process = try await lab.docker(on: "host1", "inspect", "--format", "{{.State.StartedAt}}", "own")
        #expect(try await adoptable(lab, "own").obstacles == [])

        let answer = try await lab.api.send(
            .post, "/v1/hosts/host1/adopt?wait=60", #"{"container":"own","ports":[{"port":7}]}"#)
        #expect(answer.status == 201, "\(answer.body)")
        let container = try answer.decode(ContainerView.self).container
        #expect(container.state == .running, "\(answer.body)")
        #expect(process != "")
        let client = try await EchoClient.start(
            in: lab.outside, to: try #require(container.virtualAddress), port: Self.port)
        try await client.conversation.goesOn(by: 5)
        try await eventually("it was found movable") {
            try await lab.api.container(container.name).mobility == .movable
        }
        for host in ["host2", "host3", "host1", "host2"] {
            let relocation = try await lab.api.move(container.name, to: try HostName(host))
            #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            try await client.conversation.goesOn()
        }
        try await eventually("it is there as it was made") {
            let found = try await lab.docker(
                on: "host2", "inspect", "--format",
                "{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.Memory}} {{.Config.Env}}", "own")
            return found.hasPrefix("always 67108864") && found.contains("COLOUR=blue")
        }
        // Nothing has started it again where it was.
        #expect(try await lab.docker(on: "host1", "ps", "--all", "--quiet") == "")
        await client.hangUp()
        let removal = try await lab.api.send(.delete, "/v1/containers/own?wait=30")
        #expect(removal.status == 204, "\(removal.body)")
    }

    @Test("the volumes of a container go with it, and do not stay behind")
    func volumes() async throws {
        let lab = try TestLab.shared
        try await run(
            lab, "keeper", image: "busybox", ["--network", "none", "--volume", "keepsake:/data"],
            ["/bin/sh", "-c", "echo precious > /data/note; while :; do sleep 1; done"])
        #expect(try await adoptable(lab, "keeper").obstacles == [])
        let answer = try await lab.api.send(.post, "/v1/hosts/host1/adopt?wait=60", #"{"container":"keeper"}"#)
        let container = try answer.decode(ContainerView.self).container
        #expect(container.state == .running, "\(answer.body)")
        try await eventually("it was found movable") {
            try await lab.api.container(container.name).mobility == .movable
        }
        #expect(try await lab.api.move(container.name, to: try HostName("host2")).state == .completed)
        try await eventually("its volume is there") {
            try await lab.docker(on: "host2", "exec", "keeper", "cat", "/data/note") == "precious\n"
        }
        #expect(try await lab.docker(on: "host1", "volume", "ls", "--quiet") == "")
        let removal = try await lab.api.send(.delete, "/v1/containers/keeper?wait=30")
        #expect(removal.status == 204, "\(removal.body)")
        #expect(
            try await lab.docker(on: "host2", "volume", "ls", "--quiet") == "keepsake\n", "data outlives a container")
        _ = try await lab.docker(on: "host2", "volume", "rm", "keepsake")
    }

    @Test("a container whose health is checked half of the time moves, and is not started anew")
    func healthCheck() async throws {
        let lab = try TestLab.shared
        try await run(
            lab, "patient", image: "busybox",
            ["--network", "none", "--health-cmd", "sleep 0.2", "--health-interval", "200ms"],
            ["/bin/sh", "-c", "echo begun; while :; do sleep 0.1; done"])
        #expect(try await adoptable(lab, "patient").obstacles == [])
        let answer = try await lab.api.send(.post, "/v1/hosts/host1/adopt?wait=60", #"{"container":"patient"}"#)
        let container = try answer.decode(ContainerView.self).container
        #expect(container.state == .running, "\(answer.body)")
        for host in ["host2", "host3", "host1", "host2", "host3"] {
            let relocation = try await lab.api.move(container.name, to: try HostName(host))
            #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            try await eventually("it is found healthy") {
                try await lab.docker(on: host, "ps", "--format", "{{.Names}} {{.Status}}").contains("(healthy)")
            }
        }
        #expect(try await lab.docker(on: "host3", "logs", "patient") == "begun\n")
        let removal = try await lab.api.send(.delete, "/v1/containers/patient?wait=30")
        #expect(removal.status == 204, "\(removal.body)")
    }

    @Test("what cannot be adopted says why before anyone tries, and is left alone")
    func obstacles() async throws {
        let lab = try TestLab.shared
        try await run(
            lab, "stuck", image: "echo", ["--network", "host", "--tty", "--volume", "/etc:/outside:ro"],
            ["/usr/bin/echo", "77"])
        let found = try await adoptable(lab, "stuck").obstacles.joined(separator: "; ")
        for word in ["--network host", "terminal", "/etc"] { #expect(found.contains(word), "\(found)") }
        let answer = try await lab.api.send(.post, "/v1/hosts/host1/adopt", #"{"container":"stuck"}"#)
        #expect(answer.status == 409)
        #expect(answer.body.contains("terminal"))
        #expect(try await lab.docker(on: "host1", "ps", "--format", "{{.Names}}").contains("stuck"))
        _ = try await lab.docker(on: "host1", "rm", "--force", "stuck")
    }

    @Test("twenty containers leave a host that is drained, and none is lost")
    func drain() async throws {
        let lab = try TestLab.shared
        for number in 1...20 {
            let answer = try await lab.api.send(
                .post, "/v1/containers?wait=60",
                #"{"name":"many\#(number)","tenant":"acme","image":"echo","command":["/usr/bin/echo","7"],"host":"host1"}"#
            )
            #expect(answer.status == 201, "\(answer.body)")
        }
        try await eventually("all were found movable", within: .seconds(60)) {
            let all = try await lab.api.containers()
            return all.count == 20 && all.allSatisfy { $0.state == .running && $0.mobility == .movable }
        }
        _ = try await lab.api.send(.post, "/v1/hosts/host1/drain")
        try await eventually("the host is empty", within: .seconds(100)) {
            let all = try await lab.api.containers()
            return all.allSatisfy { $0.state == .running && $0.host?.text != "host1" }
        }
        #expect(try await lab.docker(on: "host1", "ps", "--quiet") == "")
        for number in 1...20 {
            let answer = try await lab.api.send(.delete, "/v1/containers/many\(number)?wait=30")
            #expect(answer.status == 204, "\(answer.body)")
        }
        _ = try await lab.api.send(.patch, "/v1/hosts/host1", #"{"state":"ready"}"#)
    }

    @Test("in a mixed fleet a container stays on its runtime, and says why it cannot go elsewhere")
    func mixed() async throws {
        let lab = try TestLab.shared
        /// Hosts 2 and 3 get another runtime.
        func giveOthers(_ runtime: RuntimeKind) async throws {
            for host in ["host2", "host3"] { try await lab.kill(host) }
            try await lab.heal { process in
                guard ["host2", "host3"].contains(process.name),
                    let option = process.arguments.firstIndex(of: "--runtime")
                else { return }
                process.arguments[option + 1] = runtime.rawValue
            }
            try await eventually("the control plane knows what they run") {
                try await lab.api.send(.get, "/v1/hosts").decode(ListView<HostView>.self).items.map(\.host)
                    .filter { ["host2", "host3"].contains($0.name.text) }.allSatisfy { $0.facts.runtimes == [runtime] }
            }
            try await lab.awaitControlPlane()
        }
        try await giveOthers(.runc)
        let whale = try await lab.create(
            "whale", image: "echo", command: ["/usr/bin/echo", "7"], on: "host1", runtime: .docker)
        let runner = try await lab.create(
            "runner", image: "echo", port: Self.port, command: ["/usr/bin/echo", "7"], on: "host2", runtime: .runc)
        let client = try await EchoClient.start(
            in: lab.outside, to: try #require(runner.virtualAddress), port: Self.port)

        let refused = try await lab.api.send(.post, "/v1/containers/whale/relocate", #"{"to":"host2"}"#)
        #expect(refused.status == 409)
        #expect(refused.body.contains("cannot run docker"), "\(refused.body)")
        let other = try await lab.api.send(.post, "/v1/containers/runner/relocate", #"{"to":"host1"}"#)
        #expect(other.status == 409)
        #expect(other.body.contains("cannot run runc"), "\(other.body)")
        for host in ["host3", "host2"] {
            let relocation = try await lab.api.move(runner.name, to: try HostName(host))
            #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            try await client.conversation.goesOn()
        }
        await client.hangUp()
        for name in [whale.name, runner.name] {
            let answer = try await lab.api.send(.delete, "/v1/containers/\(name)?wait=30")
            #expect(answer.status == 204, "\(answer.body)")
        }
        try await giveOthers(.docker)
    }
}

extension TestLab {
    /// Asks the Docker daemon of a host.
    func docker(on host: String, _ arguments: String...) async throws -> String {
        try await docker(on: host, arguments)
    }

    func docker(on host: String, _ arguments: [String]) async throws -> String {
        try await EndToEndTests.execute(
            [Requirements.find("docker") ?? "docker", "-H", "unix://\(location.dockerSocket(of: host))"] + arguments)
    }
}
