import FleetAPI
import FleetModel
import Glibc
import HostAgent
import RelocateTesting
import SystemSupport
import Testing

@testable import Lab

/// A host that dies at a moment of a move.
struct HostDeath: Sendable, CustomTestStringConvertible {
    /// The host.
    var host: String
    /// Such as `checkpoint:done`; `nil` for at rest.
    var moment: String?
    /// Whether its containers die with its agent, as in a fire; otherwise they run on, as behind a broken cable.
    var isFire: Bool

    var container: String { "lost-\(host)-\(moment?.replacing(":", with: "-") ?? "rest")-\(isFire ? "fire" : "cable")" }

    var testDescription: String { "\(host) at \(moment ?? "rest"), \(isFire ? "all of it" : "its agent")" }

    static let all =
        [true, false].map { HostDeath(host: "host1", moment: nil, isFire: $0) }
        + ["arm:done", "settle:begun", "checkpoint:begun", "checkpoint:done"].map {
            HostDeath(host: "host1", moment: $0, isFire: true)
        }
        + ["prepare:done", "restore:begun", "restore:done", "release:begun", "release:done", "seal:begun"].map {
            HostDeath(host: "host2", moment: $0, isFire: true)
        }
        + [("host1", "checkpoint:begun"), ("host2", "release:done")].map {
            HostDeath(host: $0, moment: $1, isFire: false)
        }
}

extension EndToEnd {
    @Suite("When a host dies")
    struct HostLosses {
        @Test("a move away from a host that is not heard is refused, and its clients notice nothing")
        func refused() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("unheard", in: lab) { scene in
                try await lab.kill("host1")
                try await lab.await(.unreachable, of: "host1")
                let answer = try await lab.api.send(.post, "/v1/containers/\(scene.name)/relocate", "{}")
                #expect(answer.status == 409)
                #expect(answer.body.contains("host 'host1' has not been heard since"), "\(answer.body)")
                #expect(try await lab.api.lastRelocation(of: scene.name) == nil)
                #expect(try await lab.route(to: scene.first) == lab.address(of: HostName("host1")))
                try await scene.client.conversation.goesOn()
                try await lab.heal()
                try await lab.awaitControlPlane()
                try await scene.expectUnmoved()
            }
        }

        @Test(
            "clients reach the container elsewhere when its host is declared lost; what comes back with it is ended",
            arguments: HostDeath.all)
        func lost(_ death: HostDeath) async throws {
            let lab = try TestLab.shared
            let dead = try HostName(death.host)
            let container = try await lab.create(
                death.container, image: "echo", port: 7, command: ["/usr/bin/echo", "7"], on: "host1")
            let (name, address) = (container.name, try #require(container.virtualAddress))
            #expect(
                try await lab.api.send(.patch, "/v1/containers/\(name)", #"{"onHostLoss":"restart"}"#).status == 200)
            let client = try await EchoClient.start(in: lab.outside, to: address, port: 7)
            try await client.conversation.goesOn(by: 5)
            do {
                try await lab.die(death, name)
                try await eventually("it is declared lost") {
                    let body = #"{"reason":"it burnt down","confirm":"\#(dead)"}"#
                    return try await lab.api.send(.post, "/v1/hosts/\(dead)/lost", body).status == 202
                }
                try await eventually("the container runs elsewhere") {
                    let now = try await lab.api.container(name)
                    return now.state == .running && now.host != dead
                }
                let after = try await lab.api.container(name)
                let stays = after.address == container.address
                if stays {
                    try await client.conversation.goesOn()
                } else {
                    await #expect(throws: (any Error).self, "nobody is served by what was lost") {
                        try await client.conversation.goesOn()
                    }
                }
                // Not before: the server counts all that it is told, and the client checks that.
                let answer = try await lab.greet(address)
                #expect((answer.token == client.token) == stays, "the first process is served only if it never ended")

                try await lab.heal()
                try await lab.expectNothing(of: name, on: dead)
                #expect(try await lab.state(of: dead.text) == .lost)
                #expect(try await lab.greet(address).token == answer.token)
                #expect(try await lab.api.send(.post, "/v1/hosts/\(dead)/readmit").status == 200)
                try await lab.awaitControlPlane()
                try await eventually("nothing is cut off any more") {
                    let set = try await lab.execute(
                        on: "gateway", "nft", "list", "set", "ip", "relocate_gateway", "fenced")
                    return !set.contains("elements")
                }
                try await eventually("no alarm stands") { try await lab.api.alarms().isEmpty }
                #expect(try await lab.greet(address).token == answer.token)
                #expect(lab.dumps == [])
            } catch {
                await client.hangUp()
                try? await lab.heal()
                _ = try? await lab.api.send(.post, "/v1/hosts/\(dead)/readmit")
                try? await lab.awaitControlPlane()
                try? await lab.remove(name)
                throw error
            }
            await client.hangUp()
            try await lab.remove(name)
        }
    }
}

extension TestLab {
    /// Lets a host die.
    fileprivate func die(_ death: HostDeath, _ name: ContainerName) async throws {
        if let moment = death.moment {
            try await arm(death.host, toDieAt: moment)
            try await awaitControlPlane()
            try await eventually("its move is taken") {
                try await api.send(.post, "/v1/containers/\(name)/relocate", #"{"to":"host2"}"#).status == 202
            }
            try await eventually("\(death.host) has died") { !isRunning(death.host) }
        } else {
            try await kill(death.host)
        }
        guard death.isFire else { return }
        for process in processes(of: name, on: death.host) { Glibc.kill(process, SIGKILL) }
        try await eventually("its processes have ended") { processes(of: name, on: death.host).isEmpty }
    }

    private func processes(of name: ContainerName, on host: String) -> [Int32] {
        ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].flatMap { root in
            let folder = "\(root)/\(location.controlGroup)/\(host)"
            return directoryEntries(folder).filter { $0.hasPrefix("\(name).") }.flatMap { stay in
                (readText("\(folder)/\(stay)/cgroup.procs") ?? "").split(separator: "\n").compactMap { Int32($0) }
            }
        }
    }

    /// Says something to the echo server on a new connection.
    fileprivate func greet(_ address: IPv4Address) async throws -> EchoAnswer {
        let connection = try await Connection.open(in: outside, to: address, port: 7)
        defer { connection.hangUp() }
        return try await onOwnThread {
            try connection.write("hello\n")
            return try EchoAnswer(try connection.readLine())
        }
    }

    fileprivate func state(of host: String) async throws -> HostState {
        try await api.send(.get, "/v1/hosts/\(host)").decode(HostView.self).host.state
    }

    fileprivate func await(_ state: HostState, of host: String) async throws {
        try await eventually("\(host) is \(state)") { try await self.state(of: host) == state }
    }
}
