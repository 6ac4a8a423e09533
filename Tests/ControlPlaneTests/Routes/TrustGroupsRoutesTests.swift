import FleetCore
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/trust-groups")
struct TrustGroupsRoutesTests {
    @Test("a group is made, changed, listed, shown and removed, and its tenants say that they are in it")
    func life() async throws {
        try await Desk.with(hosts: 1) { desk in
            let made = try await desk.send(.put, "/v1/trust-groups/ring", #"{"members":["bravo","acme"]}"#)
            #expect(made.status == 200 && made["members", "0"]?.text == "acme" && made["members", "1"]?.text == "bravo")
            #expect(try await desk.send(.get, "/v1/trust-groups/ring").json == made.json)
            #expect(try await desk.send(.get, "/v1/trust-groups")["items", "0"]?["name"]?.text == "ring")
            #expect(try await desk.send(.get, "/v1/tenants/acme")["trustGroup"]?.text == "ring")
            let sequence = desk.state.sequence
            _ = try await desk.send(.put, "/v1/trust-groups/ring", #"{"members":["acme","bravo"]}"#)
            #expect(desk.state.sequence == sequence, "nothing has changed")
            _ = try await desk.send(.put, "/v1/trust-groups/ring", #"{"members":["bravo"]}"#)
            #expect(try await desk.send(.get, "/v1/tenants/acme")["trustGroup"] == nil)
            #expect(try await desk.send(.delete, "/v1/trust-groups/ring").status == 204)
            #expect(try await desk.send(.delete, "/v1/trust-groups/ring").status == 404)
            #expect(try await desk.send(.get, "/v1/trust-groups")["total"] == .integer(0))
        }
    }

    @Test("no tenant is put into a group by what is said of it when it is added or changed")
    func notByItself() async throws {
        try await Desk.with(hosts: 1) { desk in
            _ = try await desk.send(.put, "/v1/trust-groups/ring", #"{"members":["acme"]}"#)
            for (method, path) in [(HTTPRequest.Method.post, "/v1/tenants"), (.patch, "/v1/tenants/bravo")] {
                let answer = try await desk.send(method, path, #"{"trustGroup":"ring"}"#)
                #expect(answer.status == 422 && answer.pointer == "/trustGroup", "\(answer)")
            }
            // Nor by the name that it takes.
            _ = try await desk.send(.post, "/v1/tenants", #"{"name":"ring"}"#)
            #expect(try desk.state.party(of: TenantName("ring")) == .tenant(TenantName("ring")))
            #expect(try desk.state.trustGroup(TrustGroupName("ring")).members == [TenantName("acme")])
        }
    }

    @Test(
        "a group is refused with what is wrong and what would be right",
        arguments: [
            ("ring", #"{"members":[]}"#, 422, "at least one tenant"),
            ("ring", #"{}"#, 422, "the field 'members' is missing"),
            ("ring", #"{"members":["nobody"]}"#, 422, "there is no tenant 'nobody'"),
            ("ring", #"{"members":["acme"],"colour":1}"#, 422, "the fields are members"),
            ("Ring", #"{"members":["acme"]}"#, 422, "'Ring'"),
            ("new", #"{"members":["bravo"]}"#, 409, "take it out of that one first"),
        ] as [(String, String, Int, String)])
    func refused(name: String, body: String, status: Int, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            _ = try await desk.send(.put, "/v1/trust-groups/old", #"{"members":["bravo"]}"#)
            let answer = try await desk.send(.put, "/v1/trust-groups/\(name)", body)
            #expect(answer.status == status && answer.detail.contains(words), "\(answer)")
            #expect(try await desk.send(.get, "/v1/trust-groups")["total"] == .integer(1))
        }
    }

    @Test("members are not set apart from each other: one has to leave the group first")
    func apart() async throws {
        try await Desk.with(hosts: 1) { desk in
            _ = try await desk.send(.put, "/v1/trust-groups/ring", #"{"members":["acme","bravo"]}"#)
            let answer = try await desk.send(.patch, "/v1/tenants/acme", #"{"neverBeside":["bravo"]}"#)
            #expect(answer.status == 409 && answer.detail.contains("trust group 'ring'"), "\(answer)")
        }
    }
}
