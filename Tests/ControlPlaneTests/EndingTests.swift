import FleetModel
import HostAgent
import RelocateTesting
import Testing

@testable import ControlPlane

/// A way in which a move can end.
private struct Ending: Sendable, CustomTestStringConvertible {
    /// A step that fails, and where.
    enum Fault: Sendable {
        case source(SimulatedRuntime.Phase)
        case destination(SimulatedRuntime.Phase)
        case gateway(FaultyGateway.Call)
    }

    var name: String
    var faults: [Fault]
    var state: RelocationState

    var testDescription: String { name }

    /// Each row of the course's table that ends a move.
    static let all = [
        Ending(name: "nothing fails", faults: [], state: .completed),
        Ending(name: "prepare fails", faults: [.destination(.prepare)], state: .failed),
        Ending(name: "arm fails", faults: [.source(.arm)], state: .completed),
        Ending(name: "prepare and arm fail", faults: [.destination(.prepare), .source(.arm)], state: .failed),
        Ending(name: "steer fails", faults: [.gateway(.route)], state: .failed),
        Ending(name: "checkpoint fails", faults: [.source(.checkpoint)], state: .failed),
        Ending(name: "restore fails", faults: [.destination(.restore)], state: .rolledBack),
        Ending(name: "release fails", faults: [.destination(.release)], state: .rolledBack),
        Ending(name: "announce fails once", faults: [.gateway(.announce)], state: .completed),
        Ending(name: "retire fails", faults: [.source(.remove)], state: .completed),
        Ending(
            name: "abandon fails", faults: [.destination(.restore), .destination(.remove)], state: .rolledBack),
        Ending(name: "disarm fails", faults: [.destination(.prepare), .source(.disarm)], state: .failed),
    ]
}

@Suite("However a move ends, nothing of it stays", .serialized)
struct EndingTests {
    @Test("at neither host nor in the shared storage", arguments: Ending.all)
    fileprivate func nothingStays(_ ending: Ending) async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            try await inject(ending.faults, into: fleet)
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == ending.state, "\(String(describing: relocation.failure))")
            try await expectNothing(of: relocation, in: fleet)
        }
    }

    @Test("nor when the source's agent is ended after it has armed, and comes back before or after the end")
    func armedAgentEnds() async throws {
        for comesBackAtOnce in [true, false] {
            try await TestFleet.with { fleet in
                let before = try await fleet.createContainer("echo", on: "host1")
                fleet.gateway.before(.route) { await fleet.stopAgent(1) }
                async let moving = fleet.move(before.name, to: try HostName("host2"))
                try await eventually("the agent has ended") { await fleet.isStopped(1) }
                if comesBackAtOnce { try await fleet.startAgent(1) }
                let relocation = try await moving
                if !comesBackAtOnce { try await fleet.startAgent(1) }
                try await expectNothing(of: relocation, in: fleet)
            }
        }
    }

    @Test("nor when it is cancelled before the freeze")
    func cancelled() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            // It has armed, and waits for the gateway.
            fleet.gateway.before(.hush) {
                let answer = try? await fleet.send(.post, "/v1/relocations/1/cancel")
                #expect(answer?.status == 202)
            }
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .cancelled)
            try await expectNothing(of: relocation, in: fleet)
        }
    }

    @Test("a stranded container keeps its dump until it is started anew, whoever looks for forsaken ones")
    func stranded() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            try await inject([.destination(.restore), .source(.revive)], into: fleet)
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .stranded)
            for number in 1...2 {
                await fleet.stopAgent(number)
                try await fleet.startAgent(number)
            }
            for worker in await fleet.workers { try await worker.runtime.removeForsakenDumps() }
            #expect(fleet.dumps.all == [relocation.id])
            try await eventually("it is started anew") {
                try await fleet.send(.post, "/v1/containers/echo/start?wait=10").status == 202
            }
            try await eventually("its dump is gone") { fleet.dumps.all.isEmpty }
        }
    }

    private func inject(_ faults: [Ending.Fault], into fleet: TestFleet) async throws {
        for fault in faults {
            switch fault {
            case .source(let phase): try await fleet.runtime(of: HostName("host1")).inject(.told(for: phase), at: phase)
            case .destination(let phase):
                try await fleet.runtime(of: HostName("host2")).inject(.told(for: phase), at: phase)
            case .gateway(let call): fleet.gateway.fail(call)
            }
        }
    }

    private func expectNothing(of relocation: Relocation, in fleet: TestFleet) async throws {
        let host = relocation.state == .completed ? try HostName("host2") : try HostName("host1")
        try await eventually("nothing stays of a move that is \(relocation.state)") {
            let places = await fleet.places(of: relocation.container)
            let armed = await fleet.workers.flatMap { $0.runtime.armed }
            return places == [host: .running] && armed.isEmpty && fleet.dumps.all.isEmpty
        }
        try await eventually("no alarm stands") { try await fleet.state().alarms.isEmpty }
    }
}

extension StepFailure {
    /// A failure that fits a phase.
    fileprivate static func told(for phase: SimulatedRuntime.Phase) -> StepFailure {
        let code: FailureCode =
            switch phase {
            case .checkpoint: .dumpRefused
            case .restore, .revive: .restoreFailed
            case .release: .interrupted
            default: .runtimeFailed
            }
        return StepFailure(code: code, message: "\(phase) was told to fail")
    }
}
