import FleetModel
import Glibc
import HostAgent
import RelocateTesting
import Testing

extension EndToEnd {
    @Suite("Moves")
    struct Moves {
        @Test(
            "twenty moves around three hosts: one connection, one process, a new address each time, nothing left behind"
        )
        func twenty() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("wanderer", in: lab) { scene in
                var addresses = [scene.first]
                for number in 1...20 {
                    let host = try HostName("host\(number % 3 + 1)")
                    let relocation = try await lab.api.move(scene.name, to: host)
                    #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                    #expect(relocation.oldAddress == addresses.last)
                    let address = try #require(try await lab.api.container(scene.name).address)
                    #expect(!addresses.contains(address))
                    addresses.append(address)
                    try await scene.expectRuns(on: host)
                }
                // Only the address that the open connection uses is still there, beside the newest.
                try await eventually("the addresses in between are given up") {
                    try await lab.api.container(scene.name).retainedAddresses == [scene.first]
                }
                for address in addresses.dropFirst().dropLast() {
                    try await eventually("\(address) is gone") { try await lab.gatewayTraces(of: address).isEmpty }
                }
            }
        }

        @Test("an old address serves its open connection, refuses new ones, and is gone when the connection ends")
        func oldAddress() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("addressed", in: lab, clientStays: false) { scene in
                let host = try HostName("host2")
                #expect(try await lab.api.move(scene.name, to: host).state == .completed)
                let new = try #require(try await lab.api.container(scene.name).address)

                let refusal = await #expect(throws: NetlinkError.self) {
                    _ = try await Connection.open(in: lab.network(of: "host2"), to: scene.first, port: EchoScene.port)
                }
                #expect(refusal?.number == ECONNREFUSED)
                _ = try await Connection.open(in: lab.network(of: "gateway"), to: new, port: EchoScene.port)
                try await scene.client.conversation.goesOn()

                #expect(try await lab.api.container(scene.name).retainedAddresses == [scene.first])
                #expect(try await lab.execute(on: "host2", "ip", "route", "show", "\(scene.first)").contains("rlc"))
                #expect(try await lab.route(to: scene.first) == lab.address(of: host))

                await scene.client.hangUp()
                try await eventually("the container has given it up") {
                    try await lab.api.container(scene.name).retainedAddresses.isEmpty
                }
                try await eventually("the gateway has no route to it") { try await lab.route(to: scene.first) == nil }
                #expect(try await lab.execute(on: "host2", "ip", "route", "show", "\(scene.first)") == "")
                #expect(
                    try await !lab.execute(on: "host2", "nft", "list", "table", "ip", "relocate")
                        .contains("\(scene.first)"))
            }
        }

        @Test("a new connection by the virtual address reaches the same process after a move")
        func newConnection() async throws {
            let lab = try TestLab.shared
            try await EchoScene.play("met-again", in: lab, clientStays: false) { scene in
                #expect(try await lab.api.move(scene.name, to: try HostName("host3")).state == .completed)
                try await scene.client.conversation.goesOn()
                let connection = try await Connection.open(
                    in: lab.outside, to: scene.virtualAddress, port: EchoScene.port)
                try connection.write("hello\n")
                let answer = try EchoAnswer(try connection.readLine())
                #expect(answer.token == scene.client.token)
                #expect(answer.count == 1)
            }
        }
    }
}
