import FleetModel
import Foundation
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite(
    "Containers of runc move", .serialized,
    .enabled(if: RuncFixture.obstacle == nil, Comment(rawValue: RuncFixture.obstacle ?? "")))
struct RuncMoveTests {
    @Test("a container keeps its memory and its client's connection over twenty moves in a row")
    func twentyMoves() async throws {
        try await RuncFixture.with { fixture in
            let (spec, first) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let begin = try client.ask("begin")
            var stay = first
            let hosts = [fixture.source, fixture.destination]
            for number in 1...20 {
                let moved = try await fixture.move(
                    spec, stay, as: Int64(number), from: hosts[(number + 1) % 2], to: hosts[number % 2],
                    namespace: number % 2)
                stay = moved.stay
                let answer = try client.ask("after \(number)")
                #expect(answer.token == begin.token)
                #expect(answer.count == begin.count + number)
            }
            let presence = await fixture.source.presence()
            #expect(presence == [StayPresence(stay: stay, state: .running)])
            #expect(await fixture.destination.presence().isEmpty)
        }
    }

    @Test("what a container writes to its output after a move is in the same log, after what it wrote before")
    func outputFollows() async throws {
        try await RuncFixture.with { fixture in
            let script = "n=0; while :; do n=$((n+1)); echo line $n; echo error $n >&2; sleep 0.02; done"
            let (spec, stay) = try await fixture.startShell(script)
            try await fixture.awaitOutput("error 5\n", of: spec)
            try await fixture.move(
                spec, stay, as: 1, from: fixture.source, to: fixture.destination, namespace: 1)
            let last = try await fixture.destination.logs(spec.name, tailBytes: 1 << 20)
                .split(separator: "\n").last?.split(separator: " ").last.flatMap { Int($0) }
            try await fixture.awaitOutput("error \(try #require(last) + 5)\n", of: spec)
            let text = try await fixture.destination.logs(spec.name, tailBytes: 1 << 20)
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("line") }
            let numbers = lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
            #expect(numbers == Array(1...numbers.count))
            let log = "\(fixture.directory)/shared/containers/\(spec.name)/log-0000000001"
            #expect(try mode(of: log) == 0o600)
        }
    }

    @Test("what a container wrote, changed and deleted in its files follows it")
    func filesFollow() async throws {
        try await RuncFixture.with { fixture in
            let script = """
                echo new > /tmp/new; echo changed >> /etc/group; rm /etc/passwd; chmod 640 /tmp/new
                exec 3>/tmp/open; echo kept >&3; exec 4>/tmp/gone; echo ghost >&4; rm /tmp/gone; echo ready
                n=0; while :; do n=$((n+1)); echo $n >&3; cat /tmp/new; test -e /etc/passwd || echo deleted; sleep 0.05; done
                """
            let (spec, stay) = try await fixture.startShell(script)
            try await fixture.awaitOutput("deleted", of: spec)
            let moved = try await fixture.move(
                spec, stay, as: 1, from: fixture.source, to: fixture.destination, namespace: 1)
            let root = "\(fixture.directory)/host2-roots/\(moved.stay)/root"
            #expect(try FileBytes.read(root + "/tmp/new") == Array("new\n".utf8))
            #expect(try mode(of: root + "/tmp/new") == 0o640)
            #expect(String(decoding: try FileBytes.read(root + "/etc/group"), as: UTF8.self).hasSuffix("changed\n"))
            #expect(!FileTree.exists(root + "/etc/passwd"))
            let size = try FileBytes.read(root + "/tmp/open").count
            try await eventually("the open file grows") { try FileBytes.read(root + "/tmp/open").count > size }
            #expect(FileTree.exists(try fixture.images.rootFileSystem(of: spec.digest) + "/etc/passwd"))
        }
    }

    @Test("a container's limits are in force before and after a move")
    func limitsFollow() async throws {
        try await RuncFixture.with { fixture in
            let limits = ResourceLimits(memoryBytes: 48 << 20, cpus: 0.5, processes: 17)
            let (spec, stay) = try await fixture.startShell("while :; do sleep 0.1; done", limits: limits)
            func expectLimits(_ stay: Stay, _ host: String) throws {
                #expect(try fixture.limit(of: stay, host: host, "memory.limit_in_bytes", "memory.max") == "\(48 << 20)")
                #expect(try fixture.limit(of: stay, host: host, "pids.max", "pids.max") == "17")
                let quota = try fixture.limit(of: stay, host: host, "cpu.cfs_quota_us", "cpu.max")
                #expect(["50000", "50000 100000"].contains(quota))
            }
            try expectLimits(stay, "host1")
            let moved = try await fixture.move(
                spec, stay, as: 1, from: fixture.source, to: fixture.destination, namespace: 1)
            try await eventually("the limits are in force") {
                try fixture.limit(of: moved.stay, host: "host2", "pids.max", "pids.max") == "17"
            }
            try expectLimits(moved.stay, "host2")
            #expect(!fixture.processes(of: moved.stay, host: "host2").isEmpty)
        }
    }

    @Test("limits are in force before what was restored runs an instruction")
    func limitsBeforeRelease() async throws {
        try await RuncFixture.with { fixture in
            let limits = ResourceLimits(memoryBytes: 32 << 20, cpus: 0.5, processes: 17)
            let (next, stay) = try await hold(fixture, limits) { _ in }
            try await eventually("they are") {
                try fixture.limit(of: next, host: "host2", "memory.limit_in_bytes", "memory.max") == "\(32 << 20)"
            }
            let processes = try fixture.limit(of: next, host: "host2", "pids.max", "pids.max")
            #expect(processes == "18", "the worker is one of them")
            let quota = try fixture.limit(of: next, host: "host2", "cpu.cfs_quota_us", "cpu.max")
            #expect(["50000", "50000 100000"].contains(quota))
            // What enters it now and asks for more is ended by the kernel, and the container goes on.
            let thief = try Thief(of: 100 << 20)
            try fixture.controlGroup(of: next, host: "host2").add(thief.process)
            try thief.begin()
            #expect(ChildProcess.wait(for: thief.process) != .code(0))
            _ = try await fixture.destination.release(next)
            try await eventually("the worker has ended, and the limits are what they were") {
                try fixture.limit(of: next, host: "host2", "pids.max", "pids.max") == "17"
                    && fixture.limit(of: next, host: "host2", "memory.limit_in_bytes", "memory.max") == "\(32 << 20)"
            }
            #expect(!fixture.processes(of: next, host: "host2").isEmpty)
            try await fixture.source.remove(stay)
        }
    }

    @Test("a container that has more memory than it may when it is restored can have no more, and what has it is ended")
    func limitsHold() async throws {
        try await RuncFixture.with { fixture in
            let limits = ResourceLimits(memoryBytes: 32 << 20, cpus: 0.5, processes: 17)
            var taken: Thief?
            defer { if let taken { _ = ChildProcess.wait(for: taken.process) } }
            let (next, stay) = try await hold(fixture, limits) { next in
                // It takes what no limit keeps it from yet, and holds it.
                let thief = try Thief(of: 100 << 20)
                taken = thief
                try fixture.controlGroup(of: next, host: "host2").add(thief.process)
                try thief.begin()
                try await eventually("it has taken all of it") { thief.hasAll }
            }
            try await eventually("all is limited") {
                try fixture.limit(of: next, host: "host2", "cpu.cfs_quota_us", "cpu.max").hasPrefix("50000")
            }
            let most = try fixture.limit(of: next, host: "host2", "memory.limit_in_bytes", "memory.max")
            #expect(((100 << 20)...(120 << 20)).contains(Int(most) ?? 0), "\(most)")
            _ = try await fixture.destination.release(next)
            try await eventually("it is ended, or the kernel has ended who took most, and all is limited") {
                let left = fixture.processes(of: next, host: "host2")
                if let taken, left.contains(taken.process) { return false }
                // A process leaves its group a moment before it has ended.
                let state = await fixture.destination.presence().first { $0.stay == next }?.state
                if case .exited = state { return left.isEmpty }
                let most = try fixture.limit(of: next, host: "host2", "memory.limit_in_bytes", "memory.max")
                return most == "\(32 << 20)"
            }
            try await fixture.source.remove(stay)
        }
    }

    /// Starts a container, and restores it at the second host, where it is held.
    /// - Parameter beforehand: what is done before it is restored.
    /// - Returns: its stay there, and the one that was dumped.
    private func hold(
        _ fixture: RuncFixture, _ limits: ResourceLimits, _ beforehand: (Stay) async throws -> Void
    ) async throws -> (Stay, Stay) {
        let (spec, stay) = try await fixture.startShell("while :; do sleep 0.1; done", limits: limits)
        let (next, relocation) = (Stay(container: spec.name, arrival: RelocationID(1)), RelocationID(1))
        try await fixture.destination.prepare(spec, stay: next, namespace: fixture.network.namespaces[1])
        try await beforehand(next)
        try await fixture.source.arm(stay, for: relocation)
        _ = try await fixture.source.checkpoint(stay, for: relocation)
        _ = try await fixture.destination.restore(
            next, through: fixture.network.doorway(at: 1), lease: .seconds(30))
        return (next, stay)
    }

    /// A process that takes memory when it is told to, and holds it: a pipe that nobody reads keeps it from ending.
    private struct Thief {
        let process: Int32
        private let pipe: (read: OwnedDescriptor, write: OwnedDescriptor)
        private let output: (read: OwnedDescriptor, write: OwnedDescriptor)

        /// It writes when it has read all, which then lies in its memory.
        var hasAll: Bool { output.read.isReadable(within: .zero) }

        init(of bytes: Int) throws {
            pipe = try OwnedDescriptor.pipe()
            output = try OwnedDescriptor.pipe()
            process = try ChildProcess.spawn(
                ["/bin/busybox", "sh", "-c", "read go; exec dd if=/dev/zero bs=\(bytes) count=1"],
                descriptors: [0: pipe.read.number, 1: output.write.number])
        }

        func begin() throws {
            let go = Array("go\n".utf8)
            try #require(write(pipe.write.number, go, go.count) == go.count)
        }
    }

    @Test("a dump is readable by its owner only and holds the container's memory no longer than needed")
    func dumpIsPrivate() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startEcho()
            let relocation = RelocationID(7)
            let measured = try await fixture.source.checkpoint(stay, for: relocation)
            let dump = "\(fixture.directory)/shared/dumps/relocation-7"
            #expect(try mode(of: dump) == 0o700)
            for name in FileTree.names(in: dump) where name.hasSuffix(".img") || name.hasSuffix(".tar") {
                #expect(try mode(of: "\(dump)/\(name)") & 0o077 == 0, "\(name)")
            }
            #expect(measured.bytes > 10_000)
            #expect(measured.timings[.frozen] != nil)
            #expect(await fixture.source.presence() == [StayPresence(stay: stay, state: .dumped(relocation))])
            let again = try await fixture.source.checkpoint(stay, for: relocation)
            #expect(again.bytes == measured.bytes)
            try await fixture.source.removeDump(of: relocation)
            try await fixture.source.removeDump(of: relocation)
            #expect(!FileTree.exists(dump))
        }
    }

    @Test("what a process lets into its core files, and how readily it is ended when memory is short, follow it")
    func scoresFollow() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startShell("sleep 1000 & while :; do sleep 0.1; done")
            func processes(_ stay: Stay, _ host: String) throws -> [(Int32, String)] {
                fixture.processes(of: stay, host: host).compactMap { ProcessEntry($0) }
                    .filter { $0.command != "sleep 0.1" }.map { ($0.number, $0.command) }
            }
            // An agent that is protected does not pass that on.
            let own = try FileBytes.read("/proc/self/oom_score_adj")
            defer { try? FileBytes.overwrite("/proc/self/oom_score_adj", with: own) }
            try FileBytes.write("10", to: "/proc/self/oom_score_adj")
            try await eventually("all run") {
                let commands = try processes(stay, "host1").map(\.1)
                return commands.count == 2 && commands.contains("sleep 1000")
            }
            for (process, command) in try processes(stay, "host1") where command == "sleep 1000" {
                try FileBytes.write("0x7", to: "/proc/\(process)/coredump_filter")
                try FileBytes.write("300", to: "/proc/\(process)/oom_score_adj")
            }
            let moved = try await fixture.move(
                spec, stay, as: 1, from: fixture.source, to: fixture.destination, namespace: 1)
            try await eventually("the worker has ended") { try processes(moved.stay, "host2").count == 2 }
            for (process, command) in try processes(moved.stay, "host2") {
                let isChanged = command == "sleep 1000"
                let filter = String(decoding: try FileBytes.read("/proc/\(process)/coredump_filter"), as: UTF8.self)
                #expect(filter == (isChanged ? "00000007\n" : "00000033\n"), "\(command)")
                let score = String(decoding: try FileBytes.read("/proc/\(process)/oom_score_adj"), as: UTF8.self)
                #expect(score == (isChanged ? "300\n" : "0\n"), "\(command)")
            }
        }
    }

    @Test("a restored container has no descriptor that was not its own")
    func noForeignDescriptors() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startEcho()
            func descriptors(_ stay: Stay, _ host: String) throws -> [String] {
                let process = try #require(fixture.processes(of: stay, host: host).first)
                return FileTree.names(in: "/proc/\(process)/fd")
            }
            _ = try await fixture.network.connect().ask("hello")
            let before = try descriptors(stay, "host1").prefix(4)
            let moved = try await fixture.move(
                spec, stay, as: 1, from: fixture.source, to: fixture.destination, namespace: 1)
            try await eventually("the worker has ended") {
                fixture.processes(of: moved.stay, host: "host2").count == 1
            }
            #expect(try descriptors(moved.stay, "host2").prefix(4) == before)
            #expect(try descriptors(moved.stay, "host2").count <= 5)
            let process = try #require(fixture.processes(of: moved.stay, host: "host2").first)
            #expect(getpriority(Int32(PRIO_PROCESS.rawValue), id_t(process)) == 0)
        }
    }

    private func mode(of path: String) throws -> UInt32 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw StepFailure("look at \(path)", errno: errno) }
        return status.st_mode & 0o7777
    }
}
