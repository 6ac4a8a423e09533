import FleetModel
import HTTP
import HTTPTypes

/// Talks to the control plane: one method for each kind of request, one error type for whatever goes wrong.
struct APIClient: Sendable {
    private static let largestAnswer = 256 << 20
    /// The event stream has a heartbeat every 15 seconds.
    private static let longestSilence = Duration.seconds(40)

    /// Where the control plane is.
    let server: ServerAddress
    /// How long an answer may take.
    let timeout: Duration
    private let http: HTTPClient

    /// A client of this control plane.
    /// - Parameters:
    ///   - trust: how an `https` control plane is known.
    ///   - actor: whom the record of actions is to name; `nil` to leave that to the control plane.
    /// - Throws: `ClientError.failed` when the system refuses the client what it needs.
    init(server: ServerAddress, trust: TrustOptions, actor: String?, timeout: Duration) throws {
        self.server = server
        self.timeout = timeout
        var configuration = HTTPClient.Configuration()
        if let actor, let name = HTTPField.Name("Relocate-Actor") { configuration.headerFields[name] = actor }
        configuration.tls = try trust.configuration(for: server)
        do {
            http = try HTTPClient(endpoint: Endpoint(server), configuration: configuration)
        } catch let error as HTTPError where error.code == .tlsFailed {
            throw ClientError.badInput(error.message)
        } catch {
            throw ClientError.failed("\(error)")
        }
    }

    /// Reads.
    func get(_ path: APIPath) async throws -> Answer { try await send(.get, path) }

    /// Removes; with an entity tag only when it is still that version.
    func delete(_ path: APIPath, ifMatch tag: String? = nil, timeout: Duration? = nil) async throws -> Answer {
        try await send(.delete, path, headerFields: Self.match(tag), timeout: timeout)
    }

    /// Asks for something.
    func post(_ path: APIPath, timeout: Duration? = nil) async throws -> Answer {
        try await send(.post, path, timeout: timeout)
    }

    /// Asks for something, with a JSON body; with an entity tag only when it is still that version.
    func post(
        _ path: APIPath, _ body: some Encodable, ifMatch tag: String? = nil, timeout: Duration? = nil
    ) async throws -> Answer {
        var fields = Self.json
        fields[.ifMatch] = tag
        return try await send(
            .post, path, headerFields: fields, body: .bytes(try FleetJSON.encode(body)), timeout: timeout)
    }

    /// Changes a part.
    func patch(_ path: APIPath, _ body: some Encodable) async throws -> Answer {
        try await send(.patch, path, headerFields: Self.json, body: .bytes(try FleetJSON.encode(body)))
    }

    /// Replaces, when it is still the version with this entity tag.
    func put(_ path: APIPath, _ body: some Encodable, ifMatch tag: String? = nil) async throws -> Answer {
        var fields = Self.json
        fields[.ifMatch] = tag
        return try await send(.put, path, headerFields: fields, body: .bytes(try FleetJSON.encode(body)))
    }

    /// Sends a file as it is.
    func upload(_ file: Upload, to path: APIPath, timeout: Duration) async throws -> Answer {
        let body = ClientBody.stream(contentLength: file.count) { try await file.send(to: $0) }
        return try await send(
            .post, path, headerFields: [.contentType: "application/x-tar"], body: body, timeout: timeout)
    }

    /// Opens the stream of events.
    func events(_ path: APIPath, after lastEventID: String?) async throws -> EventStream {
        do {
            return try await http.events(path.description, lastEventID: lastEventID, readTimeout: Self.longestSilence)
        } catch {
            throw translate(error, after: Self.longestSilence)
        }
    }

    /// What an error of the connection means to whoever asked.
    private func translate(_ error: any Error, after limit: Duration) -> any Error {
        switch error {
        case let problem as Problem:
            return ClientError.refused(problem)
        case let error as HTTPError where error.code == .timeout:
            return ClientError.timedOut("\(server) did not answer within \(Units.plain(limit.inSeconds)) s")
        case let error as HTTPError where [.connectFailed, .invalidAddress].contains(error.code):
            return ClientError.unreachable(server, cause: Self.cause(of: error))
        case let error as HTTPError where error.code == .tlsFailed:
            return ClientError.untrusted(server, cause: error.message)
        case let error as HTTPError where error.code == .invalidResponse:
            return ClientError.notUnderstood("\(server) does not speak HTTP: \(error.message)")
        case let error as HTTPError where error.code == .payloadTooLarge:
            return ClientError.notUnderstood(error.message)
        case let error as HTTPError:
            return ClientError.connectionLost(server, cause: Self.cause(of: error))
        default:
            return error
        }
    }

    private static var json: HTTPFields { [.contentType: "application/json"] }

    private static func match(_ tag: String?) -> HTTPFields {
        var fields = HTTPFields()
        fields[.ifMatch] = tag
        return fields
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: APIPath, headerFields: HTTPFields = [:], body: ClientBody = .empty,
        timeout: Duration? = nil
    ) async throws -> Answer {
        let response: ClientResponse
        let bytes: [UInt8]
        let limit = timeout ?? self.timeout
        do {
            response = try await http.send(
                method, path.description, headerFields: headerFields, body: body, timeout: limit)
            guard response.status.kind == .successful else { throw await response.problem() }
            bytes = try await response.collect(upTo: Self.largestAnswer)
        } catch {
            throw translate(error, after: limit)
        }
        return Answer(status: response.status.code, headerFields: response.headerFields, bytes: bytes)
    }

    private static func cause(of error: HTTPError) -> String {
        guard let cause = error.cause as? SystemError else { return error.message }
        return cause.description
    }
}

extension Endpoint {
    init(_ server: ServerAddress) {
        switch server {
        case .tcp(let host, let port, _): self = .tcp(host: host, port: port)
        case .unix(let path): self = .unix(path: path)
        }
    }
}

extension Duration {
    /// The span in seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
