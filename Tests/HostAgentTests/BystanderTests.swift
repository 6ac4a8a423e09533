import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite(
    "What stands beside a container's first process", .serialized,
    .enabled(if: RuncFixture.obstacle == nil, Comment(rawValue: RuncFixture.obstacle ?? "")))
struct BystanderTests {
    /// Runs a program in a container as `runc exec` does, without waiting for its end.
    private func enter(_ fixture: RuncFixture, _ stay: Stay, _ command: String...) throws {
        let root = "\(fixture.directory)/host1/runc"
        try run(["/usr/sbin/runc", "--root", root, "exec", "--detach", "\(stay)"] + command)
    }

    private func expectRefusal(
        _ fixture: RuncFixture, _ stay: Stay, naming words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        guard case .immovable(let reason, _) = try await fixture.source.trial(stay) else {
            Issue.record("the trial should have been refused", sourceLocation: sourceLocation)
            return
        }
        let early = await #expect(throws: StepFailure.self, sourceLocation: sourceLocation) {
            try await fixture.source.arm(stay, for: RelocationID(3))
        }
        let late = await #expect(throws: StepFailure.self, sourceLocation: sourceLocation) {
            _ = try await fixture.source.checkpoint(stay, for: RelocationID(3))
        }
        #expect(early?.code == .dumpRefused, sourceLocation: sourceLocation)
        #expect(late?.code == .dumpRefused, sourceLocation: sourceLocation)
        for text in [reason, early?.message, late?.message] {
            for word in words { #expect(text?.contains(word) == true, "\(text ?? "")", sourceLocation: sourceLocation) }
        }
        #expect(FileTree.names(in: "\(fixture.directory)/shared/dumps") == [], sourceLocation: sourceLocation)
        #expect(
            await fixture.source.presence() == [StayPresence(stay: stay, state: .running)],
            sourceLocation: sourceLocation)
    }

    @Test("a command that was run in a container is named and not lost, and when it is over the container moves")
    func entered() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startShell("while :; do sleep 0.1; done")
            try enter(fixture, stay, "/bin/sleep", "1000")
            try await expectRefusal(fixture, stay, naming: "'/bin/sleep 1000'", "end it first")
            let sleepers = fixture.processes(of: stay, host: "host1").compactMap { ProcessEntry($0) }
                .filter { $0.command == "/bin/sleep 1000" }
            #expect(sleepers.count == 1)
            for sleeper in sleepers { kill(sleeper.number, SIGKILL) }
            #expect(try await fixture.source.trial(stay) == .movable)
            try await fixture.move(spec, stay, as: 4, from: fixture.source, to: fixture.destination, namespace: 1)
        }
    }

    @Test("what is over in a moment is waited for, as a health check is")
    func passing() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startShell("while :; do sleep 0.1; done")
            try enter(fixture, stay, "/bin/sleep", "0.5")
            try await fixture.move(spec, stay, as: 4, from: fixture.source, to: fixture.destination, namespace: 1)
        }
    }

    @Test("what a container has started itself is its own, also when whoever started it has ended, and it moves")
    func orphans() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startShell(
                "(sh -c 'sleep 500 & sleep 501 & echo made' &) ; while :; do sleep 0.1; done")
            try await fixture.awaitOutput("made", of: spec)
            let moved = try await fixture.move(
                spec, stay, as: 4, from: fixture.source, to: fixture.destination, namespace: 1)
            let commands = fixture.processes(of: moved.stay, host: "host2").compactMap { ProcessEntry($0)?.command }
            #expect(commands.filter { ["sleep 500", "sleep 501"].contains($0) }.count == 2)
        }
    }

    @Test("a process in a control group below the container's is found, and the groups go with the container")
    func nested() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startShell("while :; do sleep 0.1; done")
            try enter(fixture, stay, "/bin/sleep", "1000")
            let group = fixture.controlGroup(of: stay, host: "host1")
            var sleeper: Int32 = 0
            // For a moment it is still runc's.
            try await eventually("it sleeps") {
                sleeper = group.members.first { ProcessEntry($0)?.command == "/bin/sleep 1000" } ?? 0
                return sleeper != 0
            }
            let inner = ControlGroup(root: "/sys/fs/cgroup", name: group.name + "/inner/most")
            try inner.open()
            try inner.add(sleeper)
            #expect(inner.members == [sleeper])
            try await expectRefusal(fixture, stay, naming: "'/bin/sleep 1000'")
            try await fixture.source.stop(stay, gracePeriod: .zero)
            #expect(!FileTree.exists(group.directory))
        }
    }

    @Test("a process that entered the container's namespaces without its control group is found too")
    func foreign() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startShell("while :; do sleep 0.1; done")
            let first = try #require(fixture.processes(of: stay, host: "host1").first)
            let visitor = try ChildProcess.spawn(
                ["/usr/bin/nsenter", "--target", "\(first)", "--pid", "--mount", "/bin/sleep", "999"])
            defer {
                for child in ProcessEntry(visitor)?.children ?? [] { kill(child, SIGKILL) }
                _ = ChildProcess.wait(for: visitor)
            }
            try await eventually("it is there") { ProcessEntry(visitor)?.children.isEmpty == false }
            try await expectRefusal(fixture, stay, naming: "'/bin/sleep 999'")
        }
    }
}
