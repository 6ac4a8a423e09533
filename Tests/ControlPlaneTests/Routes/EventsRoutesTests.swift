import FleetCore
import FleetModel
import HTTP
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/events, /v1/actions and /v1/alarms")
struct EventsRoutesTests {
    /// The first events of a stream, as kind and number.
    private func events(_ desk: Desk, _ target: String, _ fields: HTTPFields = [:], count: Int) async throws -> [String]
    {
        let response = try await desk.respond(.get, target, fields)
        #expect(response.headerFields[.contentType] == "text/event-stream")
        guard case .stream(_, let write) = response.body else { return [] }
        let collector = BodyCollector(atMost: count)
        await #expect(throws: BodyCollector.Enough.self) { try await write(collector) }
        return Self.parse(collector.bytes)
    }

    private static func parse(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").map { event in
            var fields: [Substring: Substring] = [:]
            for line in event.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { fields[parts[0]] = parts[1].drop { $0 == " " } }
            }
            return "\(fields["event"] ?? "") \(fields["id"] ?? "")"
        }
    }

    @Test("a reader that says what it has seen gets what came after, each event once and in order")
    func resume() async throws {
        try await Desk.with(hosts: 1) { desk in
            let start = desk.state.sequence
            for name in ["charlie", "delta"] { try await desk.send(.post, "/v1/tenants", #"{"name":"\#(name)"}"#) }
            try await desk.send(.put, "/v1/scheduler", #"{"paused":true}"#)
            let expected = ["tenant \(start + 1)", "tenant \(start + 2)", "scheduler \(start + 3)"]
            #expect(try await events(desk, "/v1/events?after=\(start)", count: 3) == expected)
            let name = try #require(HTTPField.Name("Last-Event-ID"))
            // What the browser says counts more than what its address said when the page was opened.
            let resumed = try await events(desk, "/v1/events?after=0", [name: "\(start + 1)"], count: 2)
            #expect(resumed == Array(expected.dropFirst()))
        }
    }

    @Test("what comes while a reader listens follows what the ledger had, without a gap")
    func live() async throws {
        try await Desk.with(hosts: 1) { desk in
            let start = desk.state.sequence
            async let found = events(desk, "/v1/events?after=\(start)", count: 40)
            for number in 0..<40 { try await desk.send(.post, "/v1/tenants", #"{"name":"t\#(number)"}"#) }
            #expect(try await found == (1...40).map { "tenant \(start + Int64($0))" })
        }
    }

    @Test("a reader that is ahead of the fleet, as after a restored backup, is told to list again")
    func ahead() async throws {
        try await Desk.with(hosts: 1) { desk in
            let sequence = desk.state.sequence
            let found = try await events(desk, "/v1/events?after=\(sequence + 1000)", count: 1)
            #expect(found == ["reset \(sequence)"])
        }
    }

    @Test("what is no number of an event is refused", arguments: ["-1", "last", "1.5"])
    func position(text: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            let answer = try await desk.send(.get, "/v1/events?after=\(text)")
            #expect(answer.status == 400)
            #expect(answer.detail == "after must be the number of an event, is '\(text)'")
        }
    }

    @Test("the record of actions by who, what, which kind and when, newest first")
    func actions() async throws {
        try await Desk.with(hosts: 1) { desk in
            let actor = try #require(HTTPField.Name("Relocate-Actor"))
            try await desk.send(.post, "/v1/tenants", #"{"name":"charlie"}"#, [actor: "ann"])
            try await desk.send(.put, "/v1/scheduler", #"{"paused":true}"#, [actor: "bob"])
            try await desk.send(.patch, "/v1/tenants/charlie", #"{"isPaused":true}"#, [actor: "bob"])
            func kinds(_ query: String) async throws -> [String] {
                try await desk.send(.get, "/v1/actions?\(query)").items.compactMap { $0["kind"]?.text }
            }
            #expect(try await kinds("actor=ann") == ["tenant"])
            #expect(try await kinds("actor=bob") == ["tenant", "scheduler"])
            #expect(try await kinds("subject=charlie") == ["tenant", "tenant"])
            #expect(try await kinds("kind=scheduler") == ["scheduler"])
            #expect(try await kinds("kind=scheduler&kind=tenant&actor=bob") == ["tenant", "scheduler"])
            #expect(try await kinds("actor=bob&limit=1") == ["tenant"])
            #expect(try await kinds("until=2001-01-01T00:00:00Z") == [])
            let item = try await desk.send(.get, "/v1/actions?actor=ann").items.first
            #expect(item?["tenant"]?["name"]?.text == "charlie" && item?["actor"]?.text == "ann")
            let wrong = try await desk.send(.get, "/v1/actions?since=now")
            #expect(wrong.status == 400 && wrong.detail == "since must be an RFC 3339 time, is 'now'")
            let unknown = try await desk.send(.get, "/v1/actions?kind=host&kind=hosts")
            #expect(unknown.status == 400 && unknown.detail.hasPrefix("kind must be one of host, hostForgotten, "))
            #expect(unknown.detail.hasSuffix(", is 'hosts'"))
        }
    }

    @Test("alarms stand oldest first, until they are cleared")
    func alarms() async throws {
        try await Desk.with(hosts: 1) { desk in
            // Those of the same millisecond are in the order of their names.
            try await desk.change { $0.raise(.exited, about: "a-shop", "it fell") }
            try await desk.change { $0.raise(.lost, about: "blog", "it is lost") }
            let list = try await desk.send(.get, "/v1/alarms")
            #expect(list.items.compactMap { $0["subject"]?.text } == ["a-shop", "blog"] && list["total"]?.number == 2)
            let first = try await desk.send(.get, "/v1/alarms?limit=1")
            let cursor = try #require(first["next"]?.text)
            try await desk.change { $0.clear(.exited, about: "a-shop") }
            let second = try await desk.send(.get, "/v1/alarms?cursor=\(cursor)")
            #expect(second.items.compactMap { $0["kind"]?.text } == ["lost"] && second["next"] == .null)
        }
    }
}

@Suite("/v1/images")
struct ImagesRoutesTests {
    @Test("an image is imported, named, listed, shown by name and digest, and removed; each makes an event")
    func life() async throws {
        try await Desk.with(hosts: 1) { desk in
            let imported = try await desk.importImage("shop/web:3")
            let digest = try #require(imported["digest"]?.text)
            #expect(imported.status == 201 && imported.fields[.location] == "/v1/images/\(digest)", "\(imported)")
            #expect(imported["names", "0"]?.text == "shop/web:3")
            #expect(try await desk.send(.get, "/v1/images/\(digest)").json == imported.json)
            let list = try await desk.send(.get, "/v1/images")
            #expect(list.items == [imported.json] && list["total"]?.number == 1)
            let kinds = try await desk.send(.get, "/v1/actions?kind=image").items.count
            #expect(kinds == 1)
            #expect(try await desk.send(.delete, "/v1/images/\(digest)").status == 204)
            let gone = try await desk.send(.get, "/v1/images/\(digest)")
            #expect(gone.status == 404 && gone.detail == "there is no image '\(digest)'")
        }
    }

    @Test("what is no archive, and what is no name, is refused and leaves nothing behind")
    func refused() async throws {
        try await Desk.with(hosts: 1) { desk in
            let tar: HTTPFields = [.contentType: "application/x-tar"]
            let nonsense = try await desk.send(.post, "/v1/images?name=test", Array("nonsense".utf8), tar)
            #expect(nonsense.status == 422 && nonsense.code == "invalidImage", "\(nonsense)")
            let name = try await desk.importImage("Shop")
            #expect(name.status == 422 && name.detail.contains("is not the name of an image"), "\(name)")
            #expect(try await desk.send(.get, "/v1/images").items.isEmpty)
            #expect(try await desk.send(.post, "/v1/images?tag=3", "", tar).code == "unknownParameter")
        }
    }

    @Test("one that containers need is not removed, whatever name is used")
    func used() async throws {
        try await Desk.with(hosts: 1) { desk in
            let imported = try await desk.importImage()
            let digest = try ImageDigest(try #require(imported["digest"]?.text))
            try await desk.add("shop") { $0.spec.digest = digest }
            for name in [digest.description, "test"] {
                let answer = try await desk.send(.delete, "/v1/images/\(name)")
                #expect(answer.status == 409 && answer.detail == "image \(digest) is used by shop", "\(answer)")
            }
            #expect(try await desk.send(.get, "/v1/images").items.count == 1)
        }
    }
}

@Suite("/v1/exposure")
struct ExposureRoutesTests {
    @Test("who is beside whom, against what an attack is assumed to take, the worst first")
    func list() async throws {
        try await Desk.with { desk in
            try await desk.send(
                .put, "/v1/policies/default", #"{"assumedAttackSeconds":1000,"clock":{"model":"static"}}"#,
                [.ifMatch: "*"])
            let long = Timestamp.now.advanced(bySeconds: -100)
            try await desk.add("shop") { $0.arrivedAt = long }
            try await desk.add("rival", of: "bravo") { $0.arrivedAt = long }
            try await desk.add("alone", on: "host2")
            let all = try await desk.send(.get, "/v1/exposure")
            #expect(all.status == 200 && all["containerCount"]?.number == 3 && all["pairCount"]?.number == 2)
            #expect(all["containers", "2", "container"]?.text == "alone", "nobody is beside it")
            let share = try #require(all["containers", "0", "longestShare"]?.number)
            #expect(share >= 0.1 && all["containers", "0", "current", "0", "host"]?.text == "host1")
            let one = try await desk.send(.get, "/v1/exposure?container=shop")
            #expect(one["containerCount"]?.number == 1 && one["pairs"] == .array([]))
            let tenant = try await desk.send(.get, "/v1/exposure?tenant=bravo")
            #expect(tenant["containers", "0", "container"]?.text == "rival" && tenant["pairCount"]?.number == 1)
            let none = try await desk.send(.get, "/v1/exposure?tenant=bravo&container=shop")
            #expect(none["containerCount"]?.number == 0)
            let limited = try await desk.send(.get, "/v1/exposure?limit=1")
            #expect(limited["containers", "1"] == nil && limited["containerCount"]?.number == 3)
            for (query, words) in [
                ("tenant=none", "there is no tenant 'none'"), ("container=none", "there is no container 'none'"),
            ] { #expect(try await desk.send(.get, "/v1/exposure?\(query)").detail == words) }
        }
    }

    @Test(
        "an alarm stands while a stay lasts longer than an attack is assumed to take, and says since when and beside whom"
    )
    func watch() async throws {
        try await Desk.with(hosts: 2) { desk in
            try await desk.send(
                .put, "/v1/policies/default", #"{"assumedAttackSeconds":60,"clock":{"model":"static"}}"#,
                [.ifMatch: "*"])
            let now = Timestamp.now
            let since = now.advanced(bySeconds: -100)
            try await desk.add("shop") { $0.arrivedAt = since }
            let watch = ExposureWatch(fleet: desk.fleet, logger: desk.logger)
            try await watch.look(at: now)
            #expect(desk.standing == [], "it is alone")
            try await desk.add("rival", of: "bravo") { $0.arrivedAt = since }
            try await watch.look(at: now.advanced(bySeconds: -50))
            #expect(desk.standing == [], "it is early yet")
            try await watch.look(at: now)
            #expect(desk.standing == ["exposure shop", "exposure rival"])
            let shop = try #require(desk.state.alarms(of: .exposure).first { $0.subject == "shop" })
            #expect(
                shop.message
                    == "container 'shop' has been beside tenant 'bravo' on host1 since \(since), longer than the 60 s that policy "
                    + "'default' assumes an attack to take")
            let sequence = desk.state.sequence
            try await watch.look(at: now)
            #expect(desk.state.sequence == sequence, "nothing is said twice")
            try await desk.send(.post, "/v1/containers/rival/relocate?wait=60", "{}")
            try await watch.look(at: now.advanced(bySeconds: 1))
            #expect(desk.standing == [])
        }
    }
}

@Suite("/v1/heterogeneity")
struct HeterogeneityRoutesTests {
    @Test("how different the hosts are, all at once or from one of them")
    func views() async throws {
        try await Desk.with(hosts: 3) { desk in
            try await desk.set("host2") { $0.facts.profile.configuration = ["os.kernel": .text("6.1.0")] }
            let all = try await desk.send(.get, "/v1/heterogeneity")
            #expect(all.status == 200 && all["summary", "hosts"]?.number == 3)
            #expect(all["hosts", "0"]?.text == "host1" && all["hosts", "3"] == nil, "the gateway carries nothing")
            guard case .array(let rows)? = all["differences"] else {
                Issue.record("\(all)")
                return
            }
            #expect(rows.count == 3)
            let from = try await desk.send(.get, "/v1/heterogeneity?from=host1")
            #expect(from["from"]?.text == "host1")
            #expect(from["distances", "0", "host"]?.text == "host2" && from["distances", "1", "host"]?.text == "host3")
            let gateway = try await desk.send(.get, "/v1/heterogeneity?from=gateway")
            #expect(gateway.status == 409)
            #expect(gateway.detail == "host 'gateway' is the gateway: no container goes there or leaves it")
            #expect(try await desk.send(.get, "/v1/heterogeneity?from=host9").status == 404)
            #expect(try await desk.send(.get, "/v1/heterogeneity?of=host1").code == "unknownParameter")
        }
    }
}
