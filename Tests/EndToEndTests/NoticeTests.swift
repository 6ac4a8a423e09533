import FleetModel
import RelocateTesting
import Testing

extension EndToEnd {
    @Suite("What a program can notice of a move")
    struct Notice {
        @Test("processors, priorities, timer slack, limits and the like of each thread stay")
        func settings() async throws { try await Notices.settings(in: try TestLab.shared) }

        @Test("calls by which a program could hold its container in place, or look into others, do not exist for it")
        func calls() async throws { try await Notices.calls(in: try TestLab.shared) }

        @Test("clocks go on and never back; a process seems to have begun anew")
        func clocks() async throws { try await Notices.clocks(in: try TestLab.shared) }

        @Test("open connections keep their ends, and the container has another address")
        func addresses() async throws { try await Notices.addresses(in: try TestLab.shared) }

        @Test("files that were deleted or replaced while they are in use go along, 100 MiB too")
        func files() async throws { try await Notices.files(in: try TestLab.shared) }

        @Test("a named semaphore is still shared with whoever opens it by its name")
        func semaphore() async throws { try await Notices.semaphore(in: try TestLab.shared) }

        @Test("a file of a thread in /proc is a reason in words as long as it is open")
        func fleetingFile() async throws { try await Notices.fleetingFile(in: try TestLab.shared) }

        @Test("an epoll that CRIU cannot write down is a reason in words")
        func sharedEpoll() async throws { try await Notices.sharedEpoll(in: try TestLab.shared) }

        @Test("watched files and folders are watched on, also those that were made since the start")
        func inotify() async throws {
            let lab = try TestLab.shared
            try await PythonScene.play("watcher", in: lab, prologue: Notices.watcher) { scene in
                #expect(try await scene.ask("watch()") == "true")
                for host in ["host2", "host3"] {
                    #expect(try await scene.ask("[happens(p) for p in paths]") == "[true, true, true, true, true]")
                    try await scene.move(to: host)
                }
                #expect(try await scene.ask("[happens(p) for p in paths]") == "[true, true, true, true, true]")
                // A deleted file is watched as long as somebody has it open. There is no way to it, and that is said.
                let gone =
                    "[open('/gone', 'w').close(), keep.append(open('/gone')), "
                    + "libc.inotify_add_watch(fd, b'/gone', 2) > 0, os.unlink('/gone')][2]"
                #expect(try await scene.ask(gone) == "true")
                let refused = try await lab.api.move(scene.name, to: try HostName("host1"))
                #expect(refused.state == .failed)
                #expect(refused.failure?.message.hasPrefix("it watches a file") == true, "\(refused)")
                #expect(try await lab.api.container(scene.name).mobility.reason == refused.failure?.message)
            }
        }
    }
}
