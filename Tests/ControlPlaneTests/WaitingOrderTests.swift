import FleetModel
import Logging
import RelocateTesting
import Testing

@testable import ControlPlane

/// How long an order is waited for.
@Suite("The orders that wait for their outcomes")
struct WaitingOrderTests {
    private let agents = AgentRegistry(logger: Logger(label: "test"))
    private let host = HostName(known: "host")
    private let never = Duration.seconds(3600)

    @Test("an order is lost when its time is over, for him whose time it was; another one still gets the outcome")
    func deadline() async throws {
        let (_, _) = agents.open(for: host)
        let command = AgentCommand(id: OrderID(operation: "a", step: "inspect"), order: .inspect)
        async let patient = agents.carryOut(command, on: host, timeout: never, absence: never)
        let hasty = await agents.carryOut(command, on: host, timeout: .milliseconds(20), absence: never)
        #expect(hasty.outcome == nil)
        let outcome = OrderOutcome(id: command.id, result: .succeeded(.done), durationMilliseconds: 1)
        try await eventually("the other one waits, too") { agents.waitingCount(on: host) == 1 }
        agents.take(outcome, from: host)
        #expect(await patient.outcome == outcome)
        #expect(agents.waitingCount(on: host) == 0)
    }

    @Test("an order to a host that is away is lost when it has been away for long enough")
    func absence() async {
        let command = AgentCommand(id: OrderID(operation: "a", step: "inspect"), order: .inspect)
        let unknown = await agents.carryOut(command, on: host, timeout: never, absence: .milliseconds(20))
        #expect(unknown.outcome == nil)
        let (_, ticket) = agents.open(for: host)
        agents.close(ticket, for: host)
        let gone = await agents.carryOut(command, on: host, timeout: never, absence: .milliseconds(20))
        #expect(gone.outcome == nil)
    }

    @Test("an order to a host that is there is not lost to its absence, and is sent again when it opens a new stream")
    func sentAgain() async throws {
        let command = AgentCommand(id: OrderID(operation: "a", step: "inspect"), order: .inspect)
        let (first, _) = agents.open(for: host)
        async let answer = agents.carryOut(command, on: host, timeout: never, absence: .zero)
        let sent = await first.first { _ in true }
        #expect(sent == command)
        let (second, _) = agents.open(for: host)
        let sentAgain = await second.first { _ in true }
        #expect(sentAgain == command)
        let outcome = OrderOutcome(id: command.id, result: .succeeded(.done), durationMilliseconds: 1)
        agents.take(outcome, from: host)
        #expect(await answer.outcome == outcome)
    }

    @Test("whoever waits for a host that is dismissed gets no answer, nor does who asks it then")
    func dismissed() async throws {
        let command = AgentCommand(id: OrderID(operation: "a", step: "inspect"), order: .inspect)
        let (_, _) = agents.open(for: host)
        async let answer = agents.carryOut(command, on: host, timeout: never, absence: never)
        try await eventually("it waits") { agents.waitingCount(on: host) == 1 }
        agents.dismiss(host)
        #expect(await answer.outcome == nil)
        let next = await agents.carryOut(command, on: host, timeout: never, absence: never)
        #expect(next.outcome == nil)
    }
}

extension AgentRegistry.Answer {
    fileprivate var outcome: OrderOutcome? { if case .outcome(let outcome) = self { outcome } else { nil } }
}
