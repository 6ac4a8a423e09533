import FleetCore
import FleetModel
import HTTP
import HTTPTypes
import RelocateTesting
import Testing

@testable import ControlPlane

/// What agents are told, and who is one.
@Suite("/agent/v1")
struct AgentsRoutesTests {
    private func enrolment(_ name: String = "host9", containers: [ContainerName]? = nil) throws -> Enrolment {
        let host = try Desk.host(name, 99)
        return Enrolment(
            host: host.name, role: host.role, address: host.address, facts: host.facts, capacity: host.capacity,
            containers: containers)
    }

    private func enrol(_ desk: Desk, _ enrolment: Enrolment, secret: String?) async throws -> Answer {
        try await desk.sendAsAgent(.post, "/agent/v1/enrol", try FleetJSON.encode(enrolment), secret: secret)
    }

    @Test("a machine joins with the token, gets a credential of its own, and is known by it from then on")
    func join() async throws {
        try await Desk.with(hosts: 1) { desk in
            let joined = try await enrol(desk, try enrolment(), secret: Desk.joinToken)
            let credential = try #require(joined["credential"]?.text, "\(joined)")
            #expect(joined.status == 200 && credential.hasPrefix("rlk_") && credential != Desk.joinToken)
            #expect(joined["heartbeatSeconds"]?.number == 1)
            #expect(try desk.host("host9").state == .ready)
            let again = try await enrol(desk, try enrolment(), secret: credential)
            #expect(again.status == 200 && (again["credential"] ?? .null) == .null, "it keeps the one that it has")
            let session = try #require(again["session"]?.number)
            #expect(session > (try #require(joined["session"]?.number)))
            // Only its digest is in the ledger.
            let record = try await desk.ledger.load().hosts.first { $0.host.name.text == "host9" }
            #expect(record?.credential == SecretHash(of: credential))
        }
    }

