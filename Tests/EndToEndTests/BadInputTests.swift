import FleetModel
import Foundation
import HTTP
import HTTPTypes
import Testing

/// A request that must be refused.
struct BadRequest: Sendable, CustomTestStringConvertible {
    var what: String
    var method: HTTPRequest.Method = .post
    var path: String
    var type = "application/json"
    var body = ""
    /// What an agent proves with; `$CREDENTIAL` is host1's, `$TOKEN` the join token.
    var secret = "nonsense"
    var status: Int
    /// What the answer must name.
    var naming: String

    var testDescription: String { what }

    private static let good = #""name":"x","tenant":"acme","image":"echo","command":["/usr/bin/echo"]"#

    /// What operators get wrong.
    static let ofOperators = [
        BadRequest(what: "not JSON", path: "/v1/tenants", body: #"{"name":"#, status: 400, naming: "JSON"),
        BadRequest(what: "a list", path: "/v1/tenants", body: #"["acme"]"#, status: 400, naming: "object"),
        BadRequest(
            what: "a control character in a string", path: "/v1/tenants", body: "{\"name\":\"\u{0}\"}", status: 400,
            naming: "JSON"),
        BadRequest(
            what: "another media type", path: "/v1/tenants", type: "text/plain", body: #"{"name":"x"}"#, status: 415,
            naming: "application/json"),
        BadRequest(
            what: "an unknown field", path: "/v1/containers", body: "{\(good),\"colour\":\"red\"}", status: 422,
            naming: "colour"),
        BadRequest(
            what: "a number for a name", path: "/v1/tenants", body: #"{"name":7}"#, status: 422, naming: "name"),
        BadRequest(
            what: "a name that is a path", path: "/v1/tenants", body: #"{"name":"../../etc"}"#, status: 422,
            naming: "../../etc"),
        BadRequest(what: "a missing name", path: "/v1/tenants", status: 422, naming: "name"),
        BadRequest(
            what: "a name that is taken", path: "/v1/tenants", body: #"{"name":"acme"}"#, status: 409, naming: "acme"),
        BadRequest(
            what: "an unknown tenant", path: "/v1/containers",
            body: #"{"name":"x","tenant":"nobody","image":"echo","command":["/usr/bin/echo"]}"#, status: 422,
            naming: "nobody"),
        BadRequest(
            what: "an unknown image", path: "/v1/containers", body: #"{"name":"x","tenant":"acme","image":"none"}"#,
            status: 422, naming: "none"),
        BadRequest(
            what: "an unknown host", path: "/v1/containers", body: "{\(good),\"host\":\"host99\"}", status: 404,
            naming: "host99"),
        BadRequest(
            what: "a port that is none", path: "/v1/containers", body: "{\(good),\"ports\":[{\"port\":70000}]}",
            status: 422, naming: "port"),
        BadRequest(
            what: "a port of UDP", path: "/v1/containers", body: "{\(good),\"ports\":[{\"port\":\"53/udp\"}]}",
            status: 422, naming: "TCP only"),
        BadRequest(
            what: "another protocol", path: "/v1/containers",
            body: "{\(good),\"ports\":[{\"port\":53,\"protocol\":\"udp\"}]}", status: 422, naming: "TCP only"),
        BadRequest(
            what: "no memory", path: "/v1/containers", body: "{\(good),\"limits\":{\"memoryBytes\":-1}}", status: 422,
            naming: "memoryBytes"),
        BadRequest(
            what: "a move of what is not there", path: "/v1/containers/nothing/relocate", body: "{}", status: 404,
            naming: "nothing"),
        BadRequest(
            what: "waiting for ever", path: "/v1/containers?wait=1e9", body: "{\(good)}", status: 400, naming: "wait"),
        BadRequest(
            what: "an unknown parameter", method: .get, path: "/v1/containers?colour=red", status: 400, naming: "colour"
        ),
        BadRequest(
            what: "an unknown relocation", method: .get, path: "/v1/relocations/4711", status: 404, naming: "4711"),
        BadRequest(what: "an unknown path", method: .get, path: "/v1/nonsense", status: 404, naming: "nonsense"),
        BadRequest(
            what: "a method that is not there", method: .delete, path: "/v1/tenants", status: 405, naming: "POST"),
        BadRequest(
            what: "a policy without the version", method: .put, path: "/v1/policies/default",
            body: #"{"clock":{"threshold":0.5,"dwellSeconds":1}}"#, status: 428, naming: "If-Match"),
        BadRequest(
            what: "an image that is none", path: "/v1/images?name=noise", type: "application/x-tar",
            body: String(repeating: "noise", count: 1000), status: 422, naming: "tar"),
        BadRequest(
            what: "two megabytes of JSON", path: "/v1/tenants",
            body: #"{"name":"\#(String(repeating: "x", count: 2 << 20))"}"#, status: 413, naming: "1048576"),
    ]

    /// What agents, and those who pretend to be one, get wrong.
    static let ofAgents = [
        BadRequest(
            what: "a wrong token", path: "/agent/v1/enrol", body: enrolment("host9", "10.213.0.99"), status: 401,
            naming: "token"),
        BadRequest(
            what: "the place of a host that is there", path: "/agent/v1/enrol",
            body: enrolment("host1", "10.213.0.11"), secret: "$TOKEN", status: 401, naming: "host1"),
        BadRequest(
            what: "the address of another host", path: "/agent/v1/enrol", body: enrolment("host9", "10.213.0.11"),
            secret: "$TOKEN", status: 409, naming: "10.213.0.11"),
        BadRequest(
            what: "a second gateway", path: "/agent/v1/enrol",
            body: enrolment("host9", "10.213.0.99").replacing("worker", with: "gateway"), secret: "$TOKEN",
            status: 409, naming: "gateway"),
        BadRequest(
            what: "an address that is none", path: "/agent/v1/enrol", body: enrolment("host9", "10.213.0"),
            secret: "$TOKEN", status: 422, naming: "10.213.0"),
        BadRequest(
            what: "an empty enrolment", path: "/agent/v1/enrol", body: "{}", secret: "$TOKEN", status: 422,
            naming: "missing"),
        BadRequest(
            what: "an enrolment that is not JSON", path: "/agent/v1/enrol", body: "{", secret: "$TOKEN", status: 400,
            naming: "JSON"),
        BadRequest(
            what: "an outcome that is none", path: "/agent/v1/outcomes", body: #"{"id":7}"#, secret: "$CREDENTIAL",
            status: 422, naming: "id"),
        BadRequest(
            what: "a heartbeat without a credential", path: "/agent/v1/heartbeat", body: #"{"session":1}"#, status: 401,
            naming: "credential"),
    ]

    private static func enrolment(_ host: String, _ address: String) -> String {
        """
        {"host":"\(host)","role":"worker","address":"\(address)","capacity":{"containers":1,"memoryBytes":1},
         "facts":{"kernel":"6","distribution":"d","architecture":"a","cpuModel":"c","cpuCount":1,"memoryBytes":1,
         "cgroupVersion":2,"addresses":[],"runtimes":[],"problems":[],"agentVersion":"0"}}
        """
    }
}

extension EndToEnd {
    @Suite("Bad input")
    struct BadInput {
        private struct Body: Decodable {
            var type: String
            var title: String
            var status: Int
            var detail: String?
            var code: String
        }

        @Test("what operators get wrong is named, and nothing changes", arguments: BadRequest.ofOperators)
        func operators(_ bad: BadRequest) async throws {
            let lab = try TestLab.shared
            let before = try await lab.api.everything()
            let answer = try await lab.api.send(
                bad.method, bad.path, bad.body.isEmpty ? [:] : [.contentType: bad.type],
                bad.body.isEmpty ? .empty : .bytes(Array(bad.body.utf8)))
            try expect(answer.status, answer.headerFields[.contentType], answer.body, bad)
            #expect(try await lab.api.everything() == before)
        }

        @Test("what agents get wrong is named, and nothing changes", arguments: BadRequest.ofAgents)
        func agents(_ bad: BadRequest) async throws {
            let lab = try TestLab.shared
            let before = try await lab.api.everything()
            let (status, type, body) = try await lab.sendAsAgent(bad.path, bad.body, secret: bad.secret)
            try expect(status, type, body, bad)
            #expect(try await lab.api.everything() == before)
        }

        @Test("the outcome of an order that nobody gave changes nothing")
        func unknownOutcome() async throws {
            let lab = try TestLab.shared
            let before = try await lab.api.everything()
            let outcome = OrderOutcome(
                id: OrderID(operation: "relocation-4711", step: "release"), result: .succeeded(.done),
                durationMilliseconds: 1, timings: [:])
            let body = String(decoding: try FleetJSON.encode(outcome), as: UTF8.self)
            let answer = try await lab.sendAsAgent("/agent/v1/outcomes", body, secret: "$CREDENTIAL")
            #expect(answer.status == 204)
            #expect(try await lab.api.everything() == before)
        }

        private func expect(_ status: Int, _ type: String?, _ body: String, _ bad: BadRequest) throws {
            #expect(status == bad.status, "\(body)")
            #expect(type == "application/problem+json")
            let problem = try FleetJSON.decode(Body.self, from: Array(body.utf8))
            #expect(problem.status == bad.status)
            #expect(problem.detail?.contains(bad.naming) == true, "\(body)")
        }
    }
}

extension TestLab {
    /// Sends a request to the agents' listener, as something on a host would.
    fileprivate func sendAsAgent(
        _ path: String, _ body: String, secret: String
    ) async throws -> (status: Int, type: String?, body: String) {
        let secrets = [
            "$TOKEN": location.tokenFile, "$CREDENTIAL": location.state(of: "host1") + "/credential",
        ]
        let secret = try secrets[secret].map { try String(contentsOfFile: $0, encoding: .utf8) } ?? secret
        let answer = try await execute(
            on: "host1", "curl", "--silent", "--show-error", "--cacert", location.authorityFile, "--header",
            "Authorization: Bearer \(secret.filter { !$0.isWhitespace })", "--json", body, "--write-out",
            "\n%{content_type}\n%{http_code}", "https://\(plan.gatewayAddress):\(plan.agentPort)\(path)")
        let lines = answer.split(separator: "\n", omittingEmptySubsequences: false)
        let status = try #require(lines.last.flatMap { Int($0) })
        return (status, lines.dropLast().last.map(String.init), lines.dropLast(2).joined(separator: "\n"))
    }
}
