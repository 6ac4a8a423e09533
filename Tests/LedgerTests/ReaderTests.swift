import Dispatch
import FleetLedger
import FleetModel
import GRDB
import RelocateTesting
import Testing

@testable import Ledger

@Suite("Threads of the ledger's own")
struct ReaderTests {
    @Test("while as many lists are read as may be, single things are found, tasks run, and further lists wait")
    func turns() async throws {
        try await withLedger { ledger in
            try ledger.commit([.relocation(try Some.relocation(1))], actor: "op", at: epoch)
            let hold = DispatchSemaphore(value: 0)
            let lists = (0..<3).map { _ in
                // It holds up its thread, which must be none of those on which tasks run.
                Task { try await ledger.readingList("read slowly") { _ in hold.wait() } }
            }
            try await eventually("all places are taken") { ledger.lists.freeCount == 0 }
            let further = Task { try await ledger.relocations(RelocationQuery()).items.count }
            try await eventually("one waits") { ledger.lists.waitingCount == 1 }
            #expect(try await ledger.relocation(RelocationID(1)) != nil)
            #expect(try await ledger.policyVersion(1, of: .default) == nil)
            for _ in lists { hold.signal() }
            for list in lists { try await list.value }
            #expect(try await further.value == 1)
            #expect(ledger.lists.freeCount == 3)
        }
    }
}
