import FleetCore
import FleetModel
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("/v1/experiments and /v1/simulations")
struct SimulationsRoutesTests {
    @Test("what the program brings along is listed and shown whole; what it does not is not found")
    func experiments() async throws {
        try await Desk.with(hosts: 1) { desk in
            let list = try await desk.send(.get, "/v1/experiments")
            #expect(list.names.contains("time-migration") && list.items.allSatisfy { $0["question"]?.text != nil })
            let name = try #require(list.names.first)
            let one = try await desk.send(.get, "/v1/experiments/\(name)")
            #expect(one.status == 200 && one["name"]?.text == name)
            let missing = try await desk.send(.get, "/v1/experiments/nothing")
            #expect(missing.status == 404 && missing.detail == "there is no experiment 'nothing'")
        }
    }

    @Test("one runs to its end, and has a report, points and figures then; it is forgotten when it is removed")
    func result() async throws {
        try await Desk.with(hosts: 1) { desk in
            let begun = try await desk.send(
                .post, "/v1/simulations?wait=600", #"{"experiment":"time-migration","runs":10,"seed":7}"#)
            let path = try #require(begun.fields[.location])
            #expect(begun.status == 202 && begun["state"]?.text == "completed", "\(begun["state"] ?? .null)")
            #expect(begun["seed"]?.number == 7 && begun["runs"]?.number == 10 && begun["kind"]?.text == "experiment")
            #expect(begun["finishedRuns"] == begun["allRuns"] && begun["report"]?.text?.contains("--seed 7") == true)
            let points = try await desk.send(.get, path + "/points.csv")
            #expect(points.status == 200 && points.fields[.contentType] == "text/csv; charset=utf-8")
            let href = try #require(begun["figures", "0", "href"]?.text)
            let figure = try await desk.send(.get, href)
            #expect(figure.fields[.contentType] == "image/svg+xml" && figure.text.contains("<svg"))
            let missing = try await desk.send(.get, path + "/figures/nothing.svg")
            #expect(missing.status == 404 && missing.detail == "there is no figure 'nothing.svg'")
            let listed = try await desk.send(.get, "/v1/simulations")
            #expect(listed.items.count == 1 && listed["items", "0", "report"] == nil, "the list is short")
            #expect(try await desk.send(.delete, path).status == 204)
            #expect(try await desk.send(.get, path).status == 404)
        }
    }

    @Test("at most five wait; a long one is cancelled, and has no result")
    func waiting() async throws {
        try await Desk.with(hosts: 1) { desk in
            let body = #"{"experiment":"ablation","runs":1000000}"#
            var paths: [String] = []
            // One may have begun to run already, and then six are taken.
            var answer = try await desk.send(.post, "/v1/simulations", body)
            while answer.status == 202, paths.count < 10 {
                paths.append(try #require(answer.fields[.location]))
                answer = try await desk.send(.post, "/v1/simulations", body)
            }
            #expect((5...6).contains(paths.count))
            #expect(answer.status == 409 && answer.detail.hasPrefix("5 simulations wait already; cancel one of them"))
            let last = try #require(paths.last)
            let cancelled = try await desk.send(.post, last + "/cancel")
            #expect(cancelled.status == 200 && cancelled["state"]?.text == "cancelled")
            #expect(try await desk.send(.post, last + "/cancel")["state"]?.text == "cancelled", "that is no error")
            for file in ["/points.csv", "/figures/x.svg"] {
                let none = try await desk.send(.get, last + file)
                #expect(none.status == 409 && none.detail.hasSuffix("has no result: see its state"), "\(none)")
            }
            for path in paths { #expect(try await desk.send(.delete, path).status == 204) }
        }
    }

    @Test("one that is not there is not found by any verb", arguments: ["7", "x", "-1"])
    func missing(id: String) async throws {
        try await Desk.with(hosts: 1) { desk in
            for (method, path) in [
                (HTTPRequest.Method.get, ""), (.delete, ""), (.post, "/cancel"), (.get, "/points.csv"),
            ] {
                let answer = try await desk.send(method, "/v1/simulations/\(id)\(path)")
                #expect(answer.status == 404 && answer.detail == "there is no simulation '\(id)'", "\(answer)")
            }
        }
    }

    @Test("an order says one thing, and what it names must be there")
    func orders() async throws {
        try await Desk.with(hosts: 2) { desk in
            let table = [
                ("{}", "/experiment", "exactly one of 'experiment', 'document' and 'whatIf'"),
                (#"{"experiment":"x","document":{}}"#, "/experiment", "exactly one"),
                (
                    #"{"whatIf":{"colour":1}}"#, "/whatIf/colour",
                    "there is no field 'colour'; the fields are attackSeconds"
                ),
                (#"{"whatIf":{"policy":"none"}}"#, "/whatIf/policy", "there is no policy 'none'"),
                (#"{"whatIf":{"tenant":"none"}}"#, "/whatIf/tenant", "there is no tenant 'none'"),
                (#"{"whatIf":{"policy":"default","tenant":"acme"}}"#, "/whatIf/tenant", "a policy is named already"),
                (#"{"experiment":"ablation","seed":9007199254740992}"#, "/seed", "must be 0 to 9007199254740991"),
                (#"{"experiment":"ablation","runs":0}"#, "/runs", "runs"),
            ]
            for (body, pointer, words) in table {
                let answer = try await desk.send(.post, "/v1/simulations", body)
                #expect(answer.status == 422 && answer.pointer == pointer, "\(answer)")
                #expect(answer.detail.contains(words), "\(answer)")
            }
            #expect(try await desk.send(.get, "/v1/simulations").items.isEmpty)
        }
    }

    @Test("a fleet that is asked what if is asked as it is: its hosts without the gateway, and the tenants on each")
    func hosts() async throws {
        try await Desk.with(hosts: 2) { desk in
            try await desk.add("shop", on: "host2")
            try await desk.add("blog", on: "host2")
            try await desk.add("rival", of: "bravo", on: "host2")
            let hosts = desk.state.simulatedHosts
            #expect(hosts.map(\.name.text) == ["host1", "host2"])
            #expect(hosts.map { $0.tenants.map(\.text) } == [[], ["acme", "bravo"]])
        }
    }
}
