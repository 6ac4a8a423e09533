import HTTP
import HTTPTypes

/// Requests to the daemon and what becomes of its answers.
struct EngineWire: Sendable {
    /// The largest document that is taken. The inspection of a container with a few thousand mounts has about 1 MiB.
    static let documentLimit = 16 * 1024 * 1024
    private static let complaintLimit = 64 * 1024

    private let socket: String
    private let prefix: String
    private let client: HTTPClient

    init(socket: String, apiVersion: String) throws(DockerError) {
        self.socket = socket
        prefix = "/v\(apiVersion)"
        var configuration = HTTPClient.Configuration()
        // A daemon that unpacks an image may leave the rest of it unread for a while.
        configuration.writeTimeout = .seconds(120)
        do {
            client = try HTTPClient(endpoint: .unix(path: socket), configuration: configuration)
        } catch {
            throw DockerError(error, socket: socket, doing: "preparing to speak with Docker")
        }
    }

    func close() { client.close() }

    /// Sends a request and reads its answer with `read`, all within the time given.
    ///
    /// The client's own limit, which is for each piece of an answer, is the same: whichever is first.
    func exchange<Value: Sendable>(
        _ method: HTTPRequest.Method, _ path: EnginePath, body: ClientBody = .empty, type: String = "application/json",
        within limit: Duration?, _ read: @escaping @Sendable (ClientResponse) async throws -> Value
    ) async throws(DockerError) -> Value {
        let task = "\(method.rawValue) \(path.description.prefix { $0 != "?" })"
        do {
            let result = try await TimeLimit.run(limit) {
                try await read(try await send(method, path, body, type, limit ?? Self.unlimited))
            }
            if let result { return result }
        } catch {
            throw DockerError(error, socket: socket, doing: task)
        }
        throw .timeout("\(task): Docker at \(socket) did not finish within \(limit ?? Self.unlimited)")
    }

    /// Sends a request and decodes the JSON of its answer.
    func document<Value: Decodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: EnginePath, json: JSON? = nil, within limit: Duration?
    ) async throws(DockerError) -> Value {
        try await exchange(method, path, body: Self.content(json), within: limit) { response in
            try EngineJSON.decode(Value.self, from: try await response.collect(upTo: Self.documentLimit))
        }
    }

    /// Sends a request whose answer says nothing but its status. False when there was nothing to do (status 304).
    @discardableResult
    func command(
        _ method: HTTPRequest.Method, _ path: EnginePath, json: JSON? = nil, within limit: Duration?
    ) async throws(DockerError) -> Bool {
        try await exchange(method, path, body: Self.content(json), within: limit) { response in
            _ = try await response.collect(upTo: Self.documentLimit)
            return response.status.code != 304
        }
    }

    /// Opens an answer that has no end of its own. Only its beginning has a time limit.
    func stream(_ path: EnginePath, within limit: Duration) async throws(DockerError) -> ClientResponseBody {
        do {
            let response = try await TimeLimit.run(limit) {
                try await send(.get, path, .empty, "application/json", Self.unlimited)
            }
            if let response { return response.body }
        } catch {
            throw failure(error, doing: "GET \(path)")
        }
        throw .timeout("GET \(path): Docker at \(socket) did not answer within \(limit)")
    }

    /// What a failure while an answer is read means.
    func failure(_ error: any Error, doing task: String) -> DockerError {
        DockerError(error, socket: socket, doing: task)
    }

    /// For answers that take as long as a container runs. The client counts it from now, so it must not overflow.
    private static let unlimited = Duration.seconds(100 * 365 * 24 * 3600)

    private static func content(_ json: JSON?) -> ClientBody {
        json.map { .bytes(Array($0.text.utf8)) } ?? .empty
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: EnginePath, _ body: ClientBody, _ type: String, _ silence: Duration
    ) async throws -> ClientResponse {
        var fields: HTTPFields = [:]
        if case .empty = body {} else { fields[.contentType] = type }
        let response = try await client.send(
            method, prefix + path.description, headerFields: fields, body: body, timeout: silence)
        let code = response.status.code
        guard (200..<300).contains(code) || code == 304 else { throw await complaint(response) }
        return response
    }

    /// The error that an answer with another status than a success stands for.
    private func complaint(_ response: ClientResponse) async -> DockerError {
        let status = response.status.code
        let bytes = (try? await response.collect(upTo: Self.complaintLimit)) ?? []
        let document = try? JSON(parsing: bytes)
        let excerpt = EngineJSON.excerpt(bytes)
        let message =
            document?["message"]?.string ?? (excerpt.isEmpty ? "no reason was given" : "it answered '\(excerpt)'")
        return switch status {
        // Every daemon says so of paths that it does not know; nothing is missing then but the daemon's ability.
        case 404 where message == "page not found" || document == nil: .refused(status: status, message: message)
        case 404: .notFound(message)
        case 409: .conflict(message)
        default: .refused(status: status, message: message)
        }
    }
}
