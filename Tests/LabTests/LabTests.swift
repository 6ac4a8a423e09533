import FleetModel
import Foundation
import Glibc
import Testing

@testable import Lab

@Suite("Labs", .serialized)
struct LabTests {
    @Test("a lab comes up, heals, and leaves no trace", .enabled(if: geteuid() == 0))
    func life() async throws {
        try await LabFixture.with(kind: .real) { fixture in
            let lab = fixture.lab
            try await lab.up(fixture.plan, processes: fixture.processes)
            let first = lab.status()
            #expect(first.isRunning)
            #expect(first.processes.map(\.name) == ["gateway", "host1", "host2"])
            let prefix = fixture.location.prefix
            #expect(
                first.namespaces == [
                    "\(prefix)-gateway", "\(prefix)-host1", "\(prefix)-host2", "\(prefix)-outside", "mount:host1",
                    "mount:host2",
                ])

            // Host 2 is reached from host 1, has a /run of its own, and sees the dumps.
            #expect(try await fixture.run(on: "host1", "ip route get 10.213.0.12").contains("rl-up"))
            let knock = try await fixture.run(on: "host1", "bash -c 'echo > /dev/tcp/10.213.0.12/9' 2>&1 || true")
            #expect(knock.contains("Connection refused"), "host 2 answers that it has no such service")
            #expect(try await fixture.run(on: "outside", "ip route get 203.0.113.9").contains("198.51.100.1"))
            #expect(try await fixture.run(on: "host1", "ls -A /run").isEmpty)
            #expect(FileManager.default.createFile(atPath: "\(fixture.location.dumps)/dump", contents: nil))
            #expect(try await fixture.run(on: "host2", "ls \(fixture.location.dumps)") == "dump\n")

            try await lab.up(fixture.plan, processes: fixture.processes)
            #expect(lab.status() == first)
            let victim = try #require(first.processes.first { $0.name == "host1" }?.processID)
            kill(victim, SIGKILL)
            #expect(await waitUntil(.seconds(10)) { !lab.status().isRunning })
            try await lab.up(fixture.plan, processes: fixture.processes)
            let healed = lab.status()
            #expect(healed.isRunning)
            #expect(healed.processes.filter { !first.processes.contains($0) }.map(\.name) == ["host1"])

            try await lab.down()
            #expect(fixture.traces().isEmpty)
            #expect(healed.processes.allSatisfy { $0.processID.flatMap(ProcessIdentity.init(running:)) == nil })
            try await lab.down()
        }
    }

    @Test(
        "what agents left is found without the record: daemons, containers, control groups",
        .enabled(if: geteuid() == 0))
    func strays() async throws {
        // By these its programs are told from others that may run on the machine.
        let first = Int.random(in: 100_000...1_000_000)
        let times = (0..<3).map { "\(first + $0)" }
        try await LabFixture.with(kind: .real) { fixture in
            try await fixture.lab.up(fixture.plan, processes: fixture.processes)
            // A daemon in a host's namespaces, and a container: only its network namespace, bound in the host's own
            // /run, tells whose it is.
            _ = try await fixture.run(
                on: "host1",
                """
                setsid sh -c 'trap "" TERM; while :; do sleep \(times[0]); done' >/dev/null 2>&1 &
                mkdir -p /run/relocate/netns; touch /run/relocate/netns/shop.0
                setsid unshare --net=/run/relocate/netns/shop.0 --mount sh -c 'while :; do sleep \(times[1]); done' >/dev/null 2>&1 &
                while [ $(grep -c shop.0 /proc/self/mountinfo) = 0 ]; do sleep 0.01; done
                """)
            let group = "/sys/fs/cgroup/pids/\(fixture.location.controlGroup)/host1"
            let hasGroups =
                (try? FileManager.default.createDirectory(
                    atPath: group, withIntermediateDirectories: true)) != nil
            if hasGroups {
                let member = try Launch.detached(["sleep", times[2]], log: "/dev/null")
                try "\(member.processID)".write(toFile: "\(group)/cgroup.procs", atomically: false, encoding: .utf8)
            }
            for process in fixture.lab.status().processes {
                if let processID = process.processID { kill(processID, SIGKILL) }
            }
            // Without the record nobody would know whose children they were.
            #expect(await waitUntil(.seconds(10)) { fixture.lab.status().processes.allSatisfy { !$0.isRunning } })
            unlink(fixture.location.stateFile)

            try await fixture.lab.down()
            #expect(fixture.traces().isEmpty)
            let commands = ProcessTable.all().compactMap { readText("/proc/\($0.processID)/cmdline") }
            for time in times {
                let isLeft = commands.contains("sleep\u{0}\(time)\u{0}")
                #expect(!isLeft)
            }
        }
    }

    @Test("a process that cannot start is named, with the end of its log, and what was made can be taken down")
    func failure() async throws {
        try await LabFixture.with(kind: .simulated) { fixture in
            let broken = LabProcess(name: "control-plane", arguments: ["-c", "echo no such luck; exit 3"])
            let error = await #expect(throws: LabError.self) {
                try await fixture.lab.up(fixture.plan, processes: [broken])
            }
            #expect(error?.description == "control-plane ended after its start; its log ends:\nno such luck")
            try await fixture.lab.down()
            #expect(fixture.traces().isEmpty)
        }
    }

    @Test("a simulated lab is processes only, needs no root, and keeps its images")
    func simulated() async throws {
        try await LabFixture.with(kind: .simulated) { fixture in
            try await fixture.lab.up(fixture.plan, processes: fixture.processes)
            let status = fixture.lab.status()
            #expect(status.namespaces.isEmpty)
            #expect(status.isRunning)
            let image = "\(fixture.location.images)/image"
            #expect(FileManager.default.createFile(atPath: image, contents: nil))
            try await fixture.lab.down()
            #expect(FileManager.default.fileExists(atPath: image))
            #expect(fixture.lab.status() == LabStatus(plan: nil, processes: [], namespaces: []))
            try await fixture.lab.down(purge: true)
            #expect(fixture.traces().isEmpty)
        }
    }

    @Test("networks that the machine uses are refused before anything is made", .enabled(if: geteuid() == 0))
    func collisions() async throws {
        try await LabFixture.with(kind: .real) { fixture in
            var plan = fixture.plan
            plan.networks.hosts = try IPv4Network("127.0.0.0/24")
            let error = await #expect(throws: LabError.self) { try await fixture.lab.up(plan) }
            #expect(error?.description.hasPrefix("this machine has 127.0.0.1 on lo") == true)
            #expect(fixture.traces().isEmpty)
        }
    }

    @Test("a lab of another shape is not overwritten, and a second command has to wait")
    func shapes() async throws {
        try await LabFixture.with(kind: .simulated) { fixture in
            try await fixture.lab.up(fixture.plan, processes: fixture.processes)
            var smaller = fixture.plan
            smaller.hostCount = 1
            await #expect(throws: LabError.self) { try await fixture.lab.up(smaller, processes: []) }
            let lock = try LabLock(fixture.location.lockFile)
            await #expect(throws: LabError.self) { try await fixture.lab.down() }
            lock.release()
            try await fixture.lab.down()
        }
    }

    @Test("only names of the lab are its own")
    func names() {
        let location = LabLocation()
        for name in ["rl-gateway", "rl-outside", "rl-host1", "rl-host200"] {
            #expect(location.owns(namespaceFile: name))
        }
        for name in ["gateway", "rl-", "rl-host", "rl-hosting", "rl-test-1-gateway", "host1", "rl-other", "rlhost1"] {
            #expect(!location.owns(namespaceFile: name))
        }
    }
}
