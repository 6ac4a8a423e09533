import FleetCore
import FleetModel
import RelocateTesting
import Testing

@testable import ControlPlane

/// What goes on after a start of the control plane before its agents are back.
@Suite("Agents that are awaited after a start")
struct AwaitedAgentTests {
    private static let absenceSeconds = 0.2

    /// Waits until an order to a host that nobody awaits is lost for its absence: so would be all that were sent before.
    private func untilOthersAreLost(_ desk: Desk) async throws {
        let command = AgentCommand(id: OrderID(operation: "test", step: "inspect"), order: .inspect)
        let answer = await desk.agents.carryOut(
            command, on: try HostName("stranger"), timeout: .seconds(60), absence: .seconds(Self.absenceSeconds))
        if case .outcome = answer { Issue.record("nobody is there to answer") }
    }

    /// A move that an earlier control plane has begun, and that this one goes on with.
    private func resumeMove(_ desk: Desk) async throws -> RelocationID {
        let name = try await desk.add("shop")
        let exposure = desk.fleet.exposure
        let id = try await desk.change { draft in
            let wanted = RelocationRequest(container: name, to: nil, trigger: .operator_, actor: "ann")
            let (relocation, _) = try draft.enqueue(wanted, exposure: exposure)
            let network = try IPv4Network("10.88.0.0/16")
            #expect(draft.begin(relocation.id, at: try HostName("host2"), nil, in: network) == .begun)
            return relocation.id
        }
        await desk.relocator.resume(after: [])
        for host in ["host1", "host2"] {
            let host = try HostName(host)
            try await eventually("an order waits for \(host)") { desk.agents.waitingCount(on: host) == 1 }
        }
        return id
    }

    @Test("a move that was begun goes on when they come, however long that takes: nothing of it is lost or sent twice")
    func moveGoesOn() async throws {
        try await Desk.with(absenceSeconds: Self.absenceSeconds, isAfterStart: true) { desk in
            let id = try await resumeMove(desk)
            try await untilOthersAreLost(desk)
            #expect(desk.state.relocations[id]?.steps.map(\.state) == [.sent, .sent])
            desk.connectAll()
            try await desk.until("it is over") { $0.relocations.isEmpty }
            let relocation = try #require(try await desk.ledger.relocation(id))
            #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            #expect(relocation.steps.allSatisfy { $0.state == .succeeded && $0.attempt == 1 })
        }
    }

    @Test("a move whose hosts are there waits for the gateway before it leads anybody astray")
    func gatewayIsLate() async throws {
        try await Desk.with(absenceSeconds: Self.absenceSeconds, isAfterStart: true) { desk in
            let id = try await resumeMove(desk)
            for host in ["host1", "host2"] { desk.script.connect(try HostName(host)) }
            try await desk.script.heard("arm")
            try await untilOthersAreLost(desk)
            #expect(desk.state.relocations[id] != nil)
            desk.script.connect(try HostName(Desk.gateway))
            try await desk.until("it is over") { $0.relocations.isEmpty }
            #expect(try await desk.ledger.relocation(id)?.state == .completed)
        }
    }

    @Test("a move fails as ever when they do not come before they count as unreachable")
    func nobodyComes() async throws {
        try await Desk.with(absenceSeconds: Self.absenceSeconds, isAfterStart: true) { desk in
            let id = try await resumeMove(desk)
            await desk.monitor.look(at: Timestamp.now.advanced(bySeconds: 10))
            #expect(desk.state.hosts(in: .unreachable).count == 4)
            try await desk.until("it is over") { $0.relocations.isEmpty }
            let relocation = try #require(try await desk.ledger.relocation(id))
            #expect(relocation.state == .failed && relocation.failure?.code == .unreachable)
            #expect(try desk.container("shop").state == .running)
        }
    }

    @Test("a container that was being started has not failed: it runs when its host and the gateway have come")
    func startGoesOn() async throws {
        try await Desk.with(absenceSeconds: Self.absenceSeconds, isAfterStart: true) { desk in
            let name = try await desk.add("shop") { $0.state = .starting }
            desk.containers.resume()
            let gateway = try HostName(Desk.gateway)
            try await eventually("an order waits") { desk.agents.waitingCount(on: gateway) == 1 }
            try await untilOthersAreLost(desk)
            #expect(desk.state.containers[name]?.state == .starting)
            desk.connectAll()
            try await desk.until("it runs") { $0.containers[name]?.state == .running }
        }
    }

    @Test("who was unreachable when the last control plane ended is not awaited, nor is who was lost")
    func notAwaited() async throws {
        try await Desk.with(hosts: 4, isAfterStart: true) { desk in
            for (host, state) in [("host1", HostState.unreachable), ("host2", .lost), ("host3", .draining)] {
                try await desk.set(host) { $0.state = state }
            }
            desk.monitor.awaitAll()
            let silent = desk.agents.silent(at: Timestamp.now.advanced(bySeconds: 60)).map(\.host.text)
            #expect(silent == ["gateway", "host3", "host4"])
        }
    }
}
