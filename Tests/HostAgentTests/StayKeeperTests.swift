import FleetModel
import RelocateTesting
import Synchronization
import Testing

@testable import HostAgent

@Suite("Who keeps a runtime's stays")
struct StayKeeperTests {
    @Test("nothing happens to any stay until those that an earlier agent left know how they stand")
    func recovery() async throws {
        let left = Stay(container: try ContainerName("left"), arrival: nil)
        let new = Stay(container: try ContainerName("new"), arrival: nil)
        let tools = try Tools()
        let keepers = StayKeepers<Keeper>(tools, left: [left])
        let asking = Task { await keepers[new].stay }
        tools.gate.open()
        #expect(await asking.value == new)
        #expect(tools.log.withLock(\.self) == ["settled left.0"])
        #expect(await keepers[left] === keepers[left])
    }

    @Test("a stay of which nothing is left is kept anew when it comes back")
    func removal() async throws {
        let stay = Stay(container: try ContainerName("one"), arrival: nil)
        let tools = try Tools()
        tools.gate.open()
        let keepers = StayKeepers<Keeper>(tools, left: [])
        let first = await keepers[stay]
        try await keepers.remove(stay)
        #expect(tools.log.withLock(\.self) == ["removed one.0"])
        #expect(await keepers[stay] !== first)
    }

    @Test("each dump that was made on this host is looked at by its own stay")
    func forsaken() async throws {
        try await TemporaryDirectory.with { shared in
            let stay = Stay(container: try ContainerName("one"), arrival: RelocationID(3))
            let tools = try Tools(shared: shared)
            tools.gate.open()
            let keepers = StayKeepers<Keeper>(tools, left: [])
            try tools.dump(of: RelocationID(7)).create(by: tools.maker(stay))
            let foreign = DumpStorage(sharedDirectory: shared, host: try HostName("host2"), runtime: .simulated)
            try foreign.dump(of: RelocationID(8)).create(by: foreign.maker(stay))
            try await keepers.removeForsakenDumps()
            #expect(tools.log.withLock(\.self) == ["looked at 7 for one.3"])
        }
    }

    private final class Tools: StayTools {
        let dumps: DumpStorage
        let log = Mutex<[String]>([])
        /// Shut until somebody opens it.
        let gate = Gate()

        init(shared: String = "/none") throws {
            dumps = DumpStorage(sharedDirectory: shared, host: try HostName("host1"), runtime: .simulated)
        }

        func note(_ line: String) { log.withLock { $0.append(line) } }
    }

    private actor Keeper: StayKeeping {
        let stay: Stay
        private let tools: Tools

        init(of stay: Stay, tools: Tools) {
            self.stay = stay
            self.tools = tools
        }

        func settle() async {
            await tools.gate.opened()
            tools.note("settled \(stay)")
        }

        func remove() { tools.note("removed \(stay)") }

        func removeIfForsaken(_ dump: DumpDirectory) {
            tools.note("looked at \(dump.relocation.map { "\($0)" } ?? "") for \(stay)")
        }

        func endLease() {}
    }

    private final class Gate: Sendable {
        private let (stream, continuation) = AsyncStream<Never>.makeStream()
        func opened() async { for await _ in stream {} }
        func open() { continuation.finish() }
    }
}
