import FleetCore
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/containers")
struct ContainersRoutesTests {
    private static let shop =
        #"{"name":"shop","tenant":"acme","image":"test","command":["run"],"ports":[{"port":80,"containerPort":8080}]}"#

    // MARK: Creation

    @Test("a container is taken in, started, led to, tried out and shown")
    func create() async throws {
        try await Desk.with { desk in
            try await desk.importImage()
            let begun = try await desk.send(.post, "/v1/containers?wait=60", Self.shop)
            #expect(begun.status == 201 && begun.fields[.location] == "/v1/containers/shop", "\(begun)")
            #expect(begun["state"]?.text == "running")
            let name = try ContainerName("shop")
            try await desk.until("it is known to be movable") { $0.containers[name]?.mobility == .movable }
            let shown = try await desk.send(.get, "/v1/containers/shop")
            #expect(shown["virtualAddress"]?.text == "203.0.113.1")
            #expect(shown["mobility", "state"]?.text == "movable")
            #expect(shown["ports", "0", "containerPort"]?.number == 8080)
            #expect(shown["onHostLoss"]?.text == "stay" && shown["restart"]?.text == "never")
            #expect(shown["deadlineAt"] != .null, "its stay has begun")
            #expect(desk.script.kinds == ["route", "start", "announce", "trial"])
            let container = try desk.container("shop")
            let host = try #require(container.host)
            let address = try #require(container.address)
            #expect(
                desk.script.orders("announce")
                    == [
                        .announce(
                            AnnounceOrder(
                                virtualAddress: try IPv4Address("203.0.113.1"), address: address,
                                via: try desk.state.host(host).address,
                                ports: [PortMapping(port: 80, containerPort: 8080)]))
                    ])
        }
    }

    @Test("one without ports has no virtual address, and its address is routed; where it is to be can be said")
    func withoutPorts() async throws {
        try await Desk.with { desk in
            try await desk.importImage()
            let answer = try await desk.send(
                .post, "/v1/containers?wait=60",
                #"{"name":"job","tenant":"acme","image":"test","command":["run"],"host":"host3","onHostLoss":"restart","restart":"always"}"#
            )
            #expect(answer["host"]?.text == "host3" && answer["virtualAddress"] == .null)
            #expect(answer["onHostLoss"]?.text == "restart" && answer["restart"]?.text == "always")
            #expect(desk.script.orders("route").count == 1 && desk.script.orders("announce").isEmpty)
        }
    }

    @Test(
        "a wrong wish names the field and what would be right",
        arguments: [
            (#""tenant":"nobody""#, 422, "/tenant", "there is no tenant 'nobody'"),
            (#""image":"none""#, 422, "/image", "there is no image 'none'; import it"),
            (#""policy":"none""#, 422, "/policy", "there is no policy 'none'"),
            (#""host":"host9""#, 404, nil, "there is no host 'host9'"),
            (#""host":"gateway""#, 409, nil, "it is a gateway"),
            (#""ports":[{"port":0}]"#, 422, "/ports/0/port", "must be 1 to 65535"),
            (#""ports":[{"port":65536}]"#, 422, "/ports/0/port", "must be 1 to 65535"),
            (#""ports":[{"port":80,"protocol":"udp"}]"#, 422, "/ports/0/protocol", "must be tcp"),
            (#""ports":[{"port":"53/udp"}]"#, 422, "/ports/0/port", "virtual addresses forward TCP only"),
            (#""ports":[{"port":80},{"port":80}]"#, 422, "/ports", "the same port is mapped twice"),
            (#""environment":{"A=B":"c"}"#, 422, "/environment", "'A=B' is not the name of a variable"),
            (#""command":["a\u0000b"]"#, 422, "/command", "cannot hold NUL"),
            (#""command":[]"#, 422, "/command", "image 'test' names no command; give one"),
            (#""limits":{"memoryBytes":1}"#, 422, "/limits/memoryBytes", "must be at least 4194304, is 1"),
            (#""limits":{"cpus":"two"}"#, 422, "/limits/cpus", "must be a number"),
            (#""onHostLoss":"move""#, 422, "/onHostLoss", "restart"),
            (#""restart":"maybe""#, 422, "/restart", "onFailure"),
            (#""runtime":"podman""#, 422, "/runtime", "docker"),
            (#""hostRoot":"yes""#, 422, "/hostRoot", "must be true or false"),
            (#""hostRoot":true"#, 422, "/hostRoot", "is for containers of runc, and this is one of simulated"),
            (#""volume":"/x""#, 422, "/volume", "there is no field"),
            (#""name":"Shop""#, 422, "/name", "Shop"),
        ] as [(String, Int, String?, String)])
    func refused(field: String, status: Int, pointer: String?, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.importImage()
            let name = field.hasPrefix(#""name""#) ? "" : #""name":"shop","#
            let tenant = field.hasPrefix(#""tenant""#) ? "" : #""tenant":"acme","#
            let image = field.hasPrefix(#""image""#) ? "" : #""image":"test","#
            let command = field.hasPrefix(#""command""#) ? "" : #""command":["run"],"#
            let answer = try await desk.send(.post, "/v1/containers", "{\(name)\(tenant)\(image)\(command)\(field)}")
            #expect(answer.status == status, "\(answer)")
            if let pointer { #expect(answer.pointer == pointer, "\(answer)") }
            #expect(answer.detail.contains(words), "\(answer)")
            #expect(desk.state.containers.isEmpty && desk.script.kinds.isEmpty)
        }
    }

    @Test("a name is given once, and a wait that is none is refused before anything is begun")
    func once() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.importImage()
            try await desk.add("shop")
            let twice = try await desk.send(.post, "/v1/containers", Self.shop)
            #expect(twice.status == 409 && twice.code == "exists")
            for wait in ["-1", "601", "soon", ""] {
                for (method, path) in [
                    (HTTPRequest.Method.post, "/v1/containers"), (.post, "/v1/containers/shop/stop"),
                ] {
                    let answer = try await desk.send(method, "\(path)?wait=\(wait)", Self.shop)
                    #expect(
                        answer.status == 400 && answer.detail.hasPrefix("wait must be 0 to 600 seconds"), "\(answer)")
                }
            }
            #expect(try await desk.send(.post, "/v1/containers?wiat=5", Self.shop).code == "unknownParameter")
        }
    }

    @Test("one that cannot be started says why, and what it has left is cleared from its host and from the gateway")
    func cannotStart() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.importImage()
            desk.script.fail("start", .endedAtOnce, "it ended with status 1: no such file")
            let answer = try await desk.send(.post, "/v1/containers?wait=60", Self.shop)
            #expect(answer.status == 201 && answer["state"]?.text == "failed", "\(answer)")
            #expect(answer["stateDetail"]?.text == "host1: it ended with status 1: no such file")
            #expect(desk.script.kinds == ["route", "start", "stop", "withdraw"])
            let shop = try desk.container("shop")
            #expect(
                desk.script.orders("withdraw") == [
                    .withdraw(
                        WithdrawOrder(
                            virtualAddress: shop.virtualAddress, ports: shop.spec.ports,
                            addresses: [try #require(shop.address)]))
                ])
            #expect(desk.standing == ["exited shop"])
        }
    }

    @Test("where nothing can be started each host's reason is in the answer, and nothing is kept of the wish")
    func noPlace() async throws {
        try await Desk.with(hosts: 2) { desk in
            try await desk.importImage()
            for host in ["host1", "host2"] { try await desk.set(host) { $0.state = .cordoned } }
            let answer = try await desk.send(.post, "/v1/containers", Self.shop)
            #expect(answer.status == 409 && answer.detail.contains("host1: it is cordoned; host2: it is cordoned"))
            try await desk.set(Desk.gateway) { $0.state = .unreachable }
            let unreachable = try await desk.send(.post, "/v1/containers", Self.shop)
            #expect(unreachable.detail.hasPrefix("no client could reach it: "))
            #expect(desk.state.containers.isEmpty)
        }
    }

    // MARK: Reading and changing

    @Test("lists are filtered by tenant and host, and what is no name there is said")
    func list() async throws {
        try await Desk.with { desk in
            try await desk.add("b", on: "host1")
            try await desk.add("a", on: "host2")
            try await desk.add("c", of: "bravo", on: "host1")
            #expect(try await desk.send(.get, "/v1/containers").names == ["a", "b", "c"])
            #expect(try await desk.send(.get, "/v1/containers?host=host1").names == ["b", "c"])
            #expect(try await desk.send(.get, "/v1/containers?tenant=acme").names == ["a", "b"])
            #expect(try await desk.send(.get, "/v1/containers?tenant=acme&host=host1").names == ["b"])
            #expect(try await desk.send(.get, "/v1/containers?tenant=nobody").names == [])
            let wrong = try await desk.send(.get, "/v1/containers?host=Host1")
            #expect(wrong.status == 400 && wrong.detail == "host must be a host's name, is 'Host1'")
            let unknown = try await desk.send(.get, "/v1/containers?node=host1")
            #expect(unknown.detail == "there is no query parameter 'node'; known are cursor, host, limit, tenant")
        }
    }

    @Test("one that is not there is not found by any verb")
    func missing() async throws {
        try await Desk.with(hosts: 1) { desk in
            let requests: [(HTTPRequest.Method, String, String)] = [
                (.get, "", ""), (.patch, "", "{}"), (.delete, "", ""), (.post, "/relocate", "{}"),
                (.post, "/start", ""),
                (.post, "/stop", ""), (.post, "/restart", ""), (.get, "/logs", ""),
                (.put, "/pin", #"{"reason":"audit","seconds":5}"#), (.delete, "/pin", ""),
            ]
            for (method, path, body) in requests {
                let answer = try await desk.send(method, "/v1/containers/nothing\(path)", body)
                #expect(answer.status == 404, "\(method) \(path): \(answer)")
                #expect(answer.detail == "there is no container 'nothing'")
            }
        }
    }

    @Test("rules, pause and policy are changed one by one; null takes the policy away; nothing said changes nothing")
    func change() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            try await desk.send(.post, "/v1/policies", #"{"name":"quick","clock":{"model":"periodic","seconds":60}}"#)
            let path = "/v1/containers/shop"
            let policy = try await desk.send(.patch, path, #"{"policy":"quick"}"#)
            #expect(policy["policy"]?.text == "quick" && policy["deadlineAt"] != .null)
            let rules = try await desk.send(
                .patch, path, #"{"isPaused":true,"onHostLoss":"restart","restart":"onFailure"}"#)
            #expect(rules["isPaused"] == .bool(true) && rules["onHostLoss"]?.text == "restart")
            #expect(rules["policy"]?.text == "quick")
            let sequence = desk.state.sequence
            #expect(try await desk.send(.patch, path, "{}").json == rules.json && desk.state.sequence == sequence)
            #expect(try await desk.send(.patch, path, #"{"policy":null}"#)["policy"] == .null)
            let refused = try await desk.send(.patch, path, #"{"policy":"none"}"#)
            #expect(refused.status == 422 && refused.detail.contains("there is no policy 'none'"))
        }
    }

    @Test("one that is to be started anew no more is not, also where its time was set already")
    func neverAgain() async throws {
        try await Desk.with { desk in
            try await desk.add("shop") { container in
                container.restart = .always
                container.state = .stopped(reason: "it ended")
                container.restarts.nextAt = Timestamp.now.advanced(bySeconds: 100)
            }
            #expect(desk.state.restartsDue.count == 1)
            try await desk.send(.patch, "/v1/containers/shop", #"{"restart":"never"}"#)
            #expect(desk.state.restartsDue.isEmpty)
        }
    }

    // MARK: Pins

    @Test("a pin holds until a time or for a while, says who set it, and is taken away")
    func pins() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.add("shop")
            let path = "/v1/containers/shop/pin"
            let until = Timestamp.now.advanced(bySeconds: 100)
            let timed = try await desk.send(
                .put, path, #"{"reason":"audit","until":"\#(until)"}"#,
                [try #require(HTTPField.Name("Relocate-Actor")): "bob"])
            #expect(timed["pin", "until"]?.text == "\(until)" && timed["pin", "setBy"]?.text == "bob")
            let lasting = try await desk.send(.put, path, #"{"reason":"audit","seconds":3600}"#)
            #expect(lasting.status == 200 && lasting["pin", "setBy"]?.text == "operator")
            #expect(try #require(try desk.container("shop").pin).until > until)
            #expect(try await desk.send(.delete, path)["pin"] == .null)
            let sequence = desk.state.sequence
            #expect(try await desk.send(.delete, path).status == 200 && desk.state.sequence == sequence)
        }
    }

    @Test(
        "a pin without a reason, or with an end that is none, is refused",
        arguments: [
            (#"{"seconds":5}"#, "/reason", "'reason' is missing"),
            (#"{"reason":" ","seconds":5}"#, "/reason", "say why"),
            (#"{"reason":"audit"}"#, "/until", "or 'seconds' in its place"),
            (#"{"reason":"audit","seconds":5,"until":"2030-01-01T00:00:00Z"}"#, "/until", "in its place"),
            (#"{"reason":"audit","seconds":0}"#, "/until", "in the future and at most a year away"),
            (#"{"reason":"audit","seconds":-5}"#, "/until", "in the future"),
            (#"{"reason":"audit","seconds":1e300}"#, "/until", "at most a year away"),
            (#"{"reason":"audit","until":"2001-01-01T00:00:00Z"}"#, "/until", "in the future"),
            (#"{"reason":"audit","until":"tomorrow"}"#, "/until", "tomorrow"),
        ])
    func wrongPins(body: String, pointer: String, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.add("shop")
            let answer = try await desk.send(.put, "/v1/containers/shop/pin", body)
            #expect(answer.status == 422 && answer.pointer == pointer, "\(answer)")
            #expect(answer.detail.contains(words), "\(answer)")
            #expect(try desk.container("shop").pin == nil)
        }
    }

    // MARK: Moves

    @Test("a move is begun and waited for, and a dry run says where it could go and changes nothing")
    func move() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            let dry = try await desk.send(.post, "/v1/containers/shop/relocate?dryRun=true", "{}")
            #expect(dry.status == 200 && dry["candidateCount"]?.number == 2)
            #expect(dry["exclusions", "0", "host"]?.text == "gateway" && desk.script.kinds.isEmpty)
            let moved = try await desk.send(
                .post, "/v1/containers/shop/relocate?wait=60", #"{"to":"host3","reason":"noise"}"#)
            #expect(moved.status == 202 && moved["state"]?.text == "completed", "\(moved)")
            #expect(moved.fields[.location] == "/v1/relocations/1" && moved["reason"]?.text == "noise")
            #expect(try desk.container("shop").host == (try HostName("host3")))
            #expect(
                desk.script.kinds.filter { $0 != "arm" }
                    == [
                        "prepare", "hush", "settle", "route", "checkpoint", "restore", "release", "announce", "seal",
                        "retire",
                    ])
        }
    }

    @Test(
        "a wrong wish to move is refused",
        arguments: [
            (#"{"trigger":"clock"}"#, "", 422, "trigger: must be 'operator' or 'alert'"),
            (#"{"to":"host1"}"#, "", 409, "host 'host1' cannot take it: the container is there already"),
            (#"{"to":"host9"}"#, "", 404, "there is no host 'host9'"),
            (#"{"avoidTenants":["nobody"]}"#, "", 422, "there is no tenant 'nobody'"),
            (#"{"avoidTenants":["acme"]}"#, "", 422, "is the container's own tenant"),
            ("{}", "?dryRun=perhaps", 400, "dryRun must be true or false, is 'perhaps'"),
            ("{}", "?dry=true", 400, "there is no query parameter 'dry'"),
        ])
    func wrongMoves(body: String, query: String, status: Int, words: String) async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            let answer = try await desk.send(.post, "/v1/containers/shop/relocate\(query)", body)
            #expect(answer.status == status && answer.detail.contains(words), "\(answer)")
            #expect(desk.state.relocations.isEmpty && desk.script.kinds.isEmpty)
        }
    }

    @Test(
        "who asks for what needs no words is told of words that would not be heeded, and nothing is done",
        arguments: ["containers/shop/start", "containers/shop/stop", "containers/shop/restart", "hosts/host1/drain"])
    func nothingElse(path: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.add("shop")
            let sequence = desk.state.sequence
            for (body, status) in [(#"{"grace":5}"#, 422), ("[]", 400), ("soon", 400)] {
                #expect(try await desk.send(.post, "/v1/\(path)", body).status == status, "\(body)")
            }
            #expect(desk.state.sequence == sequence)
        }
    }

    @Test(
        "one that could not be dumped is tried at once when somebody wants it moved, and the answer says what holds now"
    )
    func stuck() async throws {
        try await Desk.with { desk in
            try await desk.add("shop") { $0.mobility = .immovable(reason: "a device", log: "") }
            desk.script.reply(to: "trial", .report(.mobility(.immovable(reason: "a terminal", log: ""))))
            let refused = try await desk.send(.post, "/v1/containers/shop/relocate", "{}")
            #expect(refused.status == 409 && refused.detail.hasSuffix("cannot be moved: a terminal"))
            #expect(
                try await desk.send(.post, "/v1/containers/shop/relocate?wait=60", "{}")["state"]?.text == "completed")
        }
    }

    // MARK: Ends

    @Test(
        "one is stopped, started anew with a new address and removed; its virtual address stays, and leads to no earlier life"
    )
    func lives() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            let (first, virtual) = (try desk.container("shop").address, try desk.container("shop").virtualAddress)
            let stopped = try await desk.send(.post, "/v1/containers/shop/stop?wait=60")
            #expect(stopped.status == 202 && stopped["stateDetail"]?.text == "stopped by operator")
            #expect(desk.script.orders("halt") == [.halt(StopOrder(container: name, gracePeriodSeconds: 10))])
            let again = try await desk.send(.post, "/v1/containers/shop/stop")
            #expect(again.status == 409 && again.detail == "container 'shop' does not run")
            let started = try await desk.send(.post, "/v1/containers/shop/start?wait=60")
            #expect(started.status == 202 && started["state"]?.text == "running")
            let second = try desk.container("shop").address
            #expect(try second != first && desk.container("shop").virtualAddress == virtual)
            let running = try await desk.send(.post, "/v1/containers/shop/start")
            #expect(running.status == 409 && running.detail == "container 'shop' is running already")
            let removed = try await desk.send(.delete, "/v1/containers/shop?wait=60")
            #expect(removed.status == 204)
            let lives = [first, second].map { address in
                AgentOrder.withdraw(
                    WithdrawOrder(
                        virtualAddress: virtual, ports: [PortMapping(port: 80, containerPort: 8080)],
                        addresses: [address].compactMap(\.self)))
            }
            #expect(desk.script.orders("withdraw") == lives && desk.state.containers.isEmpty)
        }
    }

    @Test("a restart ends its process and begins another at once")
    func restart() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            let address = try desk.container("shop").address
            try await desk.send(.post, "/v1/containers/shop/restart")
            try await desk.until("it has ended") { $0.restartsDue.count == 1 }
            let keeper = RestartKeeper(fleet: desk.fleet, containers: desk.containers, logger: desk.logger)
            await keeper.look(at: .now)
            try await desk.until("it runs") { $0.containers[name]?.state == .running }
            #expect(try desk.container("shop").address != address)
        }
    }

    @Test("what is being moved is neither stopped nor removed, and what is being started is not removed")
    func busy() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            try await desk.add("new") { $0.state = .starting }
            desk.script.disconnect(try HostName("host2"))
            desk.script.disconnect(try HostName("host3"))
            try await desk.send(.post, "/v1/containers/shop/relocate", "{}")
            #expect(desk.state.openRelocation(of: name) != nil)
            for (method, path) in [
                (HTTPRequest.Method.post, "/stop"), (.post, "/restart"), (.delete, ""),
            ] {
                let answer = try await desk.send(method, "/v1/containers/shop\(path)")
                #expect(answer.status == 409 && answer.detail.contains("cancel that or wait for its end"), "\(answer)")
            }
            let early = try await desk.send(.delete, "/v1/containers/new")
            #expect(early.status == 409 && early.detail == "container 'new' is being started; wait for that")
        }
    }

    @Test("a removal is repeated until the host has done it, with an alarm from the third time on")
    func removalRepeated() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            desk.script.fail("stop", times: 3)
            #expect(try await desk.send(.delete, "/v1/containers/shop").status == 202)
            try await desk.until("it is said") { $0.alarms(of: .stepPending).first?.subject == "shop" }
            try await desk.until("it is gone") { $0.containers[name] == nil && $0.alarms.isEmpty }
            #expect(desk.script.orders("stop").count == 4)
        }
    }

    // MARK: Output

    @Test("the end of what a container wrote, as text that nobody keeps")
    func logs() async throws {
        try await Desk.with(hosts: 1) { desk in
            let name = try await desk.add("shop")
            let answer = try await desk.send(.get, "/v1/containers/shop/logs?tailBytes=100")
            #expect(answer.status == 200 && answer.text == "what shop wrote\n")
            #expect(
                answer.fields[.contentType] == "text/plain; charset=utf-8" && answer.fields[.cacheControl] == "no-store"
            )
            #expect(desk.script.orders("logs") == [.logs(LogsOrder(container: name, tailBytes: 100))])
            try await desk.send(.get, "/v1/containers/shop/logs")
            #expect(desk.script.orders("logs").last == .logs(LogsOrder(container: name, tailBytes: 65536)))
            for bytes in ["0", "1048577", "all"] {
                let wrong = try await desk.send(.get, "/v1/containers/shop/logs?tailBytes=\(bytes)")
                #expect(wrong.status == 400 && wrong.detail == "tailBytes must be 1 to 1048576, is '\(bytes)'")
            }
            desk.script.fail("logs", .notHere, "it is not here")
            let failed = try await desk.send(.get, "/v1/containers/shop/logs")
            #expect(failed.status == 502 && failed.code == "agentFailed" && failed.detail == "host1: it is not here")
            try await desk.add("nowhere", on: nil) { $0.state = .stopped(reason: "never started") }
            let never = try await desk.send(.get, "/v1/containers/nowhere/logs")
            #expect(never.status == 409 && never.detail == "container 'nowhere' has not been started")
        }
    }
}
