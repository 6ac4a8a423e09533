import HTTP
import HTTPTypes
import RelocateTesting
import Synchronization
import Testing

@testable import ControlPlane

/// What is promised when more is asked for than can be done.
@Suite("Requests stand in line")
struct GateTests {
    @Test("few are inside at a time, the others follow in the order in which they came, and too many are turned away")
    func line() async throws {
        let gate = Gate(for: "things", width: 2, mostWaiting: 3)
        let (visits, visit) = AsyncStream.makeStream(of: Int.self)
        let door = Door()
        var tasks: [Task<Int, any Error>] = []
        for number in 0..<5 {
            tasks.append(
                Task {
                    try await gate.pass {
                        visit.yield(number)
                        await door.wait()
                        return number
                    }
                })
            try await eventually("\(number) is inside or in line") {
                gate.insideCount + gate.waitingCount == number + 1
            }
        }
        #expect(gate.waitingCount == 3)
        await #expect(throws: Overload(description: "3 things wait already")) { try await gate.pass { 5 } }
        tasks[3].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[3].value }
        #expect(gate.waitingCount == 2)
        door.open()
        for number in [0, 1, 2, 4] { #expect(try await tasks[number].value == number) }
        visit.finish()
        var order: [Int] = []
        for await number in visits { order.append(number) }
        #expect(order == [0, 1, 2, 4])
        #expect(try await gate.pass { 6 } == 6)
        #expect(gate.insideCount == 0)
    }

    @Test("whoever fails inside makes room, too")
    func failing() async throws {
        let gate = Gate(for: "things", width: 1, mostWaiting: 0)
        for _ in 0..<3 {
            await #expect(throws: CancellationError.self) { try await gate.pass { throw CancellationError() } }
        }
        #expect(try await gate.pass { 1 } == 1)
    }

    @Test("when too many read, the next is told to come again; whether the program lives is answered nevertheless")
    func reads() async throws {
        let gate = Gate(for: "requests to read", width: 1, mostWaiting: 1)
        var routes = FleetRouter(reads: gate)
        let door = Door()
        routes.on(.get, "/list") { _ in
            await door.wait()
            return .text("all")
        }
        routes.on(.get, "/livez", .atOnce) { _ in .text("ok") }
        let router = routes.router
        let readers = try (0..<2).map { _ in
            let request = try Desk.request(.get, "/list")
            return Task { await Answer(router.respond(to: request)) }
        }
        try await eventually("one reads and one waits") { gate.insideCount == 1 && gate.waitingCount == 1 }
        let refused = await Answer(router.respond(to: try Desk.request(.get, "/list")))
        #expect(refused.status == 429)
        #expect(refused.code == "overloaded")
        #expect(refused.fields[.retryAfter] == "1")
        #expect(await Answer(router.respond(to: try Desk.request(.get, "/livez"))).status == 200)
        door.open()
        for reader in readers { #expect(await reader.value.status == 200) }
    }
}

/// Shut until it is opened, for good.
private final class Door: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
