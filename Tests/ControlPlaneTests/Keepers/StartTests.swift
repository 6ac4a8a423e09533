import FleetCore
import FleetModel
import Testing

@testable import ControlPlane

/// Relocations whose turn comes at the same time.
@Suite("Relocations that start together")
struct StartTests {
    @Test("what starts together does not overfill a host: where it has one place left, one goes there")
    func onePlaceLeft() async throws {
        try await Desk.with(hosts: 2) { desk in
            try await desk.set("host2") { $0.capacity.containers = 1 }
            let names = [try await desk.add("one"), try await desk.add("two", of: "bravo")]
            let ids = try await ask(for: names, at: desk)
            try await desk.until("both are over") { $0.relocations.isEmpty }
            var ends: [RelocationState] = []
            for id in ids { ends.append(try #require(try await desk.ledger.relocation(id)).state) }
            #expect(Set(ends) == [.completed, .failed])
            #expect(desk.state.containerCount(on: try HostName("host2")) == 1)
            #expect(desk.state.containerCount(on: try HostName("host1")) == 1)
        }
    }

    @Test("they start in one change of the fleet, each with an address of its own")
    func oneChange() async throws {
        try await Desk.with(hosts: 3) { desk in
            let names = [try await desk.add("one"), try await desk.add("two", of: "bravo")]
            let ids = try await ask(for: names, at: desk)
            try await desk.until("both are over") { $0.relocations.isEmpty }
            var begun: [Timestamp] = []
            var addresses: Set<IPv4Address> = []
            for id in ids {
                let relocation = try #require(try await desk.ledger.relocation(id))
                #expect(relocation.state == .completed)
                begun.append(try #require(relocation.startedAt))
                addresses.insert(try #require(relocation.newAddress))
            }
            #expect(Set(begun).count == 1)
            #expect(addresses.count == 2)
        }
    }

    /// Puts relocations into the queue before anybody looks at it.
    private func ask(for names: [ContainerName], at desk: Desk) async throws -> [RelocationID] {
        let exposure = desk.fleet.exposure
        let ids = try await desk.change { draft in
            try names.map { name in
                try draft.enqueue(
                    RelocationRequest(container: name, trigger: .operator_, actor: "ann"), exposure: exposure
                ).0.id
            }
        }
        await desk.relocator.resume(after: [])
        return ids
    }
}
