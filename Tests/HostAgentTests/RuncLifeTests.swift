import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite(
    "Containers of runc live", .serialized,
    .enabled(if: RuncFixture.obstacle == nil, Comment(rawValue: RuncFixture.obstacle ?? "")))
struct RuncLifeTests {
    @Test("a container's root user cannot reach the host through /proc, devices or namespaces")
    func confinement() async throws {
        try await RuncFixture.with { fixture in
            let script = """
                (echo 1 > /proc/sys/kernel/core_pattern) 2>/dev/null && echo BROKEN sysctl
                (echo h > /proc/sysrq-trigger) 2>/dev/null && echo BROKEN sysrq
                mknod /tmp/disk b 254 0 2>/dev/null && echo BROKEN mknod
                busybox unshare -U true 2>/dev/null && echo BROKEN unshare
                busybox mount -t tmpfs none /tmp 2>/dev/null && echo BROKEN mount
                for file in interrupts kcore keys slabinfo timer_list; do
                    test -n "$(head -c 1 /proc/$file 2>/dev/null)" && echo BROKEN $file
                done
                busybox grep NoNewPrivs /proc/self/status; busybox hostname; echo done; sleep 1000
                """
            let (spec, _) = try await fixture.startShell(script, name: "jail")
            try await fixture.awaitOutput("done", of: spec)
            let output = try await fixture.source.logs(spec.name, tailBytes: 1 << 20)
            #expect(!output.contains("BROKEN"), "\(output)")
            #expect(output.contains("NoNewPrivs:\t1"))
            #expect(output.contains("jail\n"))
        }
    }

    @Test("a command that does not exist is a failure that leaves nothing")
    func startFails() async throws {
        try await RuncFixture.with { fixture in
            let spec = try fixture.spec("nothing", ["/bin/does-not-exist"])
            let failure = await #expect(throws: StepFailure.self) { _ = try await fixture.start(spec) }
            #expect(failure?.code == .runtimeFailed)
            #expect(failure?.toolMessage.contains("does-not-exist") == true)
            #expect(await fixture.source.presence().isEmpty)
        }
    }

    @Test("a container whose process ended by itself is reported as exited, and its output can still be read")
    func exits() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startShell("echo bye; sleep 0.1; exit 3")
            try await eventually("the exit is noticed") {
                await fixture.source.presence() == [StayPresence(stay: stay, state: .exited(.code(3)))]
            }
            try await fixture.awaitOutput("bye", of: spec)
            let failure = await #expect(throws: StepFailure.self) {
                _ = try await fixture.source.checkpoint(stay, for: RelocationID(1))
            }
            #expect(failure?.code == .notHere)
        }
    }

    @Test("one that ends at once was not started: its status and its last words are told, and nothing is left")
    func endsAtOnce() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startShell("echo no such thing >&2; exit 127")
            let failure = await #expect(throws: StepFailure.self) {
                try await FirstMoment(of: stay, on: fixture.source).see()
            }
            #expect(failure?.code == .endedAtOnce)
            #expect(failure?.message == "its process ended at once, with status 127")
            #expect(failure?.toolMessage.contains("no such thing") == true)
            #expect(await fixture.source.presence().isEmpty)
            let (_, content) = try await fixture.startShell("exit 0")
            try await FirstMoment(of: content, on: fixture.source).see()
        }
    }

    @Test("a container is asked to end before it is ended")
    func stops() async throws {
        try await RuncFixture.with { fixture in
            let script = "trap 'echo asked; exit' TERM; echo ready; while :; do sleep 0.01; done"
            let (spec, stay) = try await fixture.startShell(script)
            try await fixture.awaitOutput("ready", of: spec)
            let log = "\(fixture.directory)/shared/containers/\(spec.name)"
            let reader = try OwnedDescriptor.open(log + "/log-0000000001", 0)
            try await fixture.source.stop(stay, gracePeriod: .seconds(10))
            #expect(String(decoding: try FileBytes.read(reader, name: log), as: UTF8.self).contains("asked"))
            #expect(await fixture.source.presence().isEmpty)
            #expect(!FileTree.exists(log))
            try await fixture.source.stop(stay, gracePeriod: .seconds(10))
        }
    }

    @Test("the log of a container that writes without end is bounded, and its newest output is kept")
    func boundedLog() async throws {
        try await RuncFixture.with { fixture in
            let script = "head -c 5000000 /dev/zero | busybox tr '\\\\0' x; echo; echo the end; sleep 1000"
            let (spec, _) = try await fixture.startShell(script)
            try await fixture.awaitOutput("the end\n", of: spec)
            #expect(FileTree.bytes(in: "\(fixture.directory)/shared/containers/\(spec.name)") <= 2 << 20)
            #expect(try await fixture.source.logs(spec.name, tailBytes: 8) == "the end\n")
        }
    }
}
