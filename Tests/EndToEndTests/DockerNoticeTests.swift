import FleetModel
import RelocateTesting
import Testing

extension DockerTests {
    @Suite("What a program can notice of a move between daemons")
    struct Notice {
        @Test("processors, priorities, timer slack, limits and the like of each thread stay")
        func settings() async throws { try await Notices.settings(in: try TestLab.shared) }

        @Test("calls by which a program could hold its container in place, or look into others, do not exist for it")
        func calls() async throws { try await Notices.calls(in: try TestLab.shared) }

        @Test("clocks go on and never back; a process seems to have begun anew")
        func clocks() async throws { try await Notices.clocks(in: try TestLab.shared) }

        @Test("files that were deleted or replaced while they are in use go along, 100 MiB too")
        func files() async throws { try await Notices.files(in: try TestLab.shared) }

        @Test("a named semaphore is still shared with whoever opens it by its name")
        func semaphore() async throws { try await Notices.semaphore(in: try TestLab.shared) }

        @Test("a file of a thread in /proc is a reason in words as long as it is open")
        func fleetingFile() async throws { try await Notices.fleetingFile(in: try TestLab.shared) }

        @Test("an epoll that CRIU cannot write down is a reason in words")
        func sharedEpoll() async throws { try await Notices.sharedEpoll(in: try TestLab.shared) }

        @Test("a program that watches files that CRIU does not find is not moved, and the reason is told")
        func inotify() async throws {
            let lab = try TestLab.shared
            try await PythonScene.play("watcher", in: lab, prologue: Notices.watcher) { scene in
                #expect(try await scene.ask("watch()") == "true")
                let refused = try await lab.api.move(scene.name, to: try HostName("host2"))
                #expect(refused.state == .failed)
                #expect(refused.failure?.message.hasPrefix("it watches a file") == true, "\(refused)")
                #expect(try await scene.ask("[happens(p) for p in paths]") == "[true, true, true, true, true]")
            }
        }

        @Test("what 'docker exec' has started is named and not lost, and when it has ended the container moves")
        func exec() async throws {
            try await DockerTests.play("visited") { lab, name, client in
                let host2 = try HostName("host2")
                _ = try await lab.docker(
                    on: "host1", "exec", "--detach", "visited", "/usr/bin/echo", "4711")
                let refused = try await lab.api.move(name, to: host2)
                #expect(refused.state == .failed)
                #expect(refused.failure?.code == .dumpRefused)
                #expect(refused.failure?.message.contains("'/usr/bin/echo 4711'") == true)
                #expect(!refused.steps.contains { $0.kind == .steer }, "nobody's packets were held")
                try await client.conversation.goesOn()
                let mobility = try await lab.api.container(name).mobility
                #expect(mobility.reason != nil)
                #expect(mobility.reason == refused.failure?.message)
                let processes = try await lab.docker(on: "host1", "top", "visited", "-o", "pid,args")
                #expect(processes.contains("/usr/bin/echo 4711"), "it was not lost")

                let visitor = try #require(
                    processes.split(separator: "\n").first { $0.hasSuffix("/usr/bin/echo 4711") }?
                        .split(separator: " ").first)
                try await execute(["kill", "-KILL", String(visitor)])
                try await eventually("it is found movable again") {
                    try await lab.api.container(name).mobility == .movable
                }
                let moved = try await lab.api.move(name, to: host2)
                #expect(moved.state == .completed, "\(String(describing: moved.failure))")
            }
        }
    }
}
