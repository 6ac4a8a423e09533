import FleetAPI
import FleetModel
import Foundation
import Glibc
import RelocateTesting
import Testing

@testable import Lab

/// What `relocate move` promises of a move in which something fails holds for Docker's hosts, too.
extension DockerTests {
    @Suite("When a process is killed in the middle of a move between daemons")
    struct Deaths {
        /// Every step that a daemon has a part in, with the agent that carries it out.
        ///
        /// What a daemon holds for an agent that dies is ended by the next one, and so the move is rolled back.
        static let all = Death.ofAgents.filter { $0.process != "gateway" && $0.step != .arm && $0.step != .seal }
            .map { death in
                var death = death
                if death.step == .restore, death.moment == "done" { death.end = .rolledBack }
                return death
            }

        @Test("an agent that comes back goes on; the container runs and its client stays", arguments: all)
        func agent(_ death: Death) async throws {
            try await DockerTests.play(death.container) { lab, name, client in
                let destination = try HostName("host2")
                try await lab.arm(death.process, toDieAt: "\(death.step.rawValue):\(death.moment)")
                try await lab.awaitControlPlane()
                if death.needsFailure { try lab.faults.begin(.restore(destination)) }
                _ = try await lab.api.send(
                    .post, "/v1/containers/\(name)/relocate", #"{"to":"\#(destination)"}"#)
                try await eventually("\(death.process) has died") { !lab.isRunning(death.process) }
                try await lab.heal()
                let relocation = try await lab.endOfLastRelocation(of: name)
                lab.faults.end(.restore(destination))
                #expect(relocation.state == death.end, "\(String(describing: relocation.failure))")
                let host = relocation.state == .completed ? destination.text : "host1"
                #expect(try await lab.api.container(name).host?.text == host)
                try await lab.expectRunsOnlyOn(host)
                try await client.conversation.goesOn()
            }
        }
    }

    @Suite("When a step of a move between daemons fails")
    struct Failures {
        @Test("storage that is full before the dump is written: the container never stops, and moves later")
        func fullDump() async throws {
            try await DockerTests.play("crowded") { lab, name, client in
                try await lab.withDumps(of: "host1", limitedTo: "64k") {
                    let relocation = try await lab.api.move(name, to: try HostName("host2"))
                    #expect(relocation.state == .failed)
                    #expect(
                        relocation.failure?.code == .resourceExhausted, "\(String(describing: relocation.failure))")
                    try await client.conversation.goesOn()
                }
                try await lab.expectRunsOnlyOn("host1")
                let relocation = try await lab.api.move(name, to: try HostName("host2"))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            }
        }

        @Test(
            "storage that is full when the container has been ended: it goes on from its own dump, its client connected"
        )
        func fullLayer() async throws {
            try await DockerTests.play("bulky") { lab, name, client in
                try await TemporaryDirectory.with { directory in
                    let ballast = "\(directory)/ballast"
                    _ = FileManager.default.createFile(atPath: ballast, contents: Data(count: 8 << 20))
                    // It goes into the writable layer.
                    _ = try await lab.docker(on: "host1", "cp", ballast, "bulky:/ballast")
                }
                try await lab.withDumps(of: "host1", limitedTo: "3m") {
                    let relocation = try await lab.api.move(name, to: try HostName("host2"))
                    #expect([.failed, .rolledBack].contains(relocation.state))
                    #expect(
                        relocation.failure?.message.contains("files cannot be written down") == true,
                        "\(String(describing: relocation.failure))")
                    #expect(try await lab.api.container(name).state == .running)
                    try await client.conversation.goesOn()
                }
                try await lab.expectRunsOnlyOn("host1")
                let relocation = try await lab.api.move(name, to: try HostName("host2"))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            }
        }

        @Test("a destination without the image does no harm")
        func imageMissing() async throws {
            try await DockerTests.play("imageless") { lab, name, client in
                let images = "\(lab.location.images)/sha256"
                let loaded = try await lab.docker(on: "host3", "images", "--quiet").split(separator: "\n")
                if !loaded.isEmpty {
                    _ = try await lab.docker(on: "host3", ["rmi", "--force"] + loaded.map(String.init))
                }
                try await lab.execute(amongFilesOf: "host3", "mount", "-t", "tmpfs", "none", images)
                let relocation = try await lab.api.move(name, to: try HostName("host3"))
                try await lab.execute(amongFilesOf: "host3", "umount", images)
                #expect(relocation.state == .failed)
                #expect(relocation.failure?.code == .imageMissing, "\(String(describing: relocation.failure))")
                try await client.conversation.goesOn()
                try await lab.expectRunsOnlyOn("host1")
            }
        }

