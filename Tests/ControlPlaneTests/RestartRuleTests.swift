import FleetModel
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("What becomes of containers that end")
struct RestartRuleTests {
    private func state(of name: ContainerName, in fleet: TestFleet) async throws -> Container {
        try #require(try await fleet.state().containers[name])
    }

    @Test("one that fails is started anew by itself, and goes on under its virtual address")
    func onFailure() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            #expect(try await fleet.send(.patch, "/v1/containers/echo", #"{"restart":"onFailure"}"#).status == 200)
            try await fleet.runtime(of: HostName("host1")).exit(before.name, with: .code(3))
            try await eventually("it runs again") {
                let now = try await state(of: before.name, in: fleet)
                return now.state == .running && now.restarts.count == 1 && now.address != before.address
            }
            #expect(try await state(of: before.name, in: fleet).virtualAddress == before.virtualAddress)
            #expect(try await fleet.state().alarms.isEmpty)
        }
    }

    @Test("while one is down its virtual address leads to nobody, also when it cannot be started")
    func down() async throws {
        try await TestFleet.with { fleet in
            let echo = try await fleet.createContainer("echo", on: "host1")
            #expect(try await fleet.send(.post, "/v1/containers/echo/stop?wait=30").status == 202)
            fleet.gateway.fail(.route)
            #expect(try await fleet.send(.post, "/v1/containers/echo/start?wait=30").status == 202)
            guard case .failed = try await state(of: echo.name, in: fleet).state else {
                Issue.record("it has not failed")
                return
            }
            let gateway = fleet.gateway.network.snapshot
            #expect(gateway.routes.isEmpty && gateway.announced.isEmpty)
        }
    }

    @Test("one that was content stays stopped, and says with what it ended")
    func content() async throws {
        try await TestFleet.with { fleet in
            let echo = try await fleet.createContainer("echo", on: "host1")
            #expect(try await fleet.send(.patch, "/v1/containers/echo", #"{"restart":"onFailure"}"#).status == 200)
            try await fleet.runtime(of: HostName("host1")).exit(echo.name)
            try await eventually("it is known to have stopped") {
                try await state(of: echo.name, in: fleet).state == .stopped(reason: "its process ended with status 0")
            }
            #expect(try await state(of: echo.name, in: fleet).restarts.nextAt == nil)
        }
    }

    @Test("one is stopped and stays so, and is restarted, as somebody wants")
    func verbs() async throws {
        try await TestFleet.with { fleet in
            let echo = try await fleet.createContainer("echo", on: "host1")
            #expect(try await fleet.send(.patch, "/v1/containers/echo", #"{"restart":"always"}"#).status == 200)
            #expect(try await fleet.send(.post, "/v1/containers/echo/stop?wait=30").status == 202)
            guard case .stopped(let reason) = try await state(of: echo.name, in: fleet).state else {
                Issue.record("it is not stopped")
                return
            }
            #expect(reason.hasPrefix("stopped by "))
            #expect(try await fleet.send(.post, "/v1/containers/echo/stop").status == 409)
            #expect(try await fleet.send(.post, "/v1/containers/echo/restart?wait=30").status == 202)
            let after = try await state(of: echo.name, in: fleet)
            #expect(after.state == .running)
            #expect(try await fleet.send(.post, "/v1/containers/echo/restart?wait=30").status == 202)
            let last = try await state(of: echo.name, in: fleet)
            #expect(last.state == .running && last.address != after.address)
            let gateway = fleet.gateway.network.snapshot
            #expect(Array(gateway.routes.keys) == [try #require(last.address)], "nothing leads to earlier lives")
            #expect(gateway.announced[try #require(last.virtualAddress)]?.address == last.address)
        }
    }
}
