import FleetCore
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("Containers that people started themselves")
struct AdoptionRoutesTests {
    private static let digest = "sha256:" + String(repeating: "cd", count: 32)

    private func found(_ name: String, tenant: String = "acme", obstacles: [String] = []) -> AdoptableContainer {
        AdoptableContainer(id: "id-of-\(name)", name: name, tenant: tenant, image: "redis", obstacles: obstacles)
    }

    private func with(_ adoptable: [AdoptableContainer], _ body: (Desk) async throws -> Void) async throws {
        try await Desk.with(hosts: 2) { desk in
            try await desk.set("host1") { host in
                host.adoptable = adoptable
                host.facts.runtimes = [.docker]
            }
            try await body(desk)
        }
    }

    private func record(_ id: String) throws -> AdoptionRecord {
        AdoptionRecord(
            id: id, digest: try ImageDigest(Self.digest), engineBody: ["Image": "redis"], command: ["redis-server"],
            limits: ResourceLimits())
    }

    @Test("are listed by host and name, with what stands against each")
    func list() async throws {
        try await with([found("web"), found("cache", obstacles: ["it has a volume"])]) { desk in
            let list = try await desk.send(.get, "/v1/adoptable")
            #expect(list.names == ["cache", "web"] && list["items", "0", "obstacles", "0"]?.text == "it has a volume")
            #expect(list["items", "0", "host"]?.text == "host1")
            #expect(try await desk.send(.get, "/v1/adoptable?host=host2").names == [])
            #expect(try await desk.send(.get, "/v1/adoptable?host=host9").status == 404)
            let first = try await desk.send(.get, "/v1/adoptable?limit=1")
            let cursor = try #require(first["next"]?.text)
            #expect(try await desk.send(.get, "/v1/adoptable?cursor=\(cursor)").names == ["web"])
        }
    }

    @Test(
        "one is examined, taken over where it runs and led to; it is the fleet's from then on",
        arguments: ["web", "id-of-web"])
    func adopt(called: String) async throws {
        try await with([found("web")]) { desk in
            desk.script.reply(to: "examine", .report(.adoptable(try record("id-of-web"))))
            let answer = try await desk.send(
                .post, "/v1/hosts/host1/adopt?wait=60",
                #"{"container":"\#(called)","name":"shop","ports":[{"port":80}]}"#)
            #expect(answer.status == 201 && answer.fields[.location] == "/v1/containers/shop", "\(answer)")
            #expect(answer["state"]?.text == "running" && answer["host"]?.text == "host1")
            #expect(answer["digest"]?.text == Self.digest && answer["runtime"]?.text == "docker")
            #expect(Array(desk.script.kinds.prefix(4)) == ["examine", "route", "adopt", "announce"])
            #expect(try desk.container("shop").adopting == nil)
        }
    }

    @Test(
        "one that could not be taken over runs on as it did; it is not started anew under its record",
        arguments: ["adopt", "route"])
    func failed(step: String) async throws {
        try await with([found("web")]) { desk in
            desk.script.reply(to: "examine", .report(.adoptable(try record("id-of-web"))))
            desk.script.fail(step, .runtimeFailed, "it is paused")
            let answer = try await desk.send(.post, "/v1/hosts/host1/adopt?wait=60", #"{"container":"web"}"#)
            #expect(answer["state"]?.text == "failed", "\(answer)")
            #expect(!desk.script.kinds.contains("stop"))
            let start = try await desk.send(.post, "/v1/containers/web/start")
            #expect(start.status == 409 && start.detail.hasSuffix("remove it here and adopt it again"))
        }
    }

    @Test("what cannot be adopted is refused, and nobody is asked anything")
    func refused() async throws {
        let all = [
            found("stuck", obstacles: ["it has a volume", "it is paused"]), found("theirs", tenant: "nobody"),
            found("My_Web"),
        ]
        try await with(all) { desk in
            let table: [(String, Int, String)] = [
                (#"{"container":"none"}"#, 404, "there is no adoptable container 'none'"),
                (#"{"container":"stuck"}"#, 409, "'stuck' cannot be adopted: it has a volume; it is paused"),
                (#"{"container":"theirs"}"#, 409, "has the label relocate.tenant=nobody, and there is no such tenant"),
                (#"{"container":"My_Web"}"#, 422, "'My_Web' is no name for a container of the fleet; give another one"),
                (#"{"container":"My_Web","name":"web","ports":[{"port":1},{"port":1}]}"#, 422, "mapped twice"),
                ("{}", 422, "the field 'container' is missing"),
            ]
            for (body, status, words) in table {
                let answer = try await desk.send(.post, "/v1/hosts/host1/adopt", body)
                #expect(answer.status == status && answer.detail.contains(words), "\(answer)")
            }
            #expect(desk.script.kinds.isEmpty && desk.state.containers.isEmpty)
        }
    }

    @Test("what the agent cannot make out is said in its words")
    func agentFails() async throws {
        try await with([found("web")]) { desk in
            desk.script.fail("examine", .runtimeFailed, "docker is down")
            let failed = try await desk.send(.post, "/v1/hosts/host1/adopt", #"{"container":"web"}"#)
            #expect(failed.status == 502 && failed.detail == "host1: docker is down")
            desk.script.reply(to: "examine", .report(.done))
            let nonsense = try await desk.send(.post, "/v1/hosts/host1/adopt", #"{"container":"web"}"#)
            #expect(nonsense.status == 502 && nonsense.detail == "host1: it sent something else")
        }
    }
}
