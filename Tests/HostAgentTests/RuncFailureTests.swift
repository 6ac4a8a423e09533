import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite(
    "Nothing is lost when a move fails", .serialized,
    .enabled(if: RuncFixture.obstacle == nil, Comment(rawValue: RuncFixture.obstacle ?? "")))
struct RuncFailureTests {
    @Test("a trial says that a container can move, and its client notices nothing")
    func movable() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let before = try client.ask("one")
            #expect(try await fixture.source.trial(stay) == .movable)
            #expect(try client.ask("two").count == before.count + 1)
            #expect(!FileTree.exists("\(fixture.directory)/host1/stays/\(stay)/trial"))
        }
    }

    @Test("what was armed for a move that was given up is gone when it is disarmed, or when another move is armed")
    func disarmed() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startEcho()
            for number in 1...2 { try await fixture.source.arm(stay, for: RelocationID(Int64(number))) }
            #expect(fixture.dumps == ["relocation-2"])
            try await fixture.source.disarm(stay, for: RelocationID(1))
            #expect(fixture.workers.count == 1)
            try await fixture.source.disarm(stay, for: RelocationID(2))
            #expect(fixture.workers.isEmpty)
            #expect(fixture.dumps.isEmpty)
        }
    }

    @Test("what an agent that was ended had begun is found by looking; what somebody may need stays")
    func forsaken() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startEcho()
            let host = try HostName("host1")
            let mine = DumpDirectory.Maker(host: host, runtime: .runc, stay: stay)
            let others = [
                DumpDirectory.Maker(host: try HostName("host2"), runtime: .runc, stay: stay),
                DumpDirectory.Maker(host: host, runtime: .docker, stay: stay),
            ]
            let shared = "\(fixture.directory)/shared"
            // As `arm` leaves it, and a dump that was broken off.
            try DumpDirectory(of: RelocationID(1), in: shared).create(by: mine)
            for (number, maker) in zip(2..., others) {
                try DumpDirectory(of: RelocationID(Int64(number)), in: shared).create(by: maker)
            }
            let whole = DumpDirectory(of: RelocationID(4), in: shared)
            try whole.create(by: mine)
            try whole.complete(.init(container: stay.container, outputPipe: 0, hasLayer: false))
            try await fixture.source.arm(stay, for: RelocationID(5))
            try await fixture.source.removeForsakenDumps()
            #expect(fixture.dumps == [2, 3, 4, 5].map { "relocation-\($0)" })
            try await fixture.source.disarm(stay, for: RelocationID(5))
            try whole.remove()

            _ = try await fixture.source.checkpoint(stay, for: RelocationID(6))
            let successor = try fixture.successor(of: "host1")
            try await successor.removeForsakenDumps()
            #expect(fixture.dumps == [2, 3, 6].map { "relocation-\($0)" })
            try await successor.remove(stay)
            #expect(fixture.dumps == [2, 3].map { "relocation-\($0)" })
        }
    }

    @Test("a dump that takes too long is given up: nothing of it stays, the container runs on and can move later")
    func tookTooLong() async throws {
        try await RuncFixture.with { fixture in
            let (_, stay) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let before = try client.ask("one")
            let failure = await #expect(throws: StepFailure.self) {
                _ = try await fixture.source.checkpoint(
                    stay, for: RelocationID(3), within: TimeLimit(seconds: 0))
            }
            #expect(failure?.code == .tookTooLong)
            #expect(failure?.message.contains("limits.checkpointSeconds") == true)
            #expect(fixture.dumps == [] && fixture.workers.isEmpty)
            #expect(try client.ask("two").count == before.count + 1)
            _ = try await fixture.source.checkpoint(stay, for: RelocationID(4), within: TimeLimit(seconds: 60))
            #expect(fixture.dumps == ["relocation-4"])
        }
    }

    @Test("a container that cannot be dumped runs on, and the reason is given in plain words")
    func dumpRefused() async throws {
        try await RuncFixture.with({ $0.ghostLimit = 4096 }) { fixture in
            let script = """
                exec 3>/tmp/big; head -c 100000 /dev/zero >&3; rm /tmp/big; echo ready
                n=0; while :; do n=$((n+1)); echo $n; sleep 0.02; done
                """
            let (spec, stay) = try await fixture.startShell(script)
            try await fixture.awaitOutput("ready", of: spec)
            guard case .immovable(let reason, let log) = try await fixture.source.trial(stay) else {
                Issue.record("the trial should have been refused")
                return
            }
            #expect(reason.contains("deleted"))
            #expect(log.contains("ghost"))
            try await fixture.source.arm(stay, for: RelocationID(3))
            let failure = await #expect(throws: StepFailure.self) {
                _ = try await fixture.source.checkpoint(stay, for: RelocationID(3))
            }
            #expect(failure?.code == .dumpRefused)
            #expect(failure?.toolMessage.contains("Error") == true)
            #expect(!FileTree.exists("\(fixture.directory)/shared/dumps/relocation-3"))
            let count = try await fixture.source.logs(spec.name, tailBytes: 1 << 20).split(separator: "\n").count
            try await eventually("it runs on") {
                try await fixture.source.logs(spec.name, tailBytes: 1 << 20).split(separator: "\n").count > count + 3
            }
            #expect(await fixture.source.presence() == [StayPresence(stay: stay, state: .running)])
        }
    }

    @Test(
        "a container that cannot be restored at its destination is restored at its source, its client still connected")
    func revive() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let before = try client.ask("before")
            let relocation = RelocationID(5)
            let next = Stay(container: spec.name, arrival: relocation)
            try await fixture.destination.prepare(spec, stay: next, namespace: fixture.network.namespaces[1])
            fixture.network.hold()
            _ = try await fixture.source.checkpoint(stay, for: relocation)
            let failure = await #expect(throws: StepFailure.self) {
                _ = try await fixture.destination.restore(
                    next, through: fixture.network.doorway(at: 1, withAddress: false), lease: .seconds(10))
            }
            #expect(failure?.code == .restoreFailed)
            #expect(failure?.message == "an address of the container is missing on the host")
            #expect(fixture.processes(of: next, host: "host2").isEmpty)
            try await fixture.source.revive(stay, from: relocation, through: fixture.network.doorway(at: 0))
            try await fixture.source.revive(stay, from: relocation, through: fixture.network.doorway(at: 0))
            fixture.network.route(to: 0)
            let after = try client.ask("after")
            #expect(after.token == before.token)
            #expect(after.count == before.count + 1)
            #expect(await fixture.source.presence() == [StayPresence(stay: stay, state: .running)])
        }
    }

    @Test("what a container writes that is restored at its source is in its log after what it wrote before")
    func outputAfterRevival() async throws {
        try await RuncFixture.with { fixture in
            let script = "n=0; while :; do n=$((n+1)); echo $n; busybox usleep 1000; done"
            let (spec, stay) = try await fixture.startShell(script)
            try await fixture.awaitOutput("100\n", of: spec)
            for number in 1...3 {
                let relocation = RelocationID(Int64(number))
                let next = Stay(container: spec.name, arrival: relocation)
                try await fixture.destination.prepare(spec, stay: next, namespace: fixture.network.namespaces[1])
                _ = try await fixture.source.checkpoint(stay, for: relocation)
                try await fixture.destination.remove(next)
                try await fixture.source.revive(stay, from: relocation, through: fixture.network.doorway(at: 0))
                try await fixture.source.removeDump(of: relocation)
                let text = try await fixture.source.logs(spec.name, tailBytes: 1 << 20)
                let count = text.split(separator: "\n").count
                try await fixture.awaitOutput("\(count + 100)\n", of: spec)
            }
            let text = try await fixture.source.logs(spec.name, tailBytes: 1 << 20)
            let numbers = text.split(separator: "\n").compactMap { Int($0) }
            #expect(numbers == Array(1...numbers.count))
            let log = "\(fixture.directory)/shared/containers/\(spec.name)"
            #expect(FileTree.names(in: log).filter { $0.hasPrefix("writer-") }.count == 1)
        }
    }

    @Test("a worker of CRIU that nobody has any more is seen to its end")
    func droppedWorker() async throws {
        try await RuncFixture.with { fixture in
            let lock = try OwnedDescriptor.open(fixture.directory + "/lock", O_RDWR | O_CREAT)
            let configuration = try RuncFixture.configuration(fixture.directory, fixture.network.id, host: "host1")
            var worker: CriuWorker? = try CriuWorker(
                CriuWorker.Setting(
                    criu: configuration.criu, nsenter: configuration.nsenter, shell: configuration.shell, lock: lock,
                    output: nil))
            let process = try #require(worker?.process)
            #expect(FileTree.exists("/proc/\(process)"))
            worker = nil
            try await eventually("nothing is left of it, not even its number") {
                !FileTree.exists("/proc/\(process)")
            }
        }
    }

    @Test("a held container that is not released in time ends, and runs on at its source")
    func leaseExpires() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let before = try client.ask("before")
            let relocation = RelocationID(5)
            let next = Stay(container: spec.name, arrival: relocation)
            try await fixture.destination.prepare(spec, stay: next, namespace: fixture.network.namespaces[1])
            fixture.network.hold()
            _ = try await fixture.source.checkpoint(stay, for: relocation)
            _ = try await fixture.destination.restore(
                next, through: fixture.network.doorway(at: 1), lease: .milliseconds(50))
            try await eventually("the lease runs out") {
                await fixture.destination.presence() == [StayPresence(stay: next, state: .prepared(relocation))]
            }
            #expect(fixture.processes(of: next, host: "host2").isEmpty)
            let failure = await #expect(throws: StepFailure.self) { _ = try await fixture.destination.release(next) }
            #expect(failure?.code == .leaseExpired)
            try await fixture.source.revive(stay, from: relocation, through: fixture.network.doorway(at: 0))
            fixture.network.route(to: 0)
            #expect(try client.ask("after").count == before.count + 1)
        }
    }

    @Test("a held container ends with the agent that held it")
    func agentDies() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let before = try client.ask("before")
            let relocation = RelocationID(5)
            let next = Stay(container: spec.name, arrival: relocation)
            do {
                let mortal = try fixture.successor(of: "host2")
                try await mortal.prepare(spec, stay: next, namespace: fixture.network.namespaces[1])
                fixture.network.hold()
                _ = try await fixture.source.checkpoint(stay, for: relocation)
                _ = try await mortal.restore(next, through: fixture.network.doorway(at: 1), lease: .seconds(600))
                #expect(await mortal.presence() == [StayPresence(stay: next, state: .held(relocation))])
                #expect(fixture.processes(of: next, host: "host2").count >= 2)
            }
            let successor = try fixture.successor(of: "host2")
            #expect(await successor.presence() == [StayPresence(stay: next, state: .prepared(relocation))])
            try await eventually("nothing of it runs") { fixture.processes(of: next, host: "host2").isEmpty }
            let failure = await #expect(throws: StepFailure.self) { _ = try await successor.release(next) }
            #expect(failure?.code == .interrupted)
            try await fixture.source.revive(stay, from: relocation, through: fixture.network.doorway(at: 0))
            fixture.network.route(to: 0)
            #expect(try client.ask("after").count == before.count + 1)
            try await successor.remove(next)
        }
    }

    @Test("an agent that was started again knows its containers and moves them on")
    func agentRestarts() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let before = try client.ask("before")
            let successor = try fixture.successor(of: "host1")
            #expect(await successor.presence() == [StayPresence(stay: stay, state: .running)])
            let moved = try await fixture.move(
                spec, stay, as: 1, from: successor, to: fixture.destination, namespace: 1)
            let heir = try fixture.successor(of: "host2")
            #expect(await heir.presence() == [StayPresence(stay: moved.stay, state: .running)])
            #expect(try client.ask("after").count == before.count + 1)
            try await fixture.source.remove(stay)
        }
    }

    @Test("prepare, checkpoint, restore and release can be asked for twice")
    func idempotence() async throws {
        try await RuncFixture.with { fixture in
            let (spec, stay) = try await fixture.startEcho()
            let client = try await fixture.network.connect()
            let before = try client.ask("before")
            let relocation = RelocationID(9)
            let next = Stay(container: spec.name, arrival: relocation)
            for _ in 1...2 {
                try await fixture.destination.prepare(spec, stay: next, namespace: fixture.network.namespaces[1])
            }
            for _ in 1...2 { try await fixture.source.arm(stay, for: relocation) }
            fixture.network.hold()
            for _ in 1...2 { _ = try await fixture.source.checkpoint(stay, for: relocation) }
            for _ in 1...2 {
                _ = try await fixture.destination.restore(
                    next, through: fixture.network.doorway(at: 1), lease: .seconds(30))
            }
            fixture.network.route(to: 1)
            for _ in 1...2 { _ = try await fixture.destination.release(next) }
            #expect(try client.ask("after").count == before.count + 1)
            for _ in 1...2 { try await fixture.source.remove(stay) }
        }
    }
}
