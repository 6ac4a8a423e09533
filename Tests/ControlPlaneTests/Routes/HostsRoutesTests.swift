import FleetCore
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/hosts")
struct HostsRoutesTests {
    @Test("lists hosts by name with what they carry, and shows one")
    func list() async throws {
        try await Desk.with { desk in
            try await desk.add("shop", on: "host2")
            let list = try await desk.send(.get, "/v1/hosts")
            #expect(list.status == 200 && list.names == ["gateway", "host1", "host2", "host3"])
            #expect(list["items", "2", "containers", "0"]?.text == "shop")
            #expect(list["total"]?.number == 4 && list["next"] == .null)
            #expect(list.fields[.relocateIndex] == String(desk.state.sequence))
            let one = try await desk.send(.get, "/v1/hosts/host2")
            #expect(one.json == list["items", "2"])
            #expect(one["role"]?.text == "worker" && one["state"]?.text == "ready")
        }
    }

    @Test("what a client has already is not sent again, and is sent as soon as it has changed")
    func unchanged() async throws {
        try await Desk.with { desk in
            let first = try await desk.send(.get, "/v1/tenants")
            let tag = try #require(first.fields[.eTag])
            for list in [tag, "*", "\"other\", \(tag)"] {
                let again = try await desk.send(.get, "/v1/tenants", "", [.ifNoneMatch: list])
                #expect(again.status == 304 && again.text.isEmpty && again.fields[.eTag] == tag)
            }
            try await desk.send(.post, "/v1/tenants", #"{"name":"charlie"}"#)
            let changed = try await desk.send(.get, "/v1/tenants", "", [.ifNoneMatch: tag])
            #expect(changed.status == 200 && changed.names == ["acme", "bravo", "charlie"])
        }
    }

    @Test("a host that is not there, or cannot be called so, is not found", arguments: ["host9", "Host1", "a_b"])
    func missing(name: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            let requests: [(HTTPRequest.Method, String, String)] = [
                (.get, "", ""), (.patch, "", "{}"), (.post, "/drain", ""), (.get, "/drain", ""),
                (.post, "/lost", #"{"reason":"burnt"}"#), (.post, "/readmit", ""), (.delete, "", ""),
            ]
            for (method, path, body) in requests {
                let answer = try await desk.send(method, "/v1/hosts/\(name)\(path)", body)
                #expect(answer.status == 404 && answer.code == "notFound", "\(method) \(path): \(answer)")
                #expect(answer.detail == "there is no host '\(name)'")
            }
        }
    }

    @Test("state, labels and capacity are changed one by one or together, and what is not said stays")
    func change() async throws {
        try await Desk.with { desk in
            let cordoned = try await desk.send(.patch, "/v1/hosts/host1", #"{"state":"cordoned"}"#)
            #expect(cordoned.status == 200 && cordoned["state"]?.text == "cordoned")
            let both = try await desk.send(
                .patch, "/v1/hosts/host1", #"{"labels":{"rack":"4"},"capacity":{"containers":3,"memoryBytes":1024}}"#)
            #expect(both["state"]?.text == "cordoned" && both["labels", "rack"]?.text == "4")
            #expect(both["capacity", "containers"]?.number == 3)
            let sequence = desk.state.sequence
            #expect(try await desk.send(.patch, "/v1/hosts/host1", "{}").status == 200)
            #expect(desk.state.sequence == sequence, "nothing has changed, so nothing is recorded")
            #expect(try await desk.send(.patch, "/v1/hosts/host1", #"{"state":"ready"}"#)["state"]?.text == "ready")
        }
    }

    @Test(
        "a wrong change names the field and what would be right",
        arguments: [
            (#"{"state":"draining"}"#, 422, "/state", "may be set to 'ready' or 'cordoned'; to drain, POST"),
            (#"{"state":"lost"}"#, 422, "/state", "may be set to 'ready' or 'cordoned'"),
            (#"{"state":7}"#, 422, "/state", "must be a string"),
            (#"{"capacity":{"containers":-1,"memoryBytes":0}}"#, 422, "/capacity", "must not be negative"),
            (#"{"capacity":{"containers":1}}"#, 422, "/capacity/memoryBytes", "'memoryBytes' is missing"),
            (#"{"state":"resting"}"#, 422, "/state", "must be one of ready, cordoned, draining"),
            (#"{"colour":"red"}"#, 422, "/colour", "the fields are capacity, labels, state"),
            (#"{"labels":["rack"]}"#, 422, "/labels", "must be an object"),
            ("[]", 400, nil, "must be a JSON object"), ("{", 400, nil, "is not JSON"),
        ] as [(String, Int, String?, String)])
    func refused(body: String, status: Int, pointer: String?, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            let before = try desk.host("host1")
            let answer = try await desk.send(.patch, "/v1/hosts/host1", body)
            #expect(answer.status == status && answer.pointer == pointer, "\(answer)")
            #expect(answer.detail.contains(words), "\(answer)")
            #expect(try desk.host("host1") == before)
        }
    }

    @Test("a host whose agent is not heard, or that is off for good, does not change its state")
    func silent() async throws {
        try await Desk.with(hosts: 2) { desk in
            try await desk.set("host1") { $0.state = .unreachable }
            try await desk.set("host2") { $0.state = .lost }
            for (host, words) in [("host1", "it can be changed when its agent answers"), ("host2", "readmit host2")] {
                let answer = try await desk.send(.patch, "/v1/hosts/\(host)", #"{"state":"ready"}"#)
                #expect(answer.status == 409 && answer.detail.contains(words), "\(answer)")
                let labels = try await desk.send(.patch, "/v1/hosts/\(host)", #"{"labels":{"rack":"4"}}"#)
                #expect(labels.status == 200, "what is known of it can be set all the same")
            }
        }
    }

    // MARK: Drains

    @Test("a drain moves away what can leave, says what cannot and why, and cordons the host at the end")
    func drain() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            let until = Timestamp.now.advanced(bySeconds: 600)
            try await desk.add("vault") { $0.pin = Pin(reason: "audit", until: until, setBy: "bob") }
            let begun = try await desk.send(.post, "/v1/hosts/host1/drain")
            #expect(begun.status == 202 && begun.fields[.location] == "/v1/hosts/host1/drain")
            let shop = try ContainerName("shop")
            try await desk.until("it has left") { $0.relocations.isEmpty && $0.containers[shop]?.host?.text != "host1" }
            let view = try await desk.send(.get, "/v1/hosts/host1/drain")
            #expect(view["total"]?.number == 2 && view["moved"]?.number == 1)
            #expect(view["remaining", "0", "container"]?.text == "vault")
            #expect(view["remaining", "0", "state"]?.text == "blocked")
            #expect(view["remaining", "0", "reason"]?.text == "it is pinned until \(until) by bob: audit")
            #expect(try desk.host("host1").state == .draining)
            #expect(try await desk.send(.delete, "/v1/containers/vault/pin").status == 200)
            await desk.drains.push(try HostName("host1"))
            try await desk.until("the drain is over") { try $0.host(HostName("host1")).state == .cordoned }
            let over = try await desk.send(.get, "/v1/hosts/host1/drain")
            #expect(over["moved"]?.number == 2 && over["endedAt"] != .null && over["remaining"] == .array([]))
        }
    }

    @Test("a host that carries nothing is drained at once; that is said again as long as it is not ready again")
    func empty() async throws {
        try await Desk.with(hosts: 1) { desk in
            #expect(try await desk.send(.get, "/v1/hosts/host1/drain").detail == "there is no drain of host 'host1'")
            try await desk.send(.post, "/v1/hosts/host1/drain")
            #expect(try desk.host("host1").state == .cordoned)
            #expect(try await desk.send(.get, "/v1/hosts/host1/drain")["state"]?.text == "cordoned")
            try await desk.send(.patch, "/v1/hosts/host1", #"{"state":"ready"}"#)
            #expect(try await desk.send(.get, "/v1/hosts/host1/drain").status == 404)
        }
    }

    @Test("neither the gateway nor a host that is not heard can be drained")
    func cannotDrain() async throws {
        try await Desk.with(hosts: 1) { desk in
            let gateway = try await desk.send(.post, "/v1/hosts/gateway/drain")
            #expect(gateway.status == 409 && gateway.detail == "'gateway' is the gateway: it has no containers")
            try await desk.set("host1") { $0.state = .unreachable }
            let silent = try await desk.send(.post, "/v1/hosts/host1/drain")
            #expect(silent.status == 409)
            #expect(silent.detail == "host 'host1' is unreachable: nothing can be moved away from it")
        }
    }

    @Test("the drain of a host that is not heard any more says so of everything that is left")
    func silentDrain() async throws {
        try await Desk.with { desk in
            let until = Timestamp.now.advanced(bySeconds: 600)
            try await desk.add("shop") { $0.pin = Pin(reason: "audit", until: until, setBy: "bob") }
            try await desk.send(.post, "/v1/hosts/host1/drain")
            try await desk.set("host1") { ($0.state, $0.stateWhenReachable) = (.unreachable, .draining) }
            let view = try await desk.send(.get, "/v1/hosts/host1/drain")
            #expect(view["remaining", "0", "state"]?.text == "blocked")
            #expect(view["remaining", "0", "reason"]?.text == "host 'host1' is not heard")
        }
    }

    @Test("a drain that is called off takes back the moves that wait for it")
    func calledOff() async throws {
        try await Desk.with(hosts: 2) { desk in
            let name = try await desk.add("shop")
            // Its move has to wait: the destination's link is broken only just.
            desk.script.disconnect(try HostName("host2"))
            try await desk.send(.post, "/v1/hosts/host1/drain")
            #expect(desk.state.openRelocation(of: name)?.state == .queued)
            try await desk.send(.patch, "/v1/hosts/host1", #"{"state":"ready"}"#)
            #expect(desk.state.openRelocation(of: name) == nil)
            #expect(try desk.host("host1").drain == nil)
        }
    }

    // MARK: Losses

    @Test("only who says its name twice loses a host, with a reason, and while its agent is not heard")
    func confirmation() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            let path = "/v1/hosts/host1/lost"
            let heard = try await desk.send(.post, path, #"{"reason":"burnt","confirm":"host1"}"#)
            #expect(
                heard.status == 409 && heard.code == "conflict" && heard.detail.contains("drain it in place of this"))
            desk.script.disconnect(try HostName("host1"))
            for confirm in ["", #","confirm":"host2""#] {
                let asked = try await desk.send(.post, path, #"{"reason":"burnt"\#(confirm)}"#)
                #expect(asked.status == 409 && asked.code == "confirmationNeeded", "\(asked)")
                #expect(asked.detail.contains("carries 1 container (shop)"))
                #expect(asked.detail.hasSuffix(#"Ask again with "confirm": "host1" to do it"#))
            }
            for reason in ["", "  \\n ", String(repeating: "x", count: 501)] {
                let answer = try await desk.send(.post, path, #"{"reason":"\#(reason)","confirm":"host1"}"#)
                #expect(answer.status == 422 && answer.pointer == "/reason", "\(answer)")
            }
            #expect(try desk.host("host1").state == .ready)
            let done = try await desk.send(.post, path, #"{"reason":"burnt","confirm":"host1"}"#)
            #expect(done.status == 202 && done["state"]?.text == "lost" && done["loss", "reason"]?.text == "burnt")
            #expect(desk.script.orders("fence").count == 1)
            #expect(try desk.container("shop").state == .lost(HostName("host1")))
            #expect(try await desk.send(.post, path, #"{"reason":"again"}"#)["loss", "reason"]?.text == "burnt")
        }
    }

    @Test(
        "while the gateway is not heard the loss is recorded and nothing follows; that is an alarm, and ends by itself")
    func withoutGateway() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            for host in [Desk.gateway, "host1"] { desk.script.disconnect(try HostName(host)) }
            let answer = try await desk.send(
                .post, "/v1/hosts/host1/lost", #"{"reason":"burnt","confirm":"host1"}"#)
            #expect(answer.status == 202 && desk.state.containers[name]?.state == .running)
            #expect(desk.standing == ["hostLost host1", "stepPending host1"])
            desk.script.connect(try HostName(Desk.gateway))
            try await desk.losses.enforce()
            #expect(desk.standing == ["hostLost host1", "lost shop"])
            #expect(desk.state.containers[name]?.state == .lost(try HostName("host1")))
        }
    }

    @Test("a lost host is readmitted when all has followed, and its credential is gone; others are not readmitted")
    func readmit() async throws {
        try await Desk.with { desk in
            let host = try HostName("host1")
            desk.credentials.set(SecretHash(of: "old"), of: host)
            let ready = try await desk.send(.post, "/v1/hosts/host1/readmit")
            #expect(ready.status == 409)
            #expect(ready.detail == "host 'host1' was not declared off for good: it is ready")
            for host in [Desk.gateway, "host1"] { desk.script.disconnect(try HostName(host)) }
            try await desk.send(.post, "/v1/hosts/host1/lost", #"{"reason":"burnt","confirm":"host1"}"#)
            let early = try await desk.send(.post, "/v1/hosts/host1/readmit")
            #expect(early.status == 409 && early.detail.contains("has not come to its end yet"))
            #expect(desk.credentials[host] != nil)
            desk.script.connect(try HostName(Desk.gateway))
            try await desk.losses.enforce()
            let answer = try await desk.send(.post, "/v1/hosts/host1/readmit")
            #expect(answer.status == 200 && answer["state"]?.text == "unreachable")
            #expect(desk.credentials[host] == nil)
        }
    }

    @Test("a host is forgotten that carries nothing and is not ready, and what was cut off is unrouted first")
    func forget() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            let path = "/v1/hosts/host1"
            #expect(try await desk.send(.delete, path).detail.contains("still carries shop; drain it first"))
            #expect(try await desk.send(.delete, "/v1/hosts/host2").detail.contains("is ready; cordon it"))
            desk.credentials.set(SecretHash(of: "old"), of: try HostName("host1"))
            desk.script.disconnect(try HostName("host1"))
            try await desk.send(.post, path + "/lost", #"{"reason":"burnt","confirm":"host1"}"#)
            let fenced = desk.state.fencedAddresses.sorted()
            desk.script.fail("unroute")
            let refused = try await desk.send(.delete, path)
            #expect(refused.status == 502 && refused.code == "agentFailed", "the gateway has not forgotten the way yet")
            #expect(try desk.host("host1").state == .lost)
            #expect(try await desk.send(.delete, path).status == 204)
            #expect(desk.script.orders("unroute").last == .unroute(UnrouteOrder(addresses: fenced)))
            #expect(try await desk.send(.get, path).status == 404)
            #expect(desk.credentials[try HostName("host1")] == nil && desk.standing == ["lost shop"])
        }
    }
}
