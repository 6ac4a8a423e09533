import FleetModel
import Glibc
import HostAgent
import RelocateTesting
import Testing

@testable import Lab

extension EndToEnd {
    @Suite("When another program holds the ledger while a container stands still")
    struct HeldLedger {
        @Test(
            "it moves on and its client stays, even when the control plane is killed meanwhile",
            arguments: [false, true])
        func window(isKilled: Bool) async throws {
            let lab = try TestLab.shared
            let host = try HostName("host2")
            try await EchoScene.play(isKilled ? "held-and-killed" : "held", in: lab) { scene in
                try await lab.arm("host1", toDieAt: "checkpoint:begun:stop")
                try await lab.awaitControlPlane()
                let agent = try lab.processID(of: "host1")
                defer { kill(agent, SIGCONT) }
                try await lab.api.send(.post, "/v1/containers/\(scene.name)/relocate", #"{"to":"host2"}"#)
                try await eventually("the source's agent has been asked for the dump") {
                    (readText("/proc/\(agent)/status") ?? "").contains("State:\tT")
                }
                let hold = try DatabaseHold(lab.location.controlPlane + "/ledger.sqlite")
                kill(agent, SIGCONT)
                try await eventually("it runs at its destination") { scene.watch.hosts() == [host] }
                try await scene.client.conversation.goesOn()
                #expect(try await lab.api.lastRelocation(of: scene.name)?.state == .running)
                if isKilled { try await lab.kill("control-plane") }
                try hold.release()
                if isKilled { try await lab.heal() }
                try await lab.awaitControlPlane()
                let relocation = try await scene.end()
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                #expect(relocation.steps.allSatisfy { $0.state == .succeeded && $0.attempt == 1 })
                try await lab.kill("host1")
                try await lab.heal()
                try await scene.expectRuns(on: host)
            }
        }
    }
}
