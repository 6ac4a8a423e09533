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
    private static let port: UInt16 = 7

    /// Runs a test with a container on host1 and a client that talks to it all the time on one connection.
    private func play(
        _ name: String, _ body: (TestLab, ContainerName, EchoClient) async throws -> Void
    ) async throws {
        let lab = try TestLab.shared
        let container = try await lab.create(
            name, image: "echo", port: Self.port, command: ["/usr/bin/echo", "\(Self.port)"], on: "host1")
        let client = try await EchoClient.start(
            in: lab.outside, to: try #require(container.virtualAddress), port: Self.port)
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
        #expect(lab.dumps == [])
    }

    @Test("twenty moves between daemons: one connection, one process, and docker shows it where it is")
    func twenty() async throws {
        try await play("wanderer") { lab, name, client in
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

    @Test("an agent that is killed while it holds the container: it runs on at its source, its client connected")
    func held() async throws {
        try await play("held") { lab, name, client in
            try await lab.arm("host2", toDieAt: "release:begun")
            try await lab.awaitControlPlane()
            _ = try await lab.api.send(.post, "/v1/containers/\(name)/relocate", #"{"to":"host2"}"#)
            try await eventually("host2 has died") { !lab.isRunning("host2") }
            try await lab.heal()
            try await eventually("it runs again") {
                try await lab.api.container(name).state == "running"
            }
            try await client.conversation.goesOn()
        }
    }
}

extension TestLab {
    /// Asks the Docker daemon of a host.
    func docker(on host: String, _ arguments: String...) async throws -> String {
        try await EndToEndTests.execute(
            [Requirements.find("docker") ?? "docker", "-H", "unix://\(location.dockerSocket(of: host))"] + arguments)
    }
}
