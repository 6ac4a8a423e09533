import FleetAPI
import FleetModel
import RelocateTesting
import Testing

@testable import Lab

extension EndToEnd {
    /// The failure table of a relocation, row by row.
    @Suite("When a step fails")
    struct Failures {
        @Test("a container that CRIU cannot dump runs on at its source, and moves once it can be dumped")
        func dumpRefused() async throws {
            let lab = try TestLab.shared
            // Whoever connects to port 8 makes it hold a deleted file that is too big for a dump.
            let hoard = "exec 3>/tmp/big; fallocate -l 2000000000 /tmp/big; rm /tmp/big; echo ready; cat"
            let command = """
                printf '#!/bin/sh\n\(hoard)\n' >/tmp/hoard; chmod 755 /tmp/hoard
                nc -ll -p 8 -e /tmp/hoard & exec nc -ll -p 7 -e cat
                """
            let container = try await lab.create(
                "hoarder", image: "busybox", port: 7, command: ["sh", "-c", command], on: "host1")
            let inside = try #require(container.address)
            let host = try HostName("host2")
            let line = try await Connection.open(
                in: lab.outside, to: try #require(container.virtualAddress), port: 7)
            let talking = Conversation { number in
                try line.write("\(number)\n")
                guard try line.readLine() == "\(number)" else { throw ConnectionBroken(description: "not \(number)") }
            }
            let trigger = try await Connection.open(in: lab.network(of: "gateway"), to: inside, port: 8)
            #expect(try trigger.readLine() == "ready")

            let refused = try await lab.api.move(container.name, to: host)
            #expect(refused.state == .failed)
            #expect(refused.failure?.code == .dumpRefused)
            #expect(
                refused.failure?.message
                    == "it uses a deleted file that is too large to move: /tmp/big has 1907 MiB, of which at most 1024 MiB move"
            )
            #expect(refused.failure?.toolMessage.contains("ghost") == true)
            try await talking.goesOn()
            let after = try await lab.api.container(container.name)
            #expect(after.state == .running)
            #expect(after.host == container.host)
            #expect(after.address == inside)
            #expect(after.mobility.reason != nil)
            #expect(after.mobility.reason == refused.failure?.message)
            #expect(try await lab.route(to: inside) == lab.address(of: try HostName("host1")))
            #expect(try await lab.traces(of: container.name, on: host) == [])
            #expect(try await lab.strays(on: host) == [])
            #expect(lab.dumps == [])
            #expect(try await lab.api.alarms() == [])

            trigger.hangUp()
            try await eventually("it is found movable again", within: .seconds(60)) {
                try await lab.api.container(container.name).mobility == .movable
            }
            #expect(try await lab.api.move(container.name, to: host).state == .completed)
            try await talking.goesOn()
            try await talking.end()
            try await lab.remove(container.name)
        }

        @Test("a destination without the image does no harm")
        func imageMissing() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("imageless", in: lab) { scene in
                let images = "\(lab.location.images)/sha256"
                try await lab.execute(amongFilesOf: "host2", "mount", "-t", "tmpfs", "none", images)
                let relocation = try await lab.api.move(scene.name, to: try HostName("host2"))
                try await lab.execute(amongFilesOf: "host2", "umount", images)
                #expect(relocation.state == .failed)
                #expect(relocation.failure?.code == .imageMissing)
                try await scene.expectUnmoved()
            }
        }

        @Test(
            "a move that is given up leaves nothing at its source, though the agent there was ended after it had armed",
            arguments: ["before the end", "after the end"])
        func armedAgentEnds(comesBack: String) async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("armed-\(comesBack.split(separator: " ")[0])", in: lab) { scene in
                let images = "\(lab.location.images)/sha256"
                try await lab.arm("host1", toDieAt: "arm:done")
                try await lab.awaitControlPlane()
                try await lab.execute(amongFilesOf: "host2", "mount", "-t", "tmpfs", "none", images)
                try await lab.api.send(.post, "/v1/containers/\(scene.name)/relocate", #"{"to":"host2"}"#)
                try await eventually("host1 has died") { !lab.isRunning("host1") }
                #expect(lab.dumps.count == 1)
                if comesBack == "before the end" { try await lab.heal() }
                let relocation = try await scene.end()
                try await lab.heal()
                try await lab.execute(amongFilesOf: "host2", "umount", images)
                #expect(relocation.state == .failed)
                try await eventually("no CRIU process stands ready") { try lab.workers(on: "host1").isEmpty }
                try await scene.expectUnmoved()
            }
        }

