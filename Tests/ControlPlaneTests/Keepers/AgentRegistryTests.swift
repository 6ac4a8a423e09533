import FleetCore
import FleetModel
import Logging
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("The agents that are connected")
struct AgentRegistryTests {
    private let registry = AgentRegistry(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    private let host: HostName
    private let other: HostName
    private let long = Duration.seconds(60)

    init() throws {
        host = try HostName("host1")
        other = try HostName("host2")
    }

    private func command(_ step: String = "inspect") -> AgentCommand {
        AgentCommand(id: OrderID(operation: "test", step: step), order: .inspect)
    }

    private func done(_ step: String = "inspect") -> OrderOutcome {
        OrderOutcome(id: command(step).id, result: .succeeded(.done), durationMilliseconds: 1)
    }

    private func isDone(_ answer: AgentRegistry.Answer) -> Bool { if case .outcome = answer { true } else { false } }

    private func begin() -> Int64 {
        let session = registry.drawSession(of: host)
        registry.begin(session: session, of: host)
        return session
    }

    // MARK: Sessions

    @Test("numbers of sessions only grow, also when they are drawn faster than the clock ticks")
    func sessions() {
        let numbers = (0..<100).map { _ in registry.drawSession(of: host) }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("the newest session that has begun is the present one, whatever the order in which enrolments end")
    func present() {
        let (early, late) = (registry.drawSession(of: host), registry.drawSession(of: host))
        #expect(registry.isAlive(host, session: early) == .unknown)
        registry.begin(session: late, of: host)
        registry.begin(session: early, of: host)
        #expect(registry.isAlive(host, session: late) == .present)
        #expect(registry.isAlive(host, session: early) == .superseded)
        #expect(registry.isAlive(other, session: late) == .unknown)
        #expect(registry.lastSeen(host) != nil && registry.lastSeen(other) == nil)
    }

    @Test("a new session closes the stream of the one before; a dismissed host has none")
    func streams() async {
        _ = begin()
        let (first, _) = registry.open(for: host)
        #expect(registry.isConnected(host))
        _ = begin()
        #expect(!registry.isConnected(host))
        for await command in first { Issue.record("\(command)") }
        let (second, _) = registry.open(for: host)
        let session = begin()
        _ = registry.open(for: host)
        registry.dismiss(host)
        for await command in second { Issue.record("\(command)") }
        #expect(!registry.isConnected(host) && registry.isAlive(host, session: session) == .unknown)
    }

    @Test("only the last stream that was opened counts: an older one that closes late takes nothing away")
    func tickets() async {
        let (first, old) = registry.open(for: host)
        let (_, new) = registry.open(for: host)
        for await command in first { Issue.record("\(command)") }
        registry.close(old, for: host)
        #expect(registry.isConnected(host))
        registry.close(new, for: host)
        #expect(!registry.isConnected(host))
    }

    @Test("who is silent is named once, and again when it has been expected anew")
    func silence() {
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        registry.expect(host, since: now)
        #expect(registry.silent(at: now.advanced(bySeconds: 4)).isEmpty)
        let late = now.advanced(bySeconds: 4.1)
        #expect(registry.silent(at: late).map(\.host) == [host])
        #expect(registry.silent(at: late).isEmpty)
        registry.expect(host, since: now)
        #expect(registry.silent(at: late).map(\.since) == [now])
        registry.expect(host, since: now, among: 10_000)
        #expect(registry.silent(at: late).isEmpty, "of so many, each is heard every ten seconds")
        #expect(registry.silent(at: now.advanced(bySeconds: 22.1)).map(\.host) == [host])
    }

    @Test("the first of some hosts that is not there, without waiting where no time is given")
    func absentee() async {
        _ = registry.open(for: host)
        #expect(await registry.absentee(of: [host], within: .zero) == nil)
        #expect(await registry.absentee(of: [host, other], within: .zero) == other)
        #expect(await registry.absentee(of: [], within: .zero) == nil)
    }

    // MARK: After a start

    /// Waits until an order to a host that nobody awaits is lost for its absence: so would be all that were sent before.
    private func untilOthersAreLost(_ absence: Duration) async throws {
        let stranger = try HostName("stranger")
        #expect(!isDone(await registry.carryOut(command(), on: stranger, timeout: long, absence: absence)))
    }

    @Test("an order to a host that was not heard since the start is not lost before the host counts as silent")
    func awaited() async throws {
        let (start, brief) = (Timestamp.now, Duration.milliseconds(20))
        registry.wait(for: [host, other], since: start, among: 2)
        async let lost = registry.carryOut(command(), on: host, timeout: brief, absence: brief)
        async let answered = registry.carryOut(command(), on: other, timeout: brief, absence: brief)
        try await eventually("both wait") { [host, other].allSatisfy { registry.waitingCount(on: $0) == 1 } }
        try await untilOthersAreLost(brief)
        #expect(registry.waitingCount(on: host) == 1 && registry.waitingCount(on: other) == 1)
        registry.take(done(), from: other)
        #expect(isDone(await answered))
        #expect(registry.silent(at: start.advanced(bySeconds: 5)).map(\.host) == [host, other])
        #expect(!isDone(await lost))
    }

    @Test("once a host has been heard since the start, its orders are lost as soon as those of any other")
    func heardOnce() async throws {
        registry.wait(for: [host], since: .now, among: 1)
        let ticket = { [self] in
            _ = begin()
            return registry.open(for: host).ticket
        }()
        registry.close(ticket, for: host)
        #expect(!isDone(await registry.carryOut(command(), on: host, timeout: long, absence: .milliseconds(20))))
        let (_, _) = registry.open(for: host)
        #expect(!isDone(await registry.carryOut(command(), on: host, timeout: .milliseconds(20), absence: long)))
    }

    @Test("the time of an order begins when the agent that it waited for is there")
    func timeBegins() async throws {
        let (start, brief) = (Timestamp.now, Duration.milliseconds(500))
        registry.wait(for: [host], since: start, among: 1)
        async let answer = registry.carryOut(command(), on: host, timeout: brief, absence: brief)
        try await eventually("it waits") { registry.waitingCount(on: host) == 1 }
        try await untilOthersAreLost(brief)
        try #require(registry.waitingCount(on: host) == 1)
        _ = begin()
        let (stream, _) = registry.open(for: host)
        for await got in stream {
            #expect(got == command())
            break
        }
        registry.take(done(), from: host)
        #expect(isDone(await answer))
    }

    @Test("a move waits for a host that was not heard since the start, as long as it does not count as silent")
    func awaitedForMove() async throws {
        let (start, brief) = (Timestamp.now, Duration.milliseconds(20))
        registry.wait(for: [host], since: start, among: 2)
        _ = registry.open(for: other)
        async let absentee = registry.absentee(of: [host, other], within: brief)
        #expect(await registry.absentee(of: [host], within: .zero) == host, "nobody waits while packets are held")
        try await untilOthersAreLost(brief)
        #expect(registry.silent(at: start.advanced(bySeconds: 5)).map(\.host) == [host])
        #expect(await absentee == host)
    }

    // MARK: Orders

    @Test(
        "an order that comes before its agent waits for it, and is sent again on each new stream until it is answered")
    func repeated() async {
        let waiting = Task { await registry.carryOut(command(), on: host, timeout: long, absence: long) }
        for _ in 0..<3 {
            let (stream, ticket) = registry.open(for: host)
            for await got in stream {
                #expect(got == command())
                break
            }
            registry.close(ticket, for: host)
        }
        registry.take(done(), from: host)
        #expect(isDone(await waiting.value))
        // Answered: it is not sent any more.
        let (stream, _) = registry.open(for: host)
        registry.dismiss(host)
        for await command in stream { Issue.record("\(command)") }
    }

    @Test("an outcome of another host, or of an order that nobody waits for, changes nothing")
    func strangers() async {
        let (stream, _) = registry.open(for: host)
        let waiting = Task { await registry.carryOut(command(), on: host, timeout: long, absence: long) }
        for await _ in stream { break }
        registry.take(done(), from: other)
        registry.take(done("another"), from: host)
        registry.take(
            OrderOutcome(
                id: command().id, result: .failed(StepFailure(code: .notHere, message: "not here")),
                durationMilliseconds: 1),
            from: host)
        registry.take(done(), from: host)
        guard case .outcome(let outcome) = await waiting.value, case .failed(let failure) = outcome.result else {
            Issue.record("the first answer counts")
            return
        }
        #expect(failure.code == .notHere)
    }

    @Test("who asks for what is asked already shares the answer, and the agent hears of it once")
    func joined() async {
        let (stream, _) = registry.open(for: host)
        let first = Task { await registry.carryOut(command(), on: host, timeout: long, absence: long) }
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next() == command())
        // An answer that comes between the two is one of the first only: then the second asks for itself.
        let second = Task { await registry.carryOut(command(), on: host, timeout: long, absence: long) }
        let last = Task { await registry.carryOut(command("last"), on: host, timeout: long, absence: long) }
        #expect(await iterator.next() == command("last"), "nothing else came in between")
        registry.dismiss(host)
        for asker in [first, second, last] { #expect(!isDone(await asker.value)) }
    }

    @Test("with a dismissed host nobody waits, nor does whoever asks it afterwards, until it enrols again")
    func dismissed() async {
        let (stream, _) = registry.open(for: host)
        let waiting = Task { await registry.carryOut(command(), on: host, timeout: long, absence: long) }
        for await _ in stream { break }
        registry.dismiss(host)
        #expect(!isDone(await waiting.value))
        #expect(!isDone(await registry.carryOut(command(), on: host, timeout: long, absence: long)))
        _ = begin()
        let (again, _) = registry.open(for: host)
        let answered = Task { await registry.carryOut(command(), on: host, timeout: long, absence: long) }
        for await _ in again { break }
        registry.take(done(), from: host)
        #expect(isDone(await answered.value))
    }

    @Test("what an agent says comes back, and what it cannot do is an error that names it")
    func ask() async throws {
        let (stream, _) = registry.open(for: host)
        let replies: [OrderResult] = [
            .succeeded(.logs("hello")), .failed(StepFailure(code: .notHere, message: "not here")),
        ]
        let agent = Task { [registry, host] in
            var number = 0
            for await command in stream {
                registry.take(
                    OrderOutcome(id: command.id, result: replies[number], durationMilliseconds: 1), from: host)
                number += 1
            }
        }
        let first = try await registry.ask(.inspect, id: .fresh("test", "one"), of: host, timeout: long)
        #expect(first == .logs("hello"))
        let error = await #expect(throws: FleetError.self) {
            _ = try await registry.ask(.inspect, id: .fresh("test", "two"), of: host, timeout: long)
        }
        #expect(error?.description == "host1: not here")
        registry.dismiss(host)
        await agent.value
        let lost = await #expect(throws: FleetError.self) {
            _ = try await registry.ask(.inspect, id: .fresh("test", "three"), of: host, timeout: .seconds(9))
        }
        #expect(lost?.description == "host1: the agent gave no answer within 9 s")
    }

    @Test("orders that are asked once have ids of their own each time")
    func fresh() {
        let ids = (0..<1000).map { _ in OrderID.fresh("host1", "inspect") }
        #expect(Set(ids).count == ids.count)
    }
}