    @Test("the token serves a host that is known only while its agent is not there")
    func placeTaken() async throws {
        try await Desk.with(hosts: 1) { desk in
            let first = try #require(try await enrol(desk, try enrolment(), secret: Desk.joinToken)["credential"]?.text)
            desk.script.connect(try HostName("host9"))
            let refused = try await enrol(desk, try enrolment(), secret: Desk.joinToken)
            #expect(refused.status == 401 && refused.fields[.wwwAuthenticate] == "Bearer")
            #expect(refused.detail == "host 'host9' is connected already; its place needs its credential")
            desk.script.disconnect(try HostName("host9"))
            let second = try #require(
                try await enrol(desk, try enrolment(), secret: Desk.joinToken)["credential"]?.text)
            #expect(second != first)
            #expect(try await enrol(desk, try enrolment(), secret: first).status == 401, "the old one proves nothing")
        }
    }

    @Test("another host's credential opens nothing here, nor does nothing at all")
    func others() async throws {
        try await Desk.with(hosts: 1) { desk in
            let credential = try #require(
                try await enrol(desk, try enrolment(), secret: Desk.joinToken)["credential"]?.text)
            let other = try await enrol(desk, try enrolment("host8"), secret: credential)
            #expect(other.status == 401 && other.detail.contains("nor the credential of 'host8'"))
            for secret in [nil, "", "a guess"] {
                for path in ["enrol", "outcomes", "heartbeat"] {
                    let answer = try await desk.sendAsAgent(
                        .post, "/agent/v1/\(path)", Array("{}".utf8), secret: secret)
                    #expect(answer.status == 401 && answer.code == "unauthorized", "\(path): \(answer)")
                }
                #expect(try await desk.sendAsAgent(.get, "/agent/v1/commands", secret: secret).status == 401)
            }
            #expect(desk.state.hosts[try HostName("host8")] == nil)
        }
    }

    @Test("who comes back is told what it has to end first")
    func foreign() async throws {
        try await Desk.with(hosts: 2) { desk in
            let moved = try await desk.add("moved", on: "host2")
            let own = try await desk.add("own", on: "host1")
            desk.script.disconnect(try HostName("host1"))
            var returning = try enrolment("host1", containers: [moved, own, try ContainerName("unknown")])
            returning.address = try desk.host("host1").address
            let answer = try await enrol(desk, returning, secret: Desk.joinToken)
            #expect(answer["foreign", "0"]?.text == "moved" && answer["foreign", "1"] == nil)
        }
    }

    @Test("a host that was declared off for good is told so by whatever it shows, and told nothing else")
    func lost() async throws {
        try await Desk.with(hosts: 1) { desk in
            let credential = try #require(
                try await enrol(desk, try enrolment(), secret: Desk.joinToken)["credential"]?.text)
            try await desk.losses.declareLost(try HostName("host9"), reason: "burnt", by: "ann")
            for secret in [credential, Desk.joinToken] {
                let answer = try await enrol(desk, try enrolment(), secret: secret)
                #expect(answer.status == 403 && answer.code == Membership.lostCode, "\(answer)")
            }
            for path in ["outcomes", "heartbeat"] {
                let answer = try await desk.sendAsAgent(
                    .post, "/agent/v1/\(path)", Array("{}".utf8), secret: credential)
                #expect(answer.status == 403 && answer.code == Membership.lostCode)
            }
        }
    }

    @Test("a message that is none is refused, with what is wrong")
    func malformed() async throws {
        try await Desk.with(hosts: 1) { desk in
            let credential = try #require(
                try await enrol(desk, try enrolment(), secret: Desk.joinToken)["credential"]?.text)
            for path in ["enrol", "outcomes", "heartbeat"] {
                let empty = try await desk.sendAsAgent(.post, "/agent/v1/\(path)", Array("{}".utf8), secret: credential)
                #expect(empty.status == 422 && empty.detail.contains("is missing"), "\(path): \(empty)")
                let nonsense = try await desk.sendAsAgent(
                    .post, "/agent/v1/\(path)", Array("{".utf8), secret: credential)
                #expect(nonsense.status == 400 && nonsense.code == "invalidJSON", "\(path): \(nonsense)")
            }
        }
    }

    @Test(
        "a heartbeat counts for its session only: an older agent is sent away, and one of before a restart enrols again"
    )
    func sessions() async throws {
        try await Desk.with(hosts: 1) { desk in
            let joined = try await enrol(desk, try enrolment(), secret: Desk.joinToken)
            let credential = try #require(joined["credential"]?.text)
            func beat(_ session: Double?) async throws -> Answer {
                let heartbeat = Heartbeat(session: Int64(session ?? 0), inventory: nil, roundTripMilliseconds: nil)
                return try await desk.sendAsAgent(
                    .post, "/agent/v1/heartbeat", try FleetJSON.encode(heartbeat), secret: credential)
            }
            let first = joined["session"]?.number
            let answer = try await beat(first)
            #expect(answer.status == 200 && answer["heartbeatSeconds"]?.number == 1)
            let second = try await enrol(desk, try enrolment(), secret: credential)["session"]?.number
            let superseded = try await beat(first)
            #expect(superseded.status == 409 && superseded.code == Membership.supersededCode)
            #expect(try await beat(second).status == 200)
            desk.agents.dismiss(try HostName("host9"))
            let unknown = try await beat(second)
            #expect(unknown.status == 410 && unknown.code == "sessionUnknown")
        }
    }

    @Test("commands come as events, first those without an outcome, and an outcome reaches who waits for it")
    func commands() async throws {
        try await Desk.with(hosts: 1) { desk in
            let credential = try #require(
                try await enrol(desk, try enrolment(), secret: Desk.joinToken)["credential"]?.text)
            let host = try HostName("host9")
            let command = AgentCommand(id: OrderID(operation: "test", step: "inspect"), order: .inspect)
            async let answer = desk.agents.ask(.inspect, id: command.id, of: host, timeout: .seconds(60))
            let streamed = try await firstEvent(desk, credential)
            #expect(streamed.hasPrefix("event: command\n"))
            let text = try #require(streamed.split(separator: "data: ").last)
            #expect(try FleetJSON.decode(AgentCommand.self, from: text.utf8.filter { $0 != 10 }) == command)
            let inventory = HostInventory(containers: [])
            let outcome = OrderOutcome(
                id: command.id, result: .succeeded(.inventory(inventory)), durationMilliseconds: 1)
            let taken = try await desk.sendAsAgent(
                .post, "/agent/v1/outcomes", try FleetJSON.encode(outcome), secret: credential)
            #expect(taken.status == 204)
            #expect(try await answer == .inventory(inventory))
            // Whoever reports what nobody waits for any more is not told off.
            let late = try await desk.sendAsAgent(
                .post, "/agent/v1/outcomes", try FleetJSON.encode(outcome), secret: credential)
            #expect(late.status == 204)
        }
    }

    private func firstEvent(_ desk: Desk, _ credential: String) async throws -> String {
        let collector = BodyCollector(atMost: 1)
        let response = try await desk.respondToAgent(.get, "/agent/v1/commands", secret: credential)
        guard case .stream(_, let write) = response.body else { return "" }
        await #expect(throws: BodyCollector.Enough.self) { try await write(collector) }
        return String(decoding: collector.bytes, as: UTF8.self)
    }
}
