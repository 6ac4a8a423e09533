import FleetCore
import FleetModel
import HostAgent
import RelocateTesting
import Testing

@testable import ControlPlane

@Suite("When a host dies", .serialized)
struct HostLossTests {
    private func lost(_ host: String, confirm: Bool = true) -> (String, String) {
        let second = confirm ? #","confirm":"\#(host)""# : ""
        return ("/v1/hosts/\(host)/lost", #"{"reason":"it burnt down"\#(second)}"#)
    }

    @Test("a move from a host that is not heard is refused, and says which it is and what can be done")
    func refused() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            await fleet.stopAgent(1)
            let host = try HostName("host1")
            try await eventually("it is not heard") { try await fleet.state().hosts[host]?.state == .unreachable }
            let answer = try await fleet.send(.post, "/v1/containers/echo/relocate", "{}")
            #expect(answer.status == 409)
            #expect(answer.body.contains("host 'host1' has not been heard since"))
            #expect(answer.body.contains("relocate hosts lost host1"))
            #expect(try await fleet.state().relocations.isEmpty)
            try await fleet.startAgent(1)
            try await eventually("it is heard") { try await fleet.state().hosts[host]?.state == .ready }
            #expect(try await fleet.move(before.name).state == .completed)
        }
    }

    @Test("a move that was asked for just after an agent went away ends without having touched anybody's packets")
    func away() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.createContainer("echo", on: "host1")
            await fleet.stopAgent(1)
            let relocation = try await fleet.move(before.name, to: try HostName("host2"))
            #expect(relocation.state == .failed)
            #expect(relocation.failure?.code == .unreachable)
            #expect(relocation.steps.isEmpty)
            #expect(relocation.pauseMilliseconds == nil)
        }
    }

    @Test("a host is declared lost only while it is not heard, and by whoever says its name twice")
    func askedTwice() async throws {
        try await TestFleet.with { fleet in
            _ = try await fleet.createContainer("echo", on: "host1")
            let (path, body) = lost("host1")
            #expect(try await fleet.send(.post, path, body).status == 409, "it is heard")
            await fleet.stopAgent(1)
            let (_, once) = lost("host1", confirm: false)
            try await eventually("its link is found broken, and it is asked whether that is meant") {
                let answer = try await fleet.send(.post, path, once)
                return answer.status == 409 && answer.body.contains("confirmationNeeded")
                    && answer.body.contains("1 container (echo)")
            }
            #expect(try await fleet.state().hosts[HostName("host1")]?.loss == nil)
            #expect(try await fleet.send(.post, path, #"{"reason":" ","confirm":"host1"}"#).status == 422)
            #expect(try await fleet.send(.post, "/v1/hosts/host9/lost", body).status == 404)
        }
    }

    @Test("what a lost host had is cut off first, then started anew elsewhere; back, it ends what it still has")
    func lossAndReturn() async throws {
        try await TestFleet.with { fleet in
            let host = try HostName("host1")
            let echo = try await fleet.createContainer("echo", on: "host1")
            let stays = try await fleet.createContainer("stays", on: "host1")
            #expect(try await fleet.send(.patch, "/v1/containers/echo", #"{"onHostLoss":"restart"}"#).status == 200)
            await fleet.stopAgent(1)
            fleet.gateway.fail(.fence, times: 2)
            let (path, body) = lost("host1")
            try await eventually("its link is found broken") {
                try await fleet.send(.post, path, body).status == 202
            }
            #expect(try await fleet.state().containers[echo.name]?.state == .running, "it is not cut off yet")
            try await eventually("it is started anew") {
                let now = try await fleet.state().containers[echo.name]
                return now?.state == .running && now?.host != host
            }
            let after = try #require(try await fleet.state().containers[echo.name])
            #expect(after.virtualAddress == echo.virtualAddress)
            #expect(after.address != echo.address)
            let virtual = try #require(after.virtualAddress)
            #expect(fleet.gateway.network.snapshot.announced[virtual]?.address == after.address)
            #expect(
                fleet.gateway.network.snapshot.fenced == Set([echo.address, stays.address].compactMap(\.self)))
            #expect(try await fleet.state().containers[stays.name]?.state == .lost(host))
            try await eventually("clients of the other are led nowhere") {
                fleet.gateway.network.snapshot.announced[try #require(stays.virtualAddress)] == nil
            }

            // Its containers still run; neither its credential nor the token lets it in.
            #expect(await fleet.places(of: echo.name).count == 2)
            try await fleet.startAgent(1)
            try await eventually("it has ended them") {
                let echoes = await fleet.places(of: echo.name).keys
                let others = await fleet.places(of: stays.name)
                return !echoes.contains(host) && others.isEmpty
            }
            #expect(try await fleet.state().hosts[host]?.state == .lost)
            #expect(try await fleet.send(.patch, "/v1/hosts/host1", #"{"state":"ready"}"#).status == 409)
            #expect(try await fleet.send(.post, "/v1/hosts/host1/readmit").status == 200)
            try await eventually("it is back, with nothing cut off") {
                let known = try await fleet.state().hosts[host]
                return known?.state == .ready && known?.loss == nil && fleet.gateway.network.snapshot.fenced.isEmpty
            }
            #expect(try await fleet.send(.post, "/v1/containers/stays/start?wait=10").status == 202)
            #expect(try await fleet.state().containers[stays.name]?.state == .running)
            #expect(try await fleet.move(echo.name, to: host).state == .completed)
            #expect(try await fleet.state().alarms.isEmpty)
        }
    }

    @Test("a host that is lost when its move has come to the freeze ends it", arguments: [1, 2])
    func inAMove(dying: Int) async throws {
        try await TestFleet.with { fleet in
            let host = try HostName("host\(dying)")
            let echo = try await fleet.createContainer("echo", on: "host1")
            #expect(try await fleet.send(.patch, "/v1/containers/echo", #"{"onHostLoss":"restart"}"#).status == 200)
            let (path, body) = lost(host.text)
            fleet.gateway.before(.route) {
                await fleet.stopAgent(dying)
                await #expect(throws: Never.self) {
                    // Its link may take a moment to be found broken.
                    try await eventually("it is taken for lost") {
                        try await fleet.send(.post, path, body).status == 202
                    }
                }
            }
            #expect(try await fleet.send(.post, "/v1/containers/echo/relocate", #"{"to":"host2"}"#).status == 202)
            try await eventually("the move has ended, and the container runs") {
                let state = try await fleet.state()
                let container = state.containers[echo.name]
                return state.hosts[host]?.state == .lost && state.relocations.isEmpty
                    && container?.state == .running && container?.host != host
            }
            let after = try #require(try await fleet.state().containers[echo.name])
            #expect(after.host != host)
            #expect((after.address == echo.address) == (dying == 2), "only a source takes the container with it")
            let gateway = fleet.gateway.network.snapshot
            #expect(gateway.announced[try #require(after.virtualAddress)]?.address == after.address)
            #expect(gateway.fenced.isDisjoint(with: [try #require(after.address)]))
            try await fleet.startAgent(dying)
            try await eventually("nothing of it is left on the lost host") {
                await fleet.places(of: echo.name) == [try #require(after.host): .running]
            }
        }
    }

    @Test("a host that is forgotten is nobody's any more: its credential opens nothing, before and after a restart")
    func forgotten() async throws {
        try await TestFleet.with { fleet in
            await fleet.stopAgent(3)
            #expect(try await fleet.send(.patch, "/v1/hosts/host3", #"{"state":"cordoned"}"#).status == 200)
            #expect(try await fleet.send(.delete, "/v1/hosts/host3").status == 204)
            try await fleet.startAgent(3, withToken: false)
            await #expect(throws: AgentError.self) { try await fleet.end(ofAgent: 3) }
            await fleet.stopControlPlane()
            try await fleet.startControlPlane()
            try await fleet.startAgent(3, withToken: false)
            await #expect(throws: AgentError.self) { try await fleet.end(ofAgent: 3) }
            #expect(try await fleet.state().hosts[HostName("host3")] == nil)
            try await fleet.startAgent(3)
            try await eventually("with the token it is a host like any other") {
                try await fleet.state().hosts[HostName("host3")]?.state == .ready
            }
        }
    }

    @Test("what is cut off stays so when the control plane is started anew")
    func restart() async throws {
        try await TestFleet.with { fleet in
            let echo = try await fleet.createContainer("echo", on: "host1")
            await fleet.stopAgent(1)
            let (path, body) = lost("host1")
            try await eventually("its link is found broken") {
                try await fleet.send(.post, path, body).status == 202
            }
            await fleet.stopControlPlane()
            try await fleet.gateway.network.fence([])
            try await fleet.startControlPlane()
            try await eventually("the gateway knows it again") {
                fleet.gateway.network.snapshot.fenced == Set([echo.address].compactMap(\.self))
            }
            try await fleet.startAgent(1)
            try await eventually("the host has ended what it had") { await fleet.places(of: echo.name).isEmpty }
            #expect(try await fleet.state().hosts[HostName("host1")]?.state == .lost)
        }
    }
}
