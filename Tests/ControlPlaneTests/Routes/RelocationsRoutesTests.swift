import FleetCore
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/relocations")
struct RelocationsRoutesTests {
    @Test("the history, newest first, with each filter; what is open is shown as the fleet shows it")
    func history() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            try await desk.add("blog", of: "bravo", on: "host2")
            for (name, host) in [("shop", "host2"), ("blog", "host3"), ("shop", "host1")] {
                let moved = try await desk.send(
                    .post, "/v1/containers/\(name)/relocate?wait=60", #"{"to":"\#(host)"}"#)
                #expect(moved["state"]?.text == "completed", "\(moved)")
            }
            func ids(_ query: String) async throws -> [Double] {
                try await desk.send(.get, "/v1/relocations\(query)").items.compactMap { $0["id"]?.number }
            }
            #expect(try await ids("") == [3, 2, 1])
            #expect(try await ids("?container=shop") == [3, 1])
            #expect(try await ids("?tenant=bravo") == [2])
            #expect(try await ids("?host=host3") == [2])
            #expect(try await ids("?state=completed&limit=2") == [3, 2])
            #expect(try await ids("?state=failed") == [])
            #expect(try await ids("?trigger=operator") == [3, 2, 1])
            #expect(try await ids("?trigger=clock") == [])
            #expect(try await ids("?since=2001-01-01T00:00:00Z&until=2002-01-01T00:00:00Z") == [])
            let first = try await desk.send(.get, "/v1/relocations?limit=2")
            let cursor = try #require(first["next"]?.text)
            #expect(try await ids("?limit=2&cursor=\(cursor)") == [1])
        }
    }

    @Test("one with its steps and the decision that it follows")
    func one() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            try await desk.send(.post, "/v1/containers/shop/relocate?wait=60", "{}")
            let shown = try await desk.send(.get, "/v1/relocations/1")
            #expect(shown["state"]?.text == "completed" && shown["source"]?.text == "host1")
            #expect(shown["steps", "0", "kind"]?.text == "prepare" && shown["bytes"]?.number == 4096)
            #expect(shown["decision", "chosen"] == shown["destination"])
            #expect(shown["decision", "candidateCount"]?.number == 2)
            for id in ["9", "0", "-1", "first"] {
                let missing = try await desk.send(.get, "/v1/relocations/\(id)")
                #expect(missing.status == 404 && missing.detail == "there is no relocation '\(id)'")
                #expect(try await desk.send(.post, "/v1/relocations/\(id)/cancel").status == 404)
            }
        }
    }

    @Test(
        "what is asked for in a wrong way is said",
        arguments: [
            ("state=moving", "state must be one of queued, running"),
            ("trigger=me", "trigger must be one of operator, alert"),
            ("since=yesterday", "since must be an RFC 3339 time"),
            ("container=A_B", "container must be a container's name"),
            ("to=host1", "there is no query parameter 'to'"), ("cursor=X", "is not a cursor"),
        ])
    func refused(query: String, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            let answer = try await desk.send(.get, "/v1/relocations?\(query)")
            #expect(answer.status == 400 && answer.detail.contains(words), "\(answer)")
        }
    }

    @Test("one that waits is cancelled and leaves no trace at its container; one that has ended is not")
    func cancel() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            for host in ["host2", "host3"] { desk.script.disconnect(try HostName(host)) }
            let asked = try await desk.send(.post, "/v1/containers/shop/relocate", "{}")
            #expect(asked["state"]?.text == "queued")
            let cancelled = try await desk.send(
                .post, "/v1/relocations/1/cancel", "", [try #require(HTTPField.Name("Relocate-Actor")): "bob"])
            #expect(cancelled.status == 202 && cancelled["state"]?.text == "cancelled")
            #expect(cancelled["cancelledBy"]?.text == "bob")
            #expect(desk.state.containers[name]?.state == .running && desk.state.relocations.isEmpty)
            let again = try await desk.send(.post, "/v1/relocations/1/cancel")
            #expect(again.status == 409 && again.detail == "relocation 1 has ended already")
            #expect(desk.script.kinds.isEmpty)
        }
    }

    @Test("one that prepares is cancelled and undone; one that has come to the freeze ends by itself")
    func cancelLate() async throws {
        for isFrozen in [false, true] {
            try await Desk.with { desk in
                let name = try await desk.add("shop")
                desk.script.reply(to: isFrozen ? "checkpoint" : "settle", .silence)
                try await desk.send(.post, "/v1/containers/shop/relocate", #"{"to":"host2"}"#)
                try await desk.script.heard(isFrozen ? "checkpoint" : "settle")
                let answer = try await desk.send(.post, "/v1/relocations/1/cancel")
                #expect(answer.status == (isFrozen ? 409 : 202), "\(answer)")
                if isFrozen { #expect(answer.detail == "relocation 1 has come to the freeze and will end by itself") }
                // The agent is asked again when its stream is opened anew, under the same id, and answers now.
                desk.script.connect(try HostName("host1"))
                try await desk.until("it has ended") { $0.relocations.isEmpty }
                let ended = try await desk.send(.get, "/v1/relocations/1")
                #expect(ended["state"]?.text == (isFrozen ? "completed" : "cancelled"), "\(ended)")
                #expect(desk.state.containers[name]?.state == .running)
            }
        }
    }

    @Test("more urgent wishes take the place of what waits, and the others are told that it is being moved")
    func urgency() async throws {
        try await Desk.with { desk in
            let name = try await desk.add("shop")
            for host in ["host2", "host3"] { desk.script.disconnect(try HostName(host)) }
            let clock = RelocationRequest(container: name, trigger: .clock, actor: "clock")
            _ = try await desk.relocator.request(clock)
            let answer = try await desk.send(.post, "/v1/containers/shop/relocate", "{}")
            #expect(answer.status == 202 && answer["id"]?.number == 2)
            #expect(try await desk.send(.get, "/v1/relocations/1")["state"]?.text == "cancelled")
            await #expect(throws: FleetError.conflict("container 'shop' is being moved already, by relocation 2")) {
                try await desk.relocator.request(clock)
            }
        }
    }
}

