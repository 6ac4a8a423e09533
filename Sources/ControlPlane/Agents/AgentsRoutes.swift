import FleetModel
import HTTP
import HTTPTypes
import Logging

/// `/agent/v1`: the agents' side of the control plane (see `Enrolment` for the protocol). It has a listener of its own.
struct AgentsRoutes {
    let enrolments: Enrolments
    let agents: AgentRegistry
    let monitor: HostMonitor

    func add(to router: inout FleetRouter) {
        router.on(.post, "/agent/v1/enrol") { request in
            let secret = try bearer(request)
            try enrolments.check(secret)
            let enrolment = try await decode(Enrolment.self, from: request)
            return try .answer(.ok, try await enrolments.enrol(enrolment, secret: secret))
        }
        router.on(.get, "/agent/v1/commands", .atOnce) { request in
            let host = try enrolments.host(withCredential: bearer(request))
            return stream(to: host)
        }
        router.on(.post, "/agent/v1/outcomes") { request in
            let host = try enrolments.host(withCredential: bearer(request))
            agents.take(try await decode(OrderOutcome.self, from: request), from: host)
            return Response(status: .noContent)
        }
        router.on(.post, "/agent/v1/heartbeat") { request in
            let host = try enrolments.host(withCredential: bearer(request))
            let heartbeat = try await decode(Heartbeat.self, from: request)
            return try .answer(.ok, try await monitor.take(heartbeat, from: host))
        }
    }

    private func stream(to host: HostName) -> Response {
        .events(heartbeat: .seconds(3)) { writer in
            let (commands, ticket) = agents.open(for: host)
            defer { agents.close(ticket, for: host) }
            for await command in commands {
                let data = String(decoding: try FleetJSON.encode(command), as: UTF8.self)
                try await writer.send(ServerSentEvent(event: "command", data: data))
            }
        }
    }

    private func bearer(_ request: Request) throws -> String {
        let parts = (request.headerFields[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Problem.unauthorized("send 'Authorization: Bearer' with the join token or the host's credential")
        }
        return String(parts[1])
    }

    private func decode<Message: Decodable>(_ type: Message.Type, from request: Request) async throws -> Message {
        let bytes = try await request.body.collect(upTo: 16 << 20)
        do {
            return try FleetJSON.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw Problem(decoding: error)
        }
    }
}

extension Problem {
    /// 401: who asks is not known.
    static func unauthorized(_ detail: String) -> Problem {
        var problem = Problem(.unauthorized, code: "unauthorized", detail: detail)
        problem.headerFields[.wwwAuthenticate] = "Bearer"
        return problem
    }
}
