import FleetCore
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/tenants")
struct TenantsRoutesTests {
    @Test("a tenant is added, shown, changed and removed")
    func life() async throws {
        try await Desk.with(hosts: 1) { desk in
            let added = try await desk.send(
                .post, "/v1/tenants", #"{"name":"charlie","neverBeside":["acme"],"isPaused":true}"#)
            #expect(added.status == 201 && added.fields[.location] == "/v1/tenants/charlie")
            #expect(added["neverBeside", "0"]?.text == "acme" && added["isPaused"] == .bool(true))
            #expect(try await desk.send(.get, "/v1/tenants/charlie").json == added.json)
            let changed = try await desk.send(
                .patch, "/v1/tenants/charlie", #"{"neverBeside":["bravo"],"isPaused":false}"#)
            #expect(changed.status == 200 && changed["neverBeside", "0"]?.text == "bravo")
            #expect(changed["isPaused"] == .bool(false))
            let sequence = desk.state.sequence
            #expect(try await desk.send(.patch, "/v1/tenants/charlie", "{}").json == changed.json)
            #expect(desk.state.sequence == sequence)
            #expect(try await desk.send(.delete, "/v1/tenants/charlie").status == 204)
            #expect(try await desk.send(.get, "/v1/tenants/charlie").status == 404)
        }
    }

    @Test(
        "what a tenant names must be there, and a name is given once",
        arguments: [
            (#"{"name":"acme"}"#, 409, nil, "there is a tenant 'acme' already"),
            (#"{"name":"Acme"}"#, 422, "/name", "'Acme'"), (#"{}"#, 422, "/name", "the field 'name' is missing"),
            (#"{"name":"new","policy":"none"}"#, 422, "/policy", "there is no policy 'none'"),
            (#"{"name":"new","neverBeside":["nobody"]}"#, 422, "/neverBeside", "there is no tenant 'nobody'"),
            (#"{"name":"new","neverBeside":["new"]}"#, 422, "/neverBeside", "a tenant is always beside itself"),
            (#"{"name":"new","colour":1}"#, 422, "/colour", "the fields are isPaused, name, neverBeside, policy"),
        ] as [(String, Int, String?, String)])
    func refused(body: String, status: Int, pointer: String?, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            let answer = try await desk.send(.post, "/v1/tenants", body)
            #expect(answer.status == status, "\(answer)")
            #expect(answer.pointer.map { $0.hasPrefix(pointer ?? "none") } ?? (pointer == nil), "\(answer)")
            #expect(answer.detail.contains(words), "\(answer)")
            #expect(desk.state.tenants.count == 2)
        }
    }

    @Test("a policy is named, and taken away with null; those that follow it are given new deadlines")
    func policy() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            let own = try await desk.add("own") { $0.policy = .default }
            try await desk.send(.post, "/v1/policies", #"{"name":"quick","clock":{"model":"periodic","seconds":60}}"#)
            try await desk.send(.patch, "/v1/tenants/acme", #"{"policy":"quick"}"#)
            let deadline = try #require(desk.state.containers[name]?.deadlineAt)
            #expect(deadline <= Timestamp.now.advanced(bySeconds: 60))
            #expect(desk.state.containers[own]?.deadlineAt == nil, "it names a policy of its own")
            let cleared = try await desk.send(.patch, "/v1/tenants/acme", #"{"policy":null}"#)
            #expect(cleared["policy"] == nil || cleared["policy"] == .null)
            #expect(desk.state.policyName(of: try desk.container("shop")) == .default)
        }
    }

    @Test("one with containers is not removed; one that is removed is not named by others any more")
    func removed() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            let refused = try await desk.send(.delete, "/v1/tenants/acme")
            #expect(refused.status == 409 && refused.detail == "tenant 'acme' still has containers: shop")
            try await desk.send(.patch, "/v1/tenants/acme", #"{"neverBeside":["bravo"]}"#)
            #expect(try await desk.send(.delete, "/v1/tenants/bravo").status == 204)
            #expect(try desk.state.tenant(TenantName("acme")).neverBeside == [])
            #expect(try await desk.send(.delete, "/v1/tenants/bravo").detail == "there is no tenant 'bravo'")
        }
    }
}

@Suite("/v1/scheduler")
struct SchedulerRoutesTests {
    @Test("the clock is stopped and let run; saying it twice is said once")
    func pause() async throws {
        try await Desk.with(hosts: 1) { desk in
            #expect(try await desk.send(.get, "/v1/scheduler")["paused"] == .bool(false))
            #expect(try await desk.send(.put, "/v1/scheduler", #"{"paused":true}"#)["paused"] == .bool(true))
            #expect(desk.state.isPaused)
            let sequence = desk.state.sequence
            try await desk.send(.put, "/v1/scheduler", #"{"paused":true}"#)
            #expect(desk.state.sequence == sequence)
            try await desk.send(.put, "/v1/scheduler", #"{"paused":false}"#)
            #expect(!desk.state.isPaused)
        }
    }

    @Test(
        "what is not said is asked for",
        arguments: [("{}", "'paused' is missing"), (#"{"paused":1}"#, "true or false")])
    func refused(body: String, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            let answer = try await desk.send(.put, "/v1/scheduler", body)
            #expect(answer.status == 422 && answer.detail.contains(words), "\(answer)")
        }
    }
}

@Suite("/livez and /readyz")
struct HealthRoutesTests {
    @Test("it lives, and is ready when ledger, clock and gateway are")
    func ready() async throws {
        try await Desk.with(hosts: 1) { desk in
            desk.scheduler.run()
            let alive = try await desk.send(.get, "/livez")
            #expect(alive.status == 200 && alive.text == "ok\n" && alive.fields[.cacheControl] == "no-store")
            #expect(try await desk.send(.get, "/readyz").text == "ok\n")
            #expect(
                try await desk.send(.get, "/readyz?verbose").text
                    == "ok\n+ ledger: ok\n+ scheduler: ok\n+ gateway: ok\n")
            await desk.scheduler.stop()
        }
    }

    @Test("what is not in order is named without being asked for, and the status is for programs")
    func notReady() async throws {
        try await Desk.with(hosts: 1) { desk in
            desk.scheduler.run()
            try await desk.set(Desk.gateway) { $0.state = .unreachable }
            let silent = try await desk.send(.get, "/readyz")
            #expect(silent.status == 503)
            #expect(silent.text.hasPrefix("not ready\n+ ledger: ok\n+ scheduler: ok\n- gateway: the gateway 'gateway'"))
            try desk.ledger.close()
            let closed = try await desk.send(.get, "/readyz")
            #expect(closed.status == 503 && closed.text.contains("- ledger: "))
            #expect(try await desk.send(.get, "/livez").status == 200)
            await desk.scheduler.stop()
        }
    }
}
