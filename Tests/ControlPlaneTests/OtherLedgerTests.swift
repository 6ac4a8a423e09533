import FleetModel
import Foundation
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("A control plane that remembers things elsewhere", .serialized)
struct OtherLedgerTests {
    @Test("moves containers, tells of it, starts again and goes on from what it was told, without any database")
    func life() async throws {
        let memory = MemoryLedger()
        try await TestFleet.with(memory: memory) { fleet in
            let container = try await fleet.createContainer("echo", on: "host1")
            let first = try await fleet.move(container.name, to: try HostName("host2"))
            #expect(first.state == .completed)
            let before = try await fleet.state()

            await fleet.stopControlPlane()
            try await fleet.startControlPlane()
            let after = try await fleet.state()
            #expect(after.containers.keys.sorted() == before.containers.keys.sorted())
            #expect(after.sequence >= before.sequence)
            let second = try await fleet.moveOnceServed(container.name)
            #expect(second.id > first.id)

            let list = try await fleet.send(.get, "/v1/relocations?container=echo")
            #expect(list.status == 200 && list.body.contains(#""id":\#(first.id)"#))
            let one = try await fleet.send(.get, "/v1/relocations/\(first.id)")
            #expect(one.status == 200 && one.body.contains(#""rule":"softmax""#))
            #expect(try await fleet.send(.get, "/v1/actions?kind=progress&limit=1000").body.contains("prepare"))
            #expect(try await fleet.send(.get, "/readyz").status == 200)
            let numbers = try await fleet.everyEvent().map(\.sequence)
            #expect(numbers == Array(1...Int64(numbers.count)))
            #expect(!FileManager.default.fileExists(atPath: fleet.directory + "/state/ledger.sqlite"))
        }
    }
}
