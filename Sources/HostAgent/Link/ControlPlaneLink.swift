import FleetModel
import HTTP
import HTTPTypes
import Logging

/// The agent's side of the link to the control plane (see `Enrolment` for the protocol).
struct ControlPlaneLink: Sendable {
    /// What the control plane answered.
    enum Refusal: Error, CustomStringConvertible {
        /// The token or credential is not accepted.
        case unauthorized(String)
        /// A newer session of the same host has enrolled.
        case superseded
        /// The host was declared off for good.
        case lost(String)
        /// Any other answer that is not a success.
        case status(Int, String)

        var description: String {
            switch self {
            case .unauthorized(let detail): "the control plane does not accept this agent: \(detail)"
            case .superseded: "another agent has enrolled under this host's name"
            case .lost(let detail): detail
            case .status(let status, let detail): "the control plane answered \(status): \(detail)"
            }
        }
    }

    private let client: HTTPClient

    /// One HTTP/2 connection carries everything: orders do not wait behind each other, nor behind a heartbeat.
    init(endpoint: Endpoint, tls: TLSClientConfiguration?) throws {
        var configuration = HTTPClient.Configuration()
        configuration.tls = tls
        configuration.version = .http2
        client = try HTTPClient(endpoint: endpoint, configuration: configuration)
    }

    /// Introduces the agent.
    func enrol(_ enrolment: Enrolment, secret: String) async throws -> Membership {
        let answer = try await post("/agent/v1/enrol", enrolment, secret: secret)
        return try FleetJSON.decode(Membership.self, from: answer)
    }

    /// The commands of a session, until the connection ends or is silent for too long.
    func commands(secret: String) async throws -> EventStream {
        try await client.events(
            "/agent/v1/commands", headerFields: authorization(secret), readTimeout: .seconds(10))
    }

    /// Reports how an order ended.
    func report(_ outcome: OrderOutcome, secret: String) async throws {
        _ = try await post("/agent/v1/outcomes", outcome, secret: secret)
    }

    /// Says that the agent lives.
    /// - Returns: `nil` from control planes of earlier versions.
    func beat(_ heartbeat: Heartbeat, secret: String) async throws -> HeartbeatAnswer? {
        let answer = try await post("/agent/v1/heartbeat", heartbeat, secret: secret)
        return answer.isEmpty ? nil : try FleetJSON.decode(HeartbeatAnswer.self, from: answer)
    }

    private func post(_ path: String, _ body: some Encodable, secret: String) async throws -> [UInt8] {
        var fields = authorization(secret)
        fields[.contentType] = "application/json"
        let response = try await client.send(
            .post, path, headerFields: fields, body: .bytes(FleetJSON.encode(body)), timeout: .seconds(5))
        let answer = try await response.collect(upTo: 1 << 20)
        guard response.status.kind == .successful else { throw Self.refusal(response.status.code, answer) }
        return answer
    }

    /// What an answer that is not a success means. Who answers in the control plane's place may not send its problems.
    private static func refusal(_ status: Int, _ answer: [UInt8]) -> Refusal {
        let problem = try? FleetJSON.decode(Problem.self, from: answer)
        let detail = problem?.detail ?? String(decoding: answer, as: UTF8.self)
        return switch (status, problem?.code) {
        case (_, Membership.lostCode): .lost(detail)
        case (_, Membership.supersededCode): .superseded
        case (401, _), (403, _): .unauthorized(detail)
        default: .status(status, detail)
        }
    }

    private func authorization(_ secret: String) -> HTTPFields {
        [.authorization: "Bearer \(secret)"]
    }
}
