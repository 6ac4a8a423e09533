import FleetModel
import Foundation
import HTTPTypes
import Testing

@testable import ControlPlane

@Suite("What is wrong with a body", .timeLimit(.minutes(2)))
struct RefusalTests {
    /// A wrong body, and what it is answered with.
    private struct Refusal: Decodable {
        var request: String
        var body: String
        var answer: JSONValue
    }

    @Test("each wrong body is answered with the field, what is wrong with it and what would be right")
    func refusals() async throws {
        let file = try #require(Bundle.module.url(forResource: "Refusals", withExtension: "json"))
        let refusals = try FleetJSON.decode([Refusal].self, from: [UInt8](Data(contentsOf: file)))
        #expect(refusals.count > 100)
        try await TestFleet.with(hosts: 3) { fleet in
            _ = try await fleet.createContainer("c", on: "host1")
            for refusal in refusals {
                let parts = refusal.request.split(separator: " ").map(String.init)
                let method = try #require(HTTPRequest.Method(parts[0]))
                let answer = try await fleet.send(method, parts[1], refusal.body, headerFields: [.ifMatch: "*"])
                #expect(try problem(answer.body) == refusal.answer, "\(refusal.request) \(refusal.body)")
            }
        }
    }

    /// The problem without the number of the request.
    private func problem(_ json: String) throws -> JSONValue {
        guard case .object(var fields) = try FleetJSON.decode(JSONValue.self, from: json.utf8) else { return .null }
        fields["instance"] = nil
        return .object(fields)
    }
}
