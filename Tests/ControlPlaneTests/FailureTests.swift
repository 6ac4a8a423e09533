import FleetCore
import FleetModel
import HostAgent
import RelocateTesting
import Testing

@testable import ControlPlane

private func fault(_ code: FailureCode, _ message: String = "told to fail") -> StepFailure {
    StepFailure(code: code, message: message, toolMessage: "Error (criu/tool.c:1): \(message)")
}

/// The failure table, with real agents over loopback and simulated containers.
@Suite("When a step of a move fails", .serialized)
struct FailureTests {
    @Test("a move that goes well ends at the destination with a new address, and nothing stays at the source")
    func completes() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .completed)
            let after = try #require(try await fleet.state().containers[before.name])
            #expect(after.host == (try HostName("host2")))
            #expect(after.address != before.address)
            #expect(after.virtualAddress == before.virtualAddress)
            #expect(await fleet.places(of: before.name) == [try HostName("host2"): .running])
            let gateway = fleet.gateway.network.snapshot
            #expect(gateway.announced[try #require(after.virtualAddress)]?.address == after.address)
        }
    }

    @Test(
        "the container runs on at its source when preparing, steering or dumping fails",
        arguments: ["prepare", "steer", "checkpoint"])
    func failsBeforeTheEnd(step: String) async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            switch step {
            case "prepare":
                try await fleet.runtime(of: HostName("host2")).inject(fault(.imageMissing, "no image"), at: .prepare)
            case "steer": fleet.gateway.fail(.route)
            default: try await fleet.runtime(of: HostName("host1")).inject(fault(.dumpRefused), at: .checkpoint)
            }
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .failed)
            #expect(relocation.failure != nil)
            try await expectAtSource(before, in: fleet)
        }
    }

    @Test(
        "a container whose move was refused shows why, is left alone by the clock, and is tried again until it can move",
        arguments: [SimulatedRuntime.Phase.arm, .checkpoint])
    func refusalIsShown(phase: SimulatedRuntime.Phase) async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            #expect(before.deadlineAt != nil)
            let runtime = try await fleet.runtime(of: HostName("host1"))
            runtime.inject(fault(.dumpRefused, "'sleep' stands beside it"), at: phase)
            for _ in 1...2 { runtime.inject(fault(.dumpRefused, "it has a terminal"), at: .trial) }
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .failed)
            #expect(relocation.steps.contains { $0.kind == .steer } == (phase == .checkpoint))
            let after = try #require(try await fleet.state().containers[before.name])
            #expect(
                after.mobility
                    == .immovable(
                        reason: "'sleep' stands beside it", log: "Error (criu/tool.c:1): 'sleep' stands beside it"))
            #expect(after.deadlineAt == nil)
            try await eventually("a trial has found something else") {
                let mobility = try await fleet.state().containers[before.name]?.mobility
                return mobility?.isImmovable == true && mobility != after.mobility
            }
            try await eventually("it can move again, and the clock runs") {
                let now = try await fleet.state().containers[before.name]
                return now?.mobility == .movable && now?.deadlineAt != nil
            }
            #expect(try await fleet.move(before.name, to: try HostName("host2")).state == .completed)
        }
    }

    @Test("a container whose move was refused is tried at once when somebody wants it moved, and moves if it can")
    func refusalIsLookedAtAgain() async throws {
        // Nobody looks by himself while the test runs.
        try await TestFleet.with(secondTrialSeconds: 600) { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let runtime = try await fleet.runtime(of: HostName("host1"))
            runtime.inject(fault(.dumpRefused, "somebody logs in"), at: .checkpoint)
            #expect(try await fleet.move(before.name, to: try HostName("host2")).state == .failed)
            runtime.inject(fault(.dumpRefused, "it has a terminal"), at: .trial)
            let refused = try await fleet.send(.post, "/v1/containers/echo/relocate", "{}")
            #expect(refused.status == 409)
            #expect(refused.body.contains("cannot be moved: it has a terminal"), "what holds now: \(refused.body)")
            #expect(try await fleet.move(before.name, to: try HostName("host2")).state == .completed)
            #expect(try await fleet.state().containers[before.name]?.mobility == .movable)
        }
    }

    @Test("the container is restored at its source when the destination cannot restore it")
    func rollsBack() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            try await fleet.runtime(of: HostName("host2")).inject(fault(.restoreFailed), at: .restore)
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .rolledBack)
            #expect(relocation.failure?.toolMessage == "Error (criu/tool.c:1): told to fail")
            try await expectAtSource(before, in: fleet)
        }
    }

    @Test("a container that neither host can restore is stranded, with an alarm, and can be started anew")
    func strands() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            try await fleet.runtime(of: HostName("host2")).inject(fault(.restoreFailed), at: .restore)
            try await fleet.runtime(of: HostName("host1")).inject(fault(.restoreFailed), at: .revive)
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .stranded)
            #expect(try await fleet.state().containers[before.name]?.state == .stranded(relocation.id))
            #expect(try await fleet.state().alarms.values.contains { $0.kind == .stranded && $0.subject == "echo" })
            let answer = try await fleet.send(.post, "/v1/containers/echo/start?wait=10")
            #expect(answer.status == 202)
            #expect(try await fleet.state().containers[before.name]?.state == .running)
            #expect(try await fleet.state().alarms.isEmpty)
            #expect(await fleet.places(of: before.name).values.filter { $0 == .running }.count == 1)
        }
    }

    @Test("announcing is repeated until the gateway takes it")
    func announceRepeats() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            fleet.gateway.fail(.announce, times: 4)
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .completed)
            #expect(relocation.steps.filter { $0.kind == .announce }.count == 5)
            #expect(try await fleet.state().alarms.isEmpty)
        }
    }

    @Test("what the source could not remove is an alarm, is tried again, and then is gone")
    func retireLater() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let source = try await fleet.runtime(of: HostName("host1"))
            for _ in 0..<3 { source.inject(fault(.runtimeFailed), at: .remove) }
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .completed)
            try await eventually("the leftover is removed") {
                let state = try await fleet.state()
                let places = await fleet.places(of: before.name)
                return try state.alarms.isEmpty && places == [HostName("host2"): .running]
            }
        }
    }

    @Test("a destination whose agent ends while it holds the container is given up, and the source takes it back")
    func destinationAgentEnds() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let destination = try await fleet.runtime(of: HostName("host2"))
            destination.inject(fault(.interrupted, "nothing is held any more"), at: .release)
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .rolledBack)
            try await expectAtSource(before, in: fleet)
        }
    }

    @Test("a destination that goes away before the freeze ends the move: nothing is steered, nobody waits")
    func destinationIsGone() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let destination = try HostName("host2")
            fleet.gateway.before(.hush) {
                await fleet.stopAgent(2)
                // Where it never is, the move does not end as it should.
                try? await eventually("its absence is noticed") {
                    await fleet.controlPlane?.agents.isConnected(destination) != true
                }
            }
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .failed)
            #expect(relocation.failure?.code == .unreachable)
            #expect(relocation.failure?.message.contains("host 'host2' was not heard any more") == true)
            #expect(!relocation.steps.contains { [.settle, .steer, .checkpoint].contains($0.kind) })
            #expect(relocation.pauseMilliseconds == nil)
            #expect(await fleet.places(of: before.name)[try HostName("host1")] == .running)
            #expect(try await fleet.state().alarms.values.contains { $0.kind == .leftover })
            try await fleet.startAgent(2)
            try await eventually("the leftover is swept and the host is back") {
                try await fleet.state().alarms.isEmpty
            }
        }
    }

    private func expectAtSource(_ before: Container, in fleet: TestFleet) async throws {
        let after = try #require(try await fleet.state().containers[before.name])
        #expect(after.state == .running)
        #expect(after.host == before.host)
        #expect(after.address == before.address)
        let source = try #require(before.host)
        try await eventually("only the source has it") { await fleet.places(of: before.name) == [source: .running] }
        let host = try await fleet.state().host(source)
        let routes = fleet.gateway.network.snapshot.routes
        #expect(try routes[#require(before.address)] == host.address)
    }
}
