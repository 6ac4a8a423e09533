import FleetModel
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("What a move leaves in the ledger", .serialized)
struct LedgerSizeTests {
    @Test("a move leaves little in the ledger: nothing of it is written down twice, but each step as sent and as done")
    func bytes() async throws {
        try await TestFleet.with { fleet in
            let container = try await fleet.createContainer("echo", on: "host1")
            _ = try await fleet.move(container.name, to: try HostName("host2"))
            let path = fleet.directory + "/state/ledger.sqlite"
            let before = try LedgerSize(path)
            let moves = 4
            for number in 0..<moves {
                let host = try HostName(number.isMultiple(of: 2) ? "host3" : "host1")
                #expect(try await fleet.move(container.name, to: host).state == .completed)
            }
            let after = try LedgerSize(path)
            let grown = after.bytes.merging(before.bytes) { ($0 - $1) / moves }
            #expect((grown["steps"] ?? 0) > 1000, "it has looked at what was written")
            #expect((grown["events"] ?? .max) < 9000, "\(grown)")
            #expect(grown.values.reduce(0, +) < 13_000, "\(grown)")
        }
    }
}
