import FleetAPI
import FleetModel
import RelocateTesting
import Testing

extension EndToEnd {
    /// With root in his own container.
    @Suite("What a hostile tenant does not decide")
    struct Hostile {
        @Test(
            "who keeps himself from being moved is counted, nobody is placed beside him, and he is moved when he can be"
        )
        func refusal() async throws {
            let lab = try TestLab.shared
            // A reply of the kernel that nobody reads: CRIU cannot write it down.
            let prologue = """
                import struct
                keep = []
                def refuse():
                    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
                    s.send(struct.pack("=IHHII B3x", 20, 18, 0x301, 1, 0, 0)); keep.append(s); return len(keep)
                """
            try await PythonScene.play("refuser", in: lab, prologue: prologue) { scene in
                #expect(try await scene.ask("refuse()") == "1")
                let failed = try await lab.api.move(scene.name, to: try HostName("host2"))
                #expect(failed.state == .failed && failed.failure?.code == .dumpRefused, "\(failed)")
                let container = try await lab.api.container(scene.name)
                #expect(container.mobility.reason != nil)
                let refusals = try #require(container.refusals)
                #expect(refusals.count >= 1 && refusals.reason == failed.failure?.message)
                try await lab.api.send(.post, "/v1/tenants", #"{"name":"victim"}"#)
                let answer = try await lab.api.send(
                    .post, "/v1/containers",
                    #"{"name":"beside","tenant":"victim","image":"busybox","command":["sleep","60"],"host":"host1"}"#)
                #expect(answer.status == 409)
                #expect(
                    answer.body.contains("it carries a container of tenant 'acme' that cannot be moved"),
                    "\(answer.body)")
                #expect(try await lab.api.send(.delete, "/v1/tenants/victim").status == 204)
                #expect(try await scene.ask("keep.pop().close()") == "null")
                try await scene.move(to: "host2")
                #expect(try await lab.api.container(scene.name).refusals == nil)
            }
        }
    }
}
