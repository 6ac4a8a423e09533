import FleetCore
import FleetModel
import RelocateTesting
import Testing

@testable import ControlPlane

/// Moves of several tenants that want the same slots.
@Suite("The slots for moves")
struct SlotTests {
    private static let longAgo = Timestamp(milliseconds: 1_000_000_000_000)

    private func ask(_ desk: Desk, _ name: String) async throws {
        #expect(try await desk.send(.post, "/v1/containers/\(name)/relocate", "{}").status == 202)
    }

    /// Has an agent do what it has not answered to.
    private func finish(_ container: ContainerName, at desk: Desk) {
        for sent in desk.script.sent {
            guard case .settle(let order) = sent.command.order, order.container == container else { continue }
            desk.agents.take(
                OrderOutcome(id: sent.command.id, result: .succeeded(.done), durationMilliseconds: 1), from: sent.host)
        }
    }

    @Test("a tenant whose moves hang does not hold the last slot of a host where others have containers")
    func lastSlot() async throws {
        try await Desk.with { desk in
            let slow = [try await desk.add("slow1"), try await desk.add("slow2")]
            let victim = try await desk.add("shop", of: "bravo")
            desk.script.reply(to: "settle", .silence)
            for name in slow { try await ask(desk, name.text) }
            try await desk.script.heard("settle")
            #expect(desk.state.openRelocation(of: slow[1])?.state == .queued)
            try await ask(desk, "shop")
            try await desk.until("it has moved") { $0.containers[victim]?.host?.text != "host1" }
            #expect(desk.state.openRelocation(of: slow[0])?.state == .running)
            finish(slow[0], at: desk)
            try await desk.until("all have moved") { $0.relocations.isEmpty }
        }
    }

    @Test(
        "who waits for slots beyond its deadline has an alarm that names who holds them, and that goes when it starts",
        arguments: [false, true])
    func alarm(isCalledOff: Bool) async throws {
        try await Desk.with { desk in
            try await desk.change { $0.record(.tenant(Tenant(name: try TenantName("victim"), createdAt: .now))) }
            let slow = [try await desk.add("slow1"), try await desk.add("slow2", of: "bravo")]
            let victim = try await desk.add("shop", of: "victim") { $0.arrivedAt = Self.longAgo }
            desk.script.reply(to: "settle", .silence, .silence)
            for name in slow { try await ask(desk, name.text) }
            try await desk.script.heard("settle", times: 2)
            try await ask(desk, "shop")
            try await desk.until("an alarm stands") { !$0.alarms(of: .heldUp).isEmpty }
            let alarm = try #require(desk.state.alarms(of: .heldUp).first)
            #expect(alarm.subject == "shop")
            for words in [
                "container 'shop' of tenant 'victim'", "the slots of host 'host1' are held by",
                "container 'slow1' of tenant 'acme'", "container 'slow2' of tenant 'bravo'",
            ] {
                #expect(alarm.message.contains(words), "\(alarm.message)")
            }
            #expect(try await desk.send(.get, "/v1/alarms").items.contains { $0["kind"]?.text == "heldUp" })
            let id = try #require(desk.state.openRelocation(of: victim)?.id)
            if isCalledOff {
                #expect(try await desk.send(.post, "/v1/relocations/\(id)/cancel").status < 300)
                #expect(desk.state.alarms(of: .heldUp).isEmpty)
            }
            finish(slow[0], at: desk)
            if !isCalledOff {
                try await desk.until("it has started") { $0.containers[victim]?.host?.text != "host1" }
                #expect(desk.state.alarms(of: .heldUp).isEmpty)
            }
            finish(slow[1], at: desk)
            try await desk.until("all are over") { $0.relocations.isEmpty }
        }
    }
}
