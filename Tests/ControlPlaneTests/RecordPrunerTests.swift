import FleetModel
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("How long the record is kept", .serialized)
struct RecordPrunerTests {
    @Test("moves and stays older than is to be kept are removed; the container runs on and numbers go on")
    func prunes() async throws {
        try await TestFleet.with { fleet in
            let container = try await fleet.createContainer("echo", on: "host1")
            let first = try await fleet.move(container.name, to: try HostName("host2"))
            let second = try await fleet.move(container.name, to: try HostName("host3"))
            #expect(try await fleet.send(.get, "/v1/relocations/\(first.id)").status == 200)

            await fleet.stopControlPlane()
            try await fleet.startControlPlane(retentionSeconds: 0)
            try await eventually("the first move is forgotten") {
                try await fleet.send(.get, "/v1/relocations/\(first.id)").status == 404
            }
            try await eventually("only the present stay is known") {
                try await fleet.residences().map(\.host) == [try HostName("host3")]
            }
            // Until the agents have connected again, moves fail.
            try await eventually("it moves on") {
                let third = try await fleet.move(container.name, to: try HostName("host1"))
                #expect(third.id > second.id)
                return third.state == .completed
            }
        }
    }
}
