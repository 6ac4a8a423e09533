import FleetModel
import HostAgent
import RelocateTesting
import Synchronization
import Testing

@testable import ControlPlane

/// Another program holds the ledger's database, as one does that copies it.
@Suite("When the ledger cannot be written", .serialized)
struct LedgerHoldTests {
    @Test("a container that stands still goes on all the same, and everything is written down afterwards")
    func window() async throws {
        try await TestFleet.with(absenceSeconds: 5) { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let hold = Hold(of: fleet)
            fleet.gateway.before(.route) { hold.begin() }
            async let moving = fleet.move(before.name, to: try HostName("host2"))
            try await eventually("it runs at its destination") {
                await fleet.places(of: before.name)[try HostName("host2")] == .running
            }
            #expect(hold.isHeld)
            #expect(try await fleet.state().relocations.values.first?.steps.last?.kind == .steer)
            try hold.end()
            let relocation = try await moving
            #expect(relocation.state == .completed)
            #expect(
                relocation.steps.map(\.kind)
                    == [
                        .prepare, .arm, .hush, .settle, .steer, .checkpoint, .restore, .release, .announce, .seal,
                        .retire,
                    ])
            #expect(relocation.steps.allSatisfy { $0.state == .succeeded && $0.attempt == 1 })
            let events = try await fleet.everyEvent()
            #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
        }
    }

    @Test("a failure in the window is written down, with all before it, before anything is undone")
    func failure() async throws {
        try await TestFleet.with(absenceSeconds: 5) { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let hold = Hold(of: fleet)
            fleet.gateway.before(.route) { hold.begin() }
            let destination = try await fleet.runtime(of: HostName("host2"))
            destination.inject(StepFailure(code: .restoreFailed, message: "told to fail"), at: .restore)
            async let moving = fleet.move(before.name, to: try HostName("host2"))
            try await eventually("the source has let it go") {
                if case .dumped = await fleet.places(of: before.name)[try HostName("host1")] { true } else { false }
            }
            #expect(hold.isHeld)
            try hold.end()
            let relocation = try await moving
            #expect(relocation.state == .rolledBack)
            #expect(
                relocation.steps.map(\.kind)
                    == [
                        .prepare, .arm, .hush, .settle, .steer, .checkpoint, .restore, .revive, .steerBack, .abandon,
                        .disarm,
                    ])
        }
    }

    @Test("a control plane that is ended meanwhile goes on from what is written down, and asks until it is answered")
    func ended() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let hold = Hold(of: fleet)
            fleet.gateway.before(.route) { hold.begin() }
            try await fleet.send(.post, "/v1/containers/echo/relocate", #"{"to":"host2"}"#)
            try await eventually("it runs at its destination") {
                await fleet.places(of: before.name)[try HostName("host2")] == .running
            }
            await fleet.stopControlPlane()
            try hold.end()
            // Neither source nor destination answers for longer than usually counts as lost.
            for number in 1...2 { await fleet.stopAgent(number) }
            try await fleet.startControlPlane()
            #expect(try await fleet.state().relocations.values.first?.steps.last?.kind == .steer)
            #expect(try await fleet.send(.post, "/v1/relocations/1/cancel").status == 409)
            try await eventually("it says that it waits") {
                try await fleet.state().alarms.values.contains { $0.kind == .stepPending }
            }
            for number in 1...2 { try await fleet.startAgent(number) }
            try await eventually("the move has ended") { try await fleet.state().relocations.isEmpty }
            #expect(await fleet.places(of: before.name) == [try HostName("host2"): .running])
            #expect(try await fleet.state().containers[before.name]?.host == (try HostName("host2")))
            #expect(fleet.dumps.all.isEmpty)
        }
    }

    @Test("a change waits for a while, then is refused with words and a time to try again, and nothing is changed")
    func changes() async throws {
        try await TestFleet.with { fleet in
            let hold = Hold(of: fleet)
            hold.begin()
            async let refused = fleet.send(.post, "/v1/tenants", #"{"name":"late"}"#)
            async let alsoRefused = fleet.send(.post, "/v1/tenants", #"{"name":"later"}"#)
            for answer in try await [refused, alsoRefused] {
                #expect(answer.status == 503)
                #expect(answer.headerFields[.retryAfter] == "1")
                #expect(answer.body.contains("ledgerInUse"))
                #expect(answer.body.contains("another process"))
            }
            #expect(try await fleet.state().tenants.count == 1)
            async let taken = fleet.send(.post, "/v1/tenants", #"{"name":"patient"}"#)
            // Reading waits for nobody.
            #expect(try await fleet.send(.get, "/v1/actions").status == 200)
            try hold.end()
            #expect(try await taken.status == 201)
        }
    }
}

/// A hold on a fleet's ledger that begins and ends.
private final class Hold: Sendable {
    private let path: String
    private let hold = Mutex<DatabaseHold?>(nil)

    init(of fleet: TestFleet) { path = fleet.directory + "/state/ledger.sqlite" }

    var isHeld: Bool { hold.withLock { $0 != nil } }

    func begin() {
        do {
            let hold = try DatabaseHold(path)
            self.hold.withLock { $0 = hold }
        } catch {
            Issue.record(error)
        }
    }

    func end() throws {
        try hold.withLock { hold in
            try hold?.release()
            hold = nil
        }
    }
}
