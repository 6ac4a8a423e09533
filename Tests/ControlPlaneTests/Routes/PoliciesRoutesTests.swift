import FleetAPI
import FleetCore
import FleetModel
import HTTP
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/policies")
struct PoliciesRoutesTests {
    private static let any: HTTPFields = [.ifMatch: "*"]

    @Test("default comes first and says what follows from it; what it holds for is counted by its users")
    func list() async throws {
        try await Desk.with(hosts: 1) { desk in
            let added = try await desk.send(
                .post, "/v1/policies", #"{"name":"quick","clock":{"model":"periodic","seconds":60}}"#)
            #expect(added.status == 201 && added.fields[.location] == "/v1/policies/quick")
            #expect(added.fields[.eTag] == "\"1\"" && added["version"]?.number == 1)
            try await desk.send(.patch, "/v1/tenants/acme", #"{"policy":"quick"}"#)
            let list = try await desk.send(.get, "/v1/policies")
            #expect(list.names == ["default", "quick"])
            #expect(list["items", "1", "derived", "usedBy", "0"]?.text == "tenant 'acme'")
            #expect(list["items", "1", "derived", "meanStaySeconds"]?.number == 60)
            #expect(list["items", "0", "version"]?.number == 0)
            let one = try await desk.send(.get, "/v1/policies/quick")
            #expect(one.json == list["items", "1"])
            #expect(try await desk.send(.get, "/v1/policies/quick", "", [.ifNoneMatch: "\"1\""]).status == 304)
            #expect(try await desk.send(.get, "/v1/policies/quick", "", [.ifNoneMatch: "\"2\""]).status == 200)
        }
    }

    @Test("what a new policy leaves out is as in default when it is made, and stays so when default changes")
    func inherits() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.send(.put, "/v1/policies/default", #"{"limits":{"concurrentPerTenant":7}}"#, Self.any)
            try await desk.send(.post, "/v1/policies", #"{"name":"own"}"#)
            try await desk.send(.put, "/v1/policies/default", #"{"limits":{"concurrentPerTenant":9}}"#, Self.any)
            #expect(
                try await desk.send(.get, "/v1/policies/own")["limits", "concurrentPerTenant"]?.number == 7)
        }
    }

    @Test("a change needs the version that was read, and the answer to an old one names the present one")
    func versions() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.send(.post, "/v1/policies", #"{"name":"own"}"#)
            let body = #"{"clock":{"model":"periodic","seconds":60}}"#
            for method in [HTTPRequest.Method.put, .delete] {
                let missing = try await desk.send(method, "/v1/policies/own", method == .put ? body : "")
                #expect(missing.status == 428 && missing.code == "preconditionRequired")
            }
            let changed = try await desk.send(.put, "/v1/policies/own", body, [.ifMatch: "\"1\""])
            #expect(changed.status == 200 && changed.fields[.eTag] == "\"2\"")
            let stale = try await desk.send(.put, "/v1/policies/own", body, [.ifMatch: "\"1\""])
            #expect(stale.status == 412 && stale.code == "stale" && stale.detail.hasSuffix("present version is \"2\""))
            #expect(try await desk.send(.delete, "/v1/policies/own", "", [.ifMatch: "\"1\""]).status == 412)
            let versions = try await desk.send(.get, "/v1/policies/own/versions")
            #expect(versions.items.compactMap { $0["version"]?.number } == [2, 1])
            #expect(try await desk.send(.get, "/v1/policies/own/versions/1")["version"]?.number == 1)
            for version in ["3", "0", "first"] {
                let answer = try await desk.send(.get, "/v1/policies/own/versions/\(version)")
                #expect(answer.detail == "there is no version of policy 'own' '\(version)'", "\(answer)")
            }
            let restored = try await desk.send(
                .post, "/v1/policies/own/restore", #"{"version":1}"#, [.ifMatch: "\"2\""])
            #expect(restored.status == 200 && restored.fields[.eTag] == "\"3\"")
            let first = try await desk.send(.get, "/v1/policies/own/versions/1")
            #expect(restored["clock"] == first["clock"] && restored["clock"] != changed["clock"])
        }
    }

    @Test("one that is used, or is default, is not removed; one that is not there is not found")
    func remove() async throws {
        try await Desk.with(hosts: 1) { desk in
            try await desk.send(.post, "/v1/policies", #"{"name":"own"}"#)
            try await desk.add("shop") { $0.policy = try? PolicyName("own") }
            let used = try await desk.send(.delete, "/v1/policies/own", "", Self.any)
            #expect(used.status == 409)
            #expect(used.detail == "policy 'own' still holds for container 'shop'; give them another one first")
            try await desk.send(.patch, "/v1/containers/shop", #"{"policy":null}"#)
            #expect(try await desk.send(.delete, "/v1/policies/own", "", Self.any).status == 204)
            let kept = try await desk.send(.delete, "/v1/policies/default", "", Self.any)
            #expect(kept.status == 409 && kept.detail == "policy 'default' always exists")
            for (method, path) in [
                (HTTPRequest.Method.get, ""), (.put, ""), (.delete, ""), (.post, "/restore"), (.get, "/versions/1"),
            ] {
                let answer = try await desk.send(method, "/v1/policies/none\(path)", "", Self.any)
                #expect(answer.status == 404, "\(method) \(path): \(answer)")
            }
            // What a removed one was can still be read.
            #expect(try await desk.send(.get, "/v1/policies/own/versions").items.count == 1)
        }
    }

    @Test(
        "a new one needs a name that is free",
        arguments: [
            ("{}", 422, "name: the field is missing"),
            (#"{"name":"default"}"#, 409, "there is a policy 'default' already"),
            (#"{"name":"Own"}"#, 422, "Own"), (#"{"name":7}"#, 422, "name: "), ("[]", 400, "must be a JSON object"),
            (#"{"name":"own","clok":{}}"#, 422, "clok"),
        ])
    func refused(body: String, status: Int, words: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            let answer = try await desk.send(.post, "/v1/policies", body)
            #expect(answer.status == status && answer.detail.contains(words), "\(answer)")
            #expect(desk.state.policies.isEmpty)
        }
    }

    // MARK: Previews

    @Test(
        "a preview says what a policy would come to for a container like any other, host by host, and changes nothing")
    func preview() async throws {
        try await Desk.with { desk in
            try await desk.add("shop")
            let sequence = desk.state.sequence
            let view = try await desk.send(
                .post, "/v1/policies/preview", #"{"clock":{"model":"periodic","seconds":3600}}"#)
            #expect(view.status == 200 && view["refusal"] == nil)
            #expect(view["containers"]?.number == 1 && abs((view["fleetMovesPerHour"]?.number ?? 0) - 1) < 1e-9)
            guard case .array(let destinations)? = view["destinations"] else {
                Issue.record("\(view)")
                return
            }
            #expect(destinations.compactMap { $0["from"]?.text } == ["host1", "host2", "host3"])
            #expect(desk.state.sequence == sequence)
        }
    }

    @Test("for one container it looks from where that is; from a host that is named it looks from there")
    func previewOfOne() async throws {
        try await Desk.with { desk in
            try await desk.add("shop", on: "host2")
            let own = try await desk.send(.post, "/v1/policies/preview?container=shop", "{}")
            #expect(own["destinations", "0", "from"]?.text == "host2" && own["destinations", "1"] == nil)
            let named = try await desk.send(.post, "/v1/policies/preview?container=shop&from=host3", "{}")
            #expect(named["destinations", "0", "from"]?.text == "host3")
            for (query, words) in [
                ("container=none", "there is no container 'none'"), ("from=host9", "there is no host 'host9'"),
                ("base=none", "there is no policy 'none'"),
            ] {
                let answer = try await desk.send(.post, "/v1/policies/preview?\(query)", "{}")
                #expect(answer.status == 404 && answer.detail == words, "\(answer)")
            }
        }
    }

    @Test("one that would not be taken is said to be so, with the nearest that would")
    func previewRefused() async throws {
        try await Desk.with(hosts: 1) { desk in
            let body = #"{"clock":{"model":"static"},"dwell":{"maxSeconds":100}}"#
            let view = try await desk.send(.post, "/v1/policies/preview", body)
            #expect(view.status == 200 && view["refusal", "field"]?.text == "dwell.maxSeconds", "\(view)")
            #expect(view["refusal", "nearest"]?.text?.isEmpty == false)
            #expect(view["fleetMovesPerHour"]?.number == 0)
            let wrong = try await desk.send(.post, "/v1/policies/preview", #"{"clock":{"model":"weekly"}}"#)
            #expect(wrong.status == 422 && wrong.pointer == "/clock/model")
        }
    }
}

@Suite("A policy as somebody sends it")
struct PolicyDocumentTests {
    private func apply(_ body: String, to base: Policy = Policy()) throws -> Policy {
        try PolicyDocument(try FleetJSON.decode(JSONValue.self, from: body.utf8)).applied(to: base)
    }

    private func problem(_ body: String) throws -> Problem { try #require(throws: Problem.self) { try apply(body) } }

    @Test("nothing said changes nothing, whatever the policy was")
    func nothing() throws {
        let policies: [Policy] = [
            Policy(), .deadline(seconds: 60, threshold: 0.5), .deadline(seconds: 60, threshold: 0.5, isJittered: true),
        ]
        for policy in policies { #expect(try apply("{}", to: policy) == policy) }
    }

    @Test("what was read can be sent back: the fields that only the server sets are passed over")
    func roundTrip() throws {
        let record = PolicyRecord(
            name: .default, version: 4, changedAt: Timestamp(milliseconds: 0), changedBy: "ann", policy: Policy())
        let text = String(decoding: try FleetJSON.encode(PolicyView(record, in: FleetState())), as: UTF8.self)
        #expect(try text.contains("derived") && apply(text) == Policy())
    }

    @Test("objects are merged, and another model of the clock replaces all of the clock")
    func merges() throws {
        let base = Policy.deadline(seconds: 60, threshold: 0.5)
        let same = try apply(#"{"clock":{"threshold":0.25}}"#, to: base)
        #expect(same.clock == .deadline(threshold: 0.25))
        let other = try apply(#"{"clock":{"model":"periodic","seconds":10}}"#, to: base)
        #expect(other.clock == .periodic(seconds: 10, jitter: 0))
        #expect(throws: Problem.self) { try apply(#"{"clock":{"model":"periodic"}}"#, to: base) }
        let deeper = try apply(#"{"placement":{"terms":{"load":0.9}}}"#, to: base)
        #expect(deeper.placement.terms.load == 0.9)
        #expect(deeper.placement.terms.knowledge == base.placement.terms.knowledge)
    }

    @Test("an attack rate is its time the other way round, at the top or in the clock, and not both")
    func rate() throws {
        #expect(try apply(#"{"attacksPerSecond":0.01}"#).assumedAttackSeconds == 100)
        #expect(try apply(#"{"clock":{"attacksPerSecond":0.05}}"#).assumedAttackSeconds == 20)
        #expect(try apply(#"{"attacksPerSecond":0.1}"#).assumedAttackSeconds == 10)
        #expect(
            try problem(#"{"attacksPerSecond":1,"assumedAttackSeconds":1}"#).detail?.contains("give either") == true)
        #expect(try problem(#"{"attacksPerSecond":"fast"}"#).detail == "attacksPerSecond: must be a number")
        for rate in ["0", "0.0", "-1", "-0.0"] {
            let problem = try problem(#"{"attacksPerSecond":\#(rate)}"#)
            #expect(problem.status == 422, "\(rate)")
        }
    }

    @Test("a field is taken out once, null counts as none, and a wrong one is named")
    func take() throws {
        var document = try PolicyDocument(["name": "own", "version": .null, "other": "x"])
        #expect(try document.take("name", as: PolicyName.self)?.text == "own")
        #expect(try document.take("name", as: PolicyName.self) == nil)
        #expect(try document.take("version", as: Int.self) == nil)
        let problem = try #require(throws: Problem.self) { try document.take("other", as: Int.self) }
        #expect(problem.errors?.first?.pointer == "/other" && problem.detail == "other: must be a whole number")
    }
}