        @Test("a daemon without its experimental features says what it lacks, and a move to it does no harm")
        func notExperimental() async throws {
            try await DockerTests.play("cautious") { lab, name, client in
                try await lab.kill("host3-docker")
                // It looks at once when it begins, and soon again if the daemon was not there yet.
                try await lab.kill("host3")
                try await lab.heal { process in
                    if process.name == "host3-docker" { process.arguments.removeAll { $0 == "--experimental" } }
                }
                try await eventually("the host says what it lacks") {
                    try await lab.api.send(.get, "/v1/hosts/host3").decode(HostView.self).host.facts.problems
                        .contains { $0.contains("experimental") }
                }
                let relocation = try await lab.api.move(name, to: try HostName("host3"))
                #expect([.failed, .rolledBack].contains(relocation.state))
                #expect(
                    "\(String(describing: relocation.failure))".contains("experimental"),
                    "\(String(describing: relocation.failure))")
                try await client.conversation.goesOn()
                try await lab.expectRunsOnlyOn("host1")
                try await lab.kill("host3-docker")
                try await lab.heal()
            }
        }

        /// Kills the daemon of host1 while CRIU is about to dump a container there.
        private func killDaemon(
            while name: ContainerName, isMoving lab: TestLab, and act: (_ criu: Int32) -> Void
        ) async throws -> Relocation {
            let fault = Faults.Fault.dump(try HostName("host1"))
            try lab.faults.begin(fault)
            _ = try await lab.api.send(.post, "/v1/containers/\(name)/relocate", #"{"to":"host2"}"#)
            var criu: Int32?
            try await eventually("the dump has begun") {
                criu = lab.faults.waiting(at: fault)
                return criu != nil
            }
            try await lab.kill("host1-docker")
            act(try #require(criu))
            lab.faults.end(fault)
            try await lab.heal()
            return try await lab.endOfLastRelocation(of: name)
        }

        @Test("a daemon that is killed with CRIU in the middle of a dump: the container goes on, its client connected")
        func dumpKilled() async throws {
            try await DockerTests.play("frozen") { lab, name, client in
                let relocation = try await killDaemon(while: name, isMoving: lab) { kill($0, SIGKILL) }
                #expect(relocation.state == .failed)
                try await client.conversation.goesOn()
                #expect(try await lab.api.container(name).state == .running)
                try await lab.expectRunsOnlyOn("host1")
            }
        }

        @Test("a daemon that is killed while it is dumped does not keep a container from moving, its client connected")
        func dumpOutlivesDaemon() async throws {
            try await DockerTests.play("orphan") { lab, name, client in
                let relocation = try await killDaemon(while: name, isMoving: lab) { _ in }
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                try await client.conversation.goesOn()
                try await lab.expectRunsOnlyOn("host2")
            }
        }

        @Test("a containerd that is killed in the middle of a dump: the container moves or stays, its client connected")
        func containerdKilled() async throws {
            try await DockerTests.play("foster") { lab, name, client in
                let fault = Faults.Fault.dump(try HostName("host1"))
                try lab.faults.begin(fault)
                _ = try await lab.api.send(.post, "/v1/containers/\(name)/relocate", #"{"to":"host2"}"#)
                try await eventually("the dump has begun") { lab.faults.waiting(at: fault) != nil }
                try await lab.kill("host1-containerd")
                lab.faults.end(fault)
                try await lab.heal()
                let relocation = try await lab.endOfLastRelocation(of: name)
                try await client.conversation.goesOn()
                try await lab.expectRunsOnlyOn(relocation.state == .completed ? "host2" : "host1")
            }
        }

        @Test("a container is dumped again at once: as a trial, and for a move that fails, and for one that does not")
        func manyDumps() async throws {
            try await DockerTests.play("photographed") { lab, name, client in
                for round in 0..<5 {
                    try lab.faults.begin(.restore(try HostName("host2")))
                    let failed = try await lab.api.move(name, to: try HostName("host2"))
                    lab.faults.end(.restore(try HostName("host2")))
                    #expect(failed.state == .rolledBack, "\(round): \(String(describing: failed.failure))")
                    for host in ["host2", "host1"] {
                        let relocation = try await lab.api.move(name, to: try HostName(host))
                        #expect(
                            relocation.state == .completed, "\(round): \(String(describing: relocation.failure))")
                    }
                    try await client.conversation.goesOn()
                }
            }
        }
    }
}

extension TestLab {
    /// Waits for the end of a container's latest relocation.
    func endOfLastRelocation(of name: ContainerName) async throws -> Relocation {
        var last: Relocation?
        try await eventually("the relocation has ended", within: .seconds(45)) {
            last = try? await api.lastRelocation(of: name)
            return last?.state.isFinal == true
        }
        return try #require(last)
    }

    /// Docker shows a running container on this host and on no other.
    fileprivate func expectRunsOnlyOn(_ host: String) async throws {
        for other in plan.hostNames {
            try await eventually("what \(other) carries") {
                let names = try await docker(
                    on: other, "ps", "--format", "{{.Label \"relocate.container\"}}{{.Names}}", "--filter",
                    "status=running"
                ).split(separator: "\n").filter { !$0.contains("sandbox") }
                return names.count == (other == host ? 1 : 0)
            }
        }
    }

    /// Runs something while a host's dumps have only so much room.
    fileprivate func withDumps(of host: String, limitedTo size: String, _ body: () async throws -> Void) async throws {
        let directory = location.dumps
        try await execute(amongFilesOf: host, "mount", "-t", "tmpfs", "-o", "size=\(size)", "none", directory)
        do { try await body() } catch {
            _ = try? await execute(amongFilesOf: host, "umount", "--lazy", directory)
            throw error
        }
        try await execute(amongFilesOf: host, "umount", "--lazy", directory)
    }
}
