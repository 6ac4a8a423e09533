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

    /// A list's page.
    struct Items<Item: Decodable>: Decodable {
        var items: [Item]
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

    func container(_ name: ContainerName) async throws -> ContainerAnswer {
        try await send(.get, "/v1/containers/\(name)").decode(ContainerAnswer.self)
    }

    func relocation(_ id: RelocationID) async throws -> Relocation {
        try await send(.get, "/v1/relocations/\(id)").decode(Relocation.self)
    }

    /// The latest relocation of a container.
    func lastRelocation(of name: ContainerName) async throws -> Relocation? {
        try await send(.get, "/v1/relocations?container=\(name)&limit=1").decode(Items<Relocation>.self).items.first
    }

    func alarms() async throws -> [Alarm] {
        try await send(.get, "/v1/alarms").decode(Items<Alarm>.self).items
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

/// A container as the interface shows it.
struct ContainerAnswer: Decodable {
    struct Mobility: Decodable {
        var state: String
        var reason: String?
    }

    var name: ContainerName
    var state: String
    var host: HostName?
    var address: IPv4Address?
    var virtualAddress: IPv4Address?
    var retainedAddresses: [IPv4Address]
    var mobility: Mobility
}