        @Test("a gateway that cannot route to the destination does no harm")
        func steerFails() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("unsteered", in: lab) { scene in
                try await lab.kill("host2")
                try await lab.heal { process in
                    // An address that the gateway has no way to.
                    guard process.name == "host2", let index = process.arguments.firstIndex(of: "--address") else {
                        return
                    }
                    process.arguments[index + 1] = "192.0.2.1"
                }
                try await lab.awaitAddress("192.0.2.1", of: try HostName("host2"))
                let relocation = try await lab.api.move(scene.name, to: try HostName("host2"))
                #expect(relocation.state == .failed)
                #expect(relocation.failure?.code == .networkFailed)
                try await lab.kill("host2")
                try await lab.heal()
                try await lab.awaitAddress("\(try lab.address(of: HostName("host2")))", of: try HostName("host2"))
                try await scene.expectUnmoved()
            }
        }

        @Test(
            "a container that its destination cannot restore, or cannot let go, is restored at its source",
            arguments: [StepKind.restore, .release])
        func restoreFails(step: StepKind) async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("rejected-\(step.rawValue)", in: lab, hostRoot: step == .release) { scene in
                let host = try HostName("host2")
                let fault = step == .restore ? Faults.Fault.restore(host) : .release(host)
                try lab.faults.begin(fault)
                let relocation = try await lab.api.move(scene.name, to: host)
                lab.faults.end(fault)
                #expect(relocation.state == .rolledBack)
                #expect(relocation.steps.first { $0.state == .failed }?.kind == step)
                #expect(relocation.failure?.code == .restoreFailed)
                #expect(relocation.failure?.toolMessage.hasPrefix("Error (criu/") == true)
                try await scene.expectUnmoved()
                let next = try await lab.api.move(scene.name, to: host)
                #expect(next.state == .completed)
                try await scene.expectRuns(on: host)
            }
        }

        @Test(
            "a container that nobody can restore is stranded: its dump is kept, an alarm stands, and it can be started anew"
        )
        func stranded() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("castaway", in: lab, clientStays: false) { scene in
                let relocation = try await scene.strand()
                #expect(relocation.state == .stranded)
                #expect(relocation.steps.last { $0.kind == .revive }?.failure?.code == .restoreFailed)
                #expect(try await lab.api.container(scene.name).state.word == .stranded)
                let alarms = try await lab.api.alarms()
                #expect(alarms.map(\.kind) == [.stranded])
                #expect(alarms.map(\.subject) == [scene.name.text])
                #expect(lab.dumps == ["relocation-\(relocation.id)"])
                #expect(scene.watch.hosts() == [])

                let answer = try await lab.api.send(.post, "/v1/containers/\(scene.name)/start?wait=30")
                #expect(answer.status == 202)
                await scene.client.hangUp()
                let container = try await lab.api.container(scene.name)
                #expect(container.state == .running)
                #expect(container.virtualAddress == scene.virtualAddress)
                #expect(scene.watch.hosts() == [container.host])
                let connection = try await Connection.open(
                    in: lab.outside, to: scene.virtualAddress, port: EchoScene.port)
                try connection.write("hello\n")
                let started = try EchoAnswer(try connection.readLine())
                #expect(started.token != scene.client.token)
                try await eventually("the alarm is cleared and the dump is gone") {
                    try await lab.api.alarms().isEmpty && lab.dumps.isEmpty
                }
            }
        }

        @Test("a stranded container can be removed, with everything that it left on both hosts")
        func strandedAndRemoved() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("drowned", in: lab, clientStays: false) { scene in
                let relocation = try await scene.strand()
                #expect(relocation.state == .stranded)
            }
            #expect(lab.dumps == [])
            #expect(try await lab.api.alarms() == [])
        }

        @Test("announcing is repeated with an alarm until the gateway takes it; the open connection goes on meanwhile")
        func announceFails() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("unannounced", in: lab) { scene in
                let host = try HostName("host2")
                try lab.faults.begin(.rules)
                try await lab.api.send(.post, "/v1/containers/\(scene.name)/relocate", #"{"to":"host2"}"#)
                try await eventually("the alarm is raised") {
                    try await lab.api.alarms().contains {
                        $0.kind == .stepPending && $0.message.contains("announce")
                            && $0.message.contains("told to fail")
                    }
                }
                try await scene.client.conversation.goesOn()
                #expect(scene.watch.hosts() == [host])
                lab.faults.end(.rules)
                let relocation = try await scene.end()
                #expect(relocation.state == .completed)
                #expect(relocation.steps.filter { $0.kind == .announce }.count > 3)
                try await scene.expectRuns(on: host)
            }
        }

        @Test("what the source cannot remove is shown as a leftover and removed later")
        func retireFails() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("clingy", in: lab) { scene in
                let pin = "\(lab.location.state(of: "host1"))/stays/\(scene.name).0/pin"
                try await lab.execute(amongFilesOf: "host1", "mkdir", pin)
                try await lab.execute(amongFilesOf: "host1", "mount", "-t", "tmpfs", "none", pin)
                let relocation = try await lab.api.move(scene.name, to: try HostName("host2"))
                #expect(relocation.state == .completed)
                let alarms = try await lab.api.alarms()
                #expect(alarms.map(\.kind) == [.leftover])
                #expect(alarms.first?.message.contains("host1") == true)
                try await scene.client.conversation.goesOn()
                try await lab.execute(amongFilesOf: "host1", "umount", pin)
                try await scene.expectRuns(on: try HostName("host2"))
            }
        }
    }
}

extension EchoScene {
    /// Moves the container between two hosts that cannot restore it.
    fileprivate func strand() async throws -> Relocation {
        let faults = try [Faults.Fault.revival(HostName("host1")), .restore(HostName("host2"))]
        for fault in faults { try lab.faults.begin(fault) }
        let relocation = try await lab.api.move(name, to: HostName("host2"))
        for fault in faults { lab.faults.end(fault) }
        return relocation
    }

    /// The move has changed nothing.
    func expectUnmoved(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectRuns(on: try HostName("host1"), sourceLocation: sourceLocation)
        let container = try await lab.api.container(name)
        #expect(container.address == first, sourceLocation: sourceLocation)
        #expect(container.retainedAddresses == [], sourceLocation: sourceLocation)
    }

    /// Waits for the end of the container's latest relocation.
    func end() async throws -> Relocation { try await lab.endOfLastRelocation(of: name) }
}

extension TestLab {
    /// Waits until a host has enrolled with an address.
    fileprivate func awaitAddress(_ address: String, of host: HostName) async throws {
        try await eventually("\(host) has enrolled with \(address)") {
            try await api.send(.get, "/v1/hosts/\(host)").decode(HostView.self).host.address.description
                == address
        }
    }
}