@Suite("One move, step by step")
struct RelocationRunTests {
    /// Moves a container from host1 to host2 while the agents answer as they were told.
    private func move(_ body: (Desk) throws -> Void) async throws -> (Answer, Set<String>, [String]) {
        var result: (Answer, Set<String>, [String])?
        try await Desk.with { desk in
            try await desk.add("shop")
            try body(desk)
            let answer = try await desk.send(
                .post, "/v1/containers/shop/relocate?wait=60", #"{"to":"host2","reason":"test"}"#)
            result = (answer, desk.standing, desk.script.kinds)
            try await desk.until("it is where it belongs") { state in
                let container = try state.container(ContainerName("shop"))
                return container.state == .running || container.state.word == .stranded
            }
            #expect(desk.state.index == FleetIndex(of: desk.state))
        }
        return try #require(result)
    }

    @Test(
        "a step that fails ends the move as the table says",
        arguments: [
            ("prepare", FailureCode.imageMissing, "failed"), ("hush", .networkFailed, "failed"),
            ("settle", .clientsWaiting, "failed"), ("checkpoint", .dumpRefused, "failed"),
            ("checkpoint", .tookTooLong, "failed"),
            ("restore", .restoreFailed, "rolledBack"), ("release", .leaseExpired, "rolledBack"),
            // What may have come after the container began to run is repeated.
            ("release", .networkFailed, "completed"), ("announce", .networkFailed, "completed"),
            ("seal", .networkFailed, "completed"), ("arm", .runtimeFailed, "completed"),
            ("arm", .dumpRefused, "failed"),
            // What cannot be removed does not hold the end up.
            ("retire", .runtimeFailed, "completed"),
        ])
    func failures(step: String, code: FailureCode, end: String) async throws {
        let (answer, alarms, kinds) = try await move { $0.script.fail(step, code) }
        #expect(answer["state"]?.text == end, "\(answer)")
        #expect((answer["failure", "code"]?.text ?? code.rawValue) == code.rawValue)
        #expect(alarms == (step == "retire" ? ["leftover relocation-1"] : []))
        if end == "rolledBack" { #expect(kinds.contains("revive")) }
        if end == "failed" { #expect(!kinds.contains("restore") && !kinds.contains("revive")) }
    }

    @Test("what neither host can bring back is stranded, with an alarm; started anew it is cleared on both first")
    func stranded() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            desk.script.fail("restore", .restoreFailed)
            desk.script.fail("revive", .restoreFailed, "the dump is damaged")
            let moved = try await desk.send(.post, "/v1/containers/shop/relocate?wait=60", #"{"to":"host2"}"#)
            #expect(moved["state"]?.text == "stranded" && moved["failure", "message"]?.text == "the dump is damaged")
            #expect(desk.standing == ["stranded shop"])
            #expect(
                try await desk.send(.get, "/v1/containers/shop")["stateDetail"]?.text
                    == "relocation 1 failed on both hosts")
            desk.script.forget()
            try await desk.send(.post, "/v1/containers/shop/start?wait=60")
            #expect(
                Array(desk.script.kinds.prefix(6))
                    == ["withdraw", "retire", "abandon", "stop", "route", "start"])
            #expect(try desk.standing == [] && desk.container("shop").state == .running)
        }
    }

