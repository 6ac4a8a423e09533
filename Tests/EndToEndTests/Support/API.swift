import FleetAPI
import FleetModel
import HTTP
import HTTPTypes
import RelocateTesting

/// The control plane's interface, as an operator uses it.
struct API: Sendable {
    let port: UInt16

    /// What a request was answered with.
    struct Answer: Sendable {
        let status: Int
        let headerFields: HTTPFields
        let body: String

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            guard (200..<300).contains(status) else { throw Refused(status: status, body: body) }
            return try FleetJSON.decode(type, from: Array(body.utf8))
        }
    }

    /// An answer that tells of a problem.
    struct Refused: Error, CustomStringConvertible {
        let status: Int
        let body: String
        var description: String { "\(status): \(body)" }
    }

    @discardableResult
    func send(_ method: HTTPRequest.Method, _ path: String, _ body: String = "") async throws -> Answer {
        let fields: HTTPFields = body.isEmpty ? [:] : [.contentType: "application/json"]
        return try await send(method, path, fields, body.isEmpty ? .empty : .bytes(Array(body.utf8)))
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headerFields: HTTPFields, _ body: ClientBody
    ) async throws -> Answer {
        let client = try HTTPClient(endpoint: .tcp(host: "127.0.0.1", port: Int(port)))
        defer { client.close() }
        let response = try await client.send(
            method, path, headerFields: headerFields, body: body, timeout: .seconds(60))
        let bytes = try await response.collect(upTo: 1 << 22)
        return Answer(
            status: response.status.code, headerFields: response.headerFields,
            body: String(decoding: bytes, as: UTF8.self))
    }

    // MARK: What is asked often

    func container(_ name: ContainerName) async throws -> Container {
        try await send(.get, "/v1/containers/\(name)").decode(ContainerView.self).container
    }

    func containers() async throws -> [Container] {
        try await send(.get, "/v1/containers").decode(ListView<ContainerView>.self).items.map(\.container)
    }

    func relocation(_ id: RelocationID) async throws -> Relocation {
        try await send(.get, "/v1/relocations/\(id)").decode(Relocation.self)
    }

    /// The latest relocation of a container.
    func lastRelocation(of name: ContainerName) async throws -> Relocation? {
        try await send(.get, "/v1/relocations?container=\(name)&limit=1").decode(ListView<Relocation>.self).items.first
    }

    func alarms() async throws -> [Alarm] {
        try await send(.get, "/v1/alarms").decode(ListView<Alarm>.self).items
    }

    /// Asks for a move and waits for its end.
    func move(_ name: ContainerName, to host: HostName) async throws -> Relocation {
        try await send(.post, "/v1/containers/\(name)/relocate?wait=45", #"{"to":"\#(host)"}"#).decode(Relocation.self)
    }

    /// Everything that can be read, to see whether something has changed.
    func everything() async throws -> [String] {
        var answers: [String] = []
        for path in [
            "tenants", "containers", "relocations", "policies/default", "scheduler", "images", "alarms", "actions",
        ] {
            answers.append(try await send(.get, "/v1/\(path)").body)
        }
        return answers
    }
}

extension Mobility {
    /// Why it cannot be moved; `nil` when it can be, or that is not known.
    var reason: String? { if case .immovable(let reason, _) = self { reason } else { nil } }
}
