import FleetModel
import Testing

@testable import FleetCore

@Suite("Hosts that die while containers move, at random")
struct FleetWorldTests {
    @Test(
        "no two copies are ever reached, every open move is somebody's, every address has one holder, a recount gives the same",
        arguments: 1...20 as ClosedRange<UInt64>)
    func invariants(seed: UInt64) throws {
        var world = try FleetWorld(seed: seed)
        for number in 1...5000 {
            try world.step()
            let faults = world.faults
            guard faults.isEmpty, !number.isMultiple(of: 5) || world.isCounted else {
                Issue.record("seed \(seed), after \(number) events: \(faults.joined(separator: "; ")): \(world.trail)")
                return
            }
        }
        for what in [
            "moves", "completed", "lost", "losses", "restarts", "given up", "crashes", "waits", "stops", "refused",
        ] {
            #expect(world.counts[what, default: 0] > 0, "nothing is shown about \(what): \(world.counts)")
        }
        try world.calmDown()
        #expect(world.faults == [])
        #expect(world.state.relocations.isEmpty)
        #expect(world.fence == [], "nothing is cut off for ever")
        for container in world.state.containers.values {
            #expect(container.state == .running, "\(container.name)")
            #expect(
                world.places(of: container.name) == [container.host].compactMap(\.self),
                "\(container.name): \(world.trail)")
        }
    }
}