    @Test("a source whose agent is gone before the freeze ends the move without anybody's packets being led astray")
    func sourceGone() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            desk.script.reply(to: "settle", .silence)
            try await desk.send(.post, "/v1/containers/shop/relocate", #"{"to":"host2"}"#)
            try await desk.script.heard("settle")
            desk.agents.dismiss(try HostName("host1"))
            try await desk.until("it has ended") { $0.relocations.isEmpty }
            #expect(desk.script.orders("checkpoint").isEmpty)
            let ended = try await desk.send(.get, "/v1/relocations/1")
            #expect(ended["state"]?.text == "failed" && ended["failure", "code"]?.text == "unreachable")
            #expect(desk.standing.contains("leftover relocation-1"))
        }
    }

    @Test(
        "a host that is lost in the middle of a move ends it as the table says, and its container is started anew if it says so"
    )
    func lostMeanwhile() async throws {
        // Whether the move notices before or after the gateway has cut the host off makes no difference to its container.
        let table = [("settle", "host1", ["lost", "failed"]), ("restore", "host2", ["rolledBack"])]
        for (silent, host, ends) in table {
            try await Desk.with { desk in
                let name = try await desk.add("shop") { $0.onHostLoss = .restart }
                desk.script.reply(to: silent, .silence)
                try await desk.send(.post, "/v1/containers/shop/relocate", #"{"to":"host2"}"#)
                try await desk.script.heard(silent)
                desk.script.disconnect(try HostName(host))
                try await desk.send(.post, "/v1/hosts/\(host)/lost", #"{"reason":"burnt","confirm":"\#(host)"}"#)
                try await desk.until("it has ended") { $0.relocations.isEmpty }
                let ended = try await desk.send(.get, "/v1/relocations/1")
                #expect(ends.contains(ended["state"]?.text ?? ""), "\(ended)")
                var withdrawn: Set<ContainerName> = []
                for _ in 0..<2 { await desk.losses.look(at: .now, since: .now, &withdrawn) }
                try await desk.until("it runs") { $0.containers[name]?.state == .running }
                #expect(try desk.container("shop").host?.text != host)
                #expect(desk.state.index == FleetIndex(of: desk.state))
            }
        }
    }
}
