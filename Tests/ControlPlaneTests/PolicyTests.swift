import FleetModel
import HTTPTypes
import RelocateTesting
import Testing

@testable import ControlPlane

private func field(_ json: String, _ path: String...) throws -> JSONValue? {
    path.reduce(try FleetJSON.decode(JSONValue.self, from: json.utf8)) { (value: JSONValue?, name) in value?[name] }
}

@Suite("Policies", .serialized)
struct PolicyTests {
    @Test("of two operators who change a policy at once one wins, and the other is told and loses nothing")
    func conflict() async throws {
        try await TestFleet.with { fleet in
            let read = try await fleet.send(.get, "/v1/policies/default")
            let tag = try #require(read.headerFields[.eTag])
            let ifMatch: HTTPFields = [.ifMatch: tag]
            async let first = fleet.send(
                .put, "/v1/policies/default", #"{"clock":{"model":"periodic","seconds":600}}"#, headerFields: ifMatch)
            async let second = fleet.send(
                .put, "/v1/policies/default", #"{"limits":{"concurrentInFleet":9}}"#, headerFields: ifMatch)
            let answers = [try await first, try await second]
            #expect(answers.map(\.status).sorted() == [200, 412])
            let winner = try #require(answers.first { $0.status == 200 })
            let loser = try #require(answers.first { $0.status == 412 })
            let present = try await fleet.send(.get, "/v1/policies/default")
            let newTag = try #require(present.headerFields[.eTag])
            #expect(newTag != tag)
            #expect(loser.body.contains(#"\#(newTag.dropFirst().dropLast())"#), "it names the version to read again")
            #expect(try field(present.body, "clock") == field(winner.body, "clock"))
            #expect(try field(present.body, "limits") == field(winner.body, "limits"))
            // The loser reads again and makes its change over the winner's: both hold.
            for change in [#"{"clock":{"model":"periodic","seconds":600}}"#, #"{"limits":{"concurrentInFleet":9}}"#] {
                let now = try await fleet.send(.get, "/v1/policies/default")
                let answer = try await fleet.send(
                    .put, "/v1/policies/default", change, headerFields: [.ifMatch: now.headerFields[.eTag] ?? ""])
                #expect(answer.status == 200)
            }
            let both = try await fleet.send(.get, "/v1/policies/default").body
            #expect(try field(both, "clock", "seconds") == .integer(600))
            #expect(try field(both, "limits", "concurrentInFleet") == .integer(9))
        }
    }

    @Test("a policy is read, changed and sent back whole, and what is left out stays")
    func change() async throws {
        try await TestFleet.with { fleet in
            let before = try await fleet.send(.get, "/v1/policies/default")
            let whole = try await fleet.send(
                .put, "/v1/policies/default", before.body, headerFields: [.ifMatch: before.headerFields[.eTag] ?? ""])
            #expect(whole.status == 200, "\(whole.body)")
            let part = try await fleet.send(
                .put, "/v1/policies/default",
                #"{"placement":{"terms":{"load":1},"rule":"uniform"},"attacksPerSecond":0.01}"#,
                headerFields: [.ifMatch: "*", HTTPField.Name.contentType: "application/json"])
            #expect(part.status == 200, "\(part.body)")
            #expect(try field(part.body, "placement", "rule") == .string("uniform"))
            #expect(try field(part.body, "placement", "terms", "load") == .integer(1))
            #expect(try field(part.body, "placement", "terms", "knowledge") == .number(0.5))
            #expect(try field(part.body, "assumedAttackSeconds") == .integer(100))
            #expect(try field(part.body, "clock") == field(before.body, "clock"))
        }
    }

    @Test(
        "a policy that is wrong or could not work is refused, with the field and what would be right",
        arguments: [
            (#"{"clok":{}}"#, "/clok", "clock"), (#"{"clock":{"model":"weekly"}}"#, "/clock/model", "periodic"),
            (#"{"clock":{"model":"jittered","threshold":1.5}}"#, "/clock/threshold", "below 1"),
            (#"{"clock":{"model":"periodic","seconds":60,"jiter":0.1}}"#, "/clock/jiter", "jitter"),
            (
                #"{"clock":{"model":"poissonTick","threshold":0.5,"mean":20,"tickSeconds":5}}"#, "/clock/threshold",
                "never"
            ),
            (#"{"weights":{"configuration":1}}"#, "/weights", "add up to 1"),
            (#"{"placement":{"rule":"best"}}"#, "/placement/rule", "softmax"),
            (#"{"limits":{"startsPerMinute":0}}"#, "/limits/startsPerMinute", "1 to 100000"),
            (#"{"dwell":{"minSeconds":50,"maxSeconds":5}}"#, "/dwell/minSeconds", "maxSeconds"),
            (#"{"attacksPerSecond":1,"assumedAttackSeconds":1}"#, "/attacksPerSecond", "either"),
            (#"{"attacksPerSecond":"fast"}"#, "/attacksPerSecond", "number"),
        ])
    func refusals(body: String, pointer: String, words: String) async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            let before = try await fleet.send(.get, "/v1/policies/default").body
            let answer = try await fleet.send(
                .put, "/v1/policies/default", body, headerFields: [.ifMatch: "*"])
            #expect(answer.status == 422, "\(answer.body)")
            #expect(answer.body.contains(#""pointer":"\#(pointer)""#), "\(answer.body)")
            #expect(answer.body.contains(words), "\(answer.body)")
            #expect(try await fleet.send(.get, "/v1/policies/default").body == before)
        }
    }

    @Test("a change without If-Match is refused before it is looked at")
    func preconditionRequired() async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            let answer = try await fleet.send(.put, "/v1/policies/default", #"{"limits":{"concurrentInFleet":3}}"#)
            #expect(answer.status == 428)
        }
    }

    @Test("every version is kept with who made it, and an old one can be restored")
    func versions() async throws {
        try await TestFleet.with { fleet in
            let actor = try #require(HTTPField.Name("Relocate-Actor"))
            for (number, name) in ["ann", "bob", "eve"].enumerated() {
                let answer = try await fleet.send(
                    .put, "/v1/policies/default", #"{"limits":{"concurrentInFleet":\#(number + 11)}}"#,
                    headerFields: [.ifMatch: "*", actor: name])
                #expect(answer.status == 200)
            }
            let page = try await fleet.send(.get, "/v1/policies/default/versions?limit=2")
            guard case .array(let items) = try field(page.body, "items") else {
                Issue.record("no list")
                return
            }
            #expect(items.map { $0["changedBy"] } == [.string("eve"), .string("bob")])
            #expect(try field(page.body, "next") != .null)
            let restored = try await fleet.send(
                .post, "/v1/policies/default/restore", #"{"version":2}"#,
                headerFields: [.ifMatch: "*", actor: "ann"])
            #expect(restored.status == 200, "\(restored.body)")
            #expect(try field(restored.body, "limits", "concurrentInFleet") == .integer(11))
            #expect(try field(restored.body, "version") == .integer(5))
            let missing = try await fleet.send(
                .post, "/v1/policies/default/restore", #"{"version":77}"#, headerFields: [.ifMatch: "*"])
            #expect(missing.status == 404)
        }
    }

    @Test("tenants and containers follow the policies they name, and such a policy cannot be removed")
    func named() async throws {
        try await TestFleet.with { fleet in
            let added = try await fleet.send(
                .post, "/v1/policies", #"{"name":"calm","clock":{"model":"static"}}"#)
            #expect(added.status == 201, "\(added.body)")
            let container = try await fleet.createContainer("echo")
            #expect(container.deadlineAt != nil)
            #expect(try await fleet.send(.patch, "/v1/tenants/acme", #"{"policy":"calm"}"#).status == 200)
            #expect(try await fleet.state().containers[container.name]?.deadlineAt == nil)
            let own = try await fleet.send(.patch, "/v1/containers/echo", #"{"policy":"default"}"#)
            #expect(own.status == 200, "\(own.body)")
            #expect(try await fleet.state().containers[container.name]?.deadlineAt != nil)
            let refused = try await fleet.send(.delete, "/v1/policies/calm", headerFields: [.ifMatch: "*"])
            #expect(refused.status == 409)
            #expect(refused.body.contains("tenant 'acme'"))
            #expect(try await fleet.send(.patch, "/v1/tenants/acme", #"{"policy":null}"#).status == 200)
            #expect(
                try await fleet.send(.delete, "/v1/policies/calm", headerFields: [.ifMatch: "*"]).status == 204)
            let unknown = try await fleet.send(.patch, "/v1/containers/echo", #"{"policy":"calm"}"#)
            #expect(unknown.status == 422)
            let limits = try await fleet.send(
                .post, "/v1/policies", #"{"name":"greedy","limits":{"concurrentInFleet":500}}"#)
            #expect(limits.status == 422)
            #expect(limits.body.contains("default"))
        }
    }

    @Test("named policies, their versions and who uses them survive a restart")
    func restart() async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            _ = try await fleet.send(.post, "/v1/policies", #"{"name":"calm","clock":{"model":"static"}}"#)
            _ = try await fleet.send(.patch, "/v1/tenants/acme", #"{"policy":"calm","isPaused":true}"#)
            let before = try await fleet.send(.get, "/v1/policies/calm").body
            await fleet.stopControlPlane()
            try await fleet.startControlPlane()
            #expect(try await fleet.send(.get, "/v1/policies/calm").body == before)
            let tenant = try await fleet.send(.get, "/v1/tenants/acme").body
            #expect(try field(tenant, "policy") == .string("calm"))
            #expect(try field(tenant, "isPaused") == .bool(true))
        }
    }

    @Test("a preview tells what a policy would do and changes nothing")
    func preview() async throws {
        try await TestFleet.with { fleet in
            _ = try await fleet.createContainer("echo", on: "host1")
            let before = try await fleet.send(.get, "/v1/policies").body
            let answer = try await fleet.send(
                .post, "/v1/policies/preview?from=host1",
                #"{"clock":{"model":"periodic","seconds":100},"assumedAttackSeconds":200}"#)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(try field(answer.body, "forecast", "meanSeconds") == .integer(100))
            #expect(try field(answer.body, "containers") == .integer(1))
            guard case .array(let destinations) = try field(answer.body, "destinations"),
                case .array(let candidates) = destinations.first?["candidates"]
            else {
                Issue.record("no destinations: \(answer.body)")
                return
            }
            #expect(candidates.count == 2)
            let refused = try await fleet.send(
                .post, "/v1/policies/preview",
                #"{"clock":{"model":"poissonTick","threshold":0.5,"mean":20,"tickSeconds":5}}"#)
            #expect(refused.status == 200)
            #expect(try field(refused.body, "refusal", "field") == .string("clock.threshold"))
            #expect(try field(refused.body, "forecast") == nil)
            #expect(try await fleet.send(.get, "/v1/policies").body == before)
        }
    }
}
