import FleetModel
import Logging
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("When the control plane is started anew", .serialized)
struct RestartTests {
    @Test(
        "a move that is asked for before its agents are back completes, each step carried out once, 25 times in a row",
        arguments: [0, 5])
    func movesAtOnce(others: Int) async throws {
        try await TestFleet.with(absenceSeconds: 5) { fleet in
            var names = [try await fleet.createContainer("echo").name]
            for number in 0..<others { names.append(try await fleet.createContainer("other-\(number)").name) }
            for round in 0..<25 {
                await fleet.stopControlPlane()
                async let started: Void = fleet.startControlPlane()
                let moves = try await withThrowingTaskGroup(of: Relocation.self) { group in
                    for name in names { group.addTask { try await fleet.moveOnceServed(name) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                try await started
                for move in moves {
                    #expect(move.state == .completed, "\(round): \(String(describing: move.failure))")
                    #expect(move.steps.allSatisfy { $0.state == .succeeded && $0.attempt == 1 }, "\(round)")
                }
                #expect(try await fleet.state().alarms.isEmpty)
            }
        }
    }

    @Test("a move that was begun while the control plane was starting is driven once")
    func drivenOnce() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            let relocator = try #require(await fleet.controlPlane?.relocator)
            // It finds the move that was asked for while it was about to look for those that were begun.
            fleet.gateway.before(.route) { await relocator.resume(after: []) }
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
            #expect(relocation.steps.allSatisfy { $0.state == .succeeded && $0.attempt == 1 })
        }
    }

    @Test("an order that is asked again while it waits is joined: both get its outcome")
    func joined() async throws {
        let (agents, host, command) = try registry()
        let (commands, _) = agents.open(for: host)
        async let first = agents.carryOut(command, on: host, timeout: .seconds(30), absence: .seconds(30))
        async let second = agents.carryOut(command, on: host, timeout: .seconds(30), absence: .seconds(30))
        async let third = agents.carryOut(command, on: host, timeout: .seconds(1), absence: .seconds(30))
        for await sent in commands {
            #expect(sent == command)
            break
        }
        guard case .lost = await third else {
            Issue.record("the third was to wait for a second only")
            return
        }
        agents.take(OrderOutcome(id: command.id, result: .succeeded(.done), durationMilliseconds: 1), from: host)
        for answer in await [first, second] {
            guard case .outcome(let outcome) = answer else {
                Issue.record("an order that was carried out counts as lost")
                continue
            }
            #expect(outcome.id == command.id)
        }
    }

    @Test("who asks and is cancelled waits no longer, and takes the answer from nobody else")
    func cancelled() async throws {
        let (agents, host, command) = try registry()
        let (commands, _) = agents.open(for: host)
        async let patient = agents.carryOut(command, on: host, timeout: .seconds(30), absence: .seconds(30))
        for await sent in commands {
            #expect(sent == command)
            break
        }
        for isCancelledFirst in [true, false] {
            let other = Task {
                while isCancelledFirst, !Task.isCancelled { await Task.yield() }
                return await agents.carryOut(command, on: host, timeout: .seconds(30), absence: .seconds(30))
            }
            other.cancel()
            guard case .lost = await other.value else {
                Issue.record("nobody has answered yet")
                return
            }
        }
        agents.take(OrderOutcome(id: command.id, result: .succeeded(.done), durationMilliseconds: 1), from: host)
        guard case .outcome = await patient else {
            Issue.record("an order that was carried out counts as lost")
            return
        }
    }

    @Test("nothing of the old one goes on: not the removal of a container whose agent is away, nor a look at the fleet")
    func nothingGoesOn() async throws {
        try await TestFleet.with { fleet in
            let container = try await fleet.createContainer("echo", on: "host1")
            await fleet.stopAgent(1)
            try await eventually("its agent's link is known to be gone") {
                await fleet.controlPlane?.agents.isConnected(try HostName("host1")) == false
            }
            #expect(try await fleet.send(.delete, "/v1/containers/\(container.name)").status == 202)
            weak let old = await fleet.controlPlane?.fleet
            #expect(old != nil)
            await fleet.stopControlPlane()
            try await eventually("nobody holds the old fleet") { old == nil }
            try await fleet.startControlPlane()
            try await fleet.startAgent(1)
            try await eventually("it is removed") { try await fleet.state().containers.isEmpty }
        }
    }

    @Test("a container that was being started is not taken for failed; it is started by the next")
    func startGoesOn() async throws {
        try await TestFleet.with { fleet in
            let stopped = AsyncStream.makeStream(of: Never.self)
            fleet.gateway.before(.announce) {
                await fleet.stopControlPlane()
                stopped.continuation.finish()
            }
            // Nobody is left to answer.
            _ = try? await fleet.createContainer("echo", on: "host1")
            for await _ in stopped.stream {}
            try await fleet.startControlPlane()
            let name = try ContainerName("echo")
            try await eventually("it runs") { try await fleet.state().containers[name]?.state == .running }
            #expect(
                try await fleet.everyEvent().allSatisfy { event in
                    guard case .container(let container) = event.change, case .failed = container.state else {
                        return true
                    }
                    return false
                })
            #expect(await fleet.places(of: name).count == 1)
        }
    }

    @Test("an enrolment that a later one of the same host has overtaken does not take its place")
    func overtaken() throws {
        let (agents, host, _) = try registry()
        let (early, late) = (agents.drawSession(of: host), agents.drawSession(of: host))
        agents.begin(session: late, of: host)
        let (_, ticket) = agents.open(for: host)
        agents.begin(session: early, of: host)
        #expect(agents.isConnected(host))
        #expect(agents.isAlive(host, session: late) == .present)
        #expect(agents.isAlive(host, session: early) == .superseded)
        agents.close(ticket, for: host)
    }

    private func registry() throws -> (AgentRegistry, HostName, AgentCommand) {
        var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        let command = AgentCommand(id: OrderID(operation: "relocation-1", step: "prepare"), order: .inspect)
        return (AgentRegistry(logger: logger), try HostName("host1"), command)
    }
}
