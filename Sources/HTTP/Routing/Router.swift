import HTTPTypes
import Logging

/// Finds the handler of a request by method and path.
///
/// A pattern is an absolute path in which a whole segment may be a parameter: `/v1/hosts/{host}`. A literal segment beats
/// a parameter, segment by segment from the left. Where a path exists but not the method, the answer is 405 with `Allow`;
/// HEAD is answered by the route of GET, and OPTIONS by the list of methods. All errors are problems (RFC 9457).
public struct Router: Sendable {
    /// Answers requests. What it throws becomes a problem: a `Problem` itself, anything else a 500 whose cause is logged
    /// under the request's identifier.
    public typealias Handler = @Sendable (Request) async throws -> Response

    /// A route, for documents and tests.
    public struct RouteDescription: Sendable, Hashable {
        /// The method.
        public var method: HTTPRequest.Method
        /// The pattern.
        public var pattern: String
    }

    private var root = RouteNode()
    private var literals: [String: RouteNode.Endpoint] = [:]
    private var fallbackHandler: Handler?

    /// All routes, in the order in which they were added.
    public private(set) var routes: [RouteDescription] = []

    /// A router without routes.
    public init() {}

    /// Adds a route. The same method and pattern twice, or a malformed pattern, is a fault of the program and stops it.
    public mutating func on(_ method: HTTPRequest.Method, _ pattern: String, _ handler: @escaping Handler) {
        let pattern = RoutePattern(pattern)
        root.add(method, pattern, handler)
        routes.append(RouteDescription(method: method, pattern: pattern.text))
        if pattern.isLiteral, let endpoint = root.endpoint(at: pattern) { literals[pattern.text] = endpoint }
    }

    /// Answers all paths that no route has, such as the files of a user interface. It answers every method: which ones
    /// there are, only it can know.
    public mutating func fallback(_ handler: @escaping Handler) {
        fallbackHandler = handler
    }

    /// Answers a request. Never throws: all errors have become responses.
    public func respond(to request: Request, logger: Logger? = nil) async -> Response {
        var request = request
        do {
            return try await handler(for: &request)(request)
        } catch {
            return problem(error, request, logger).response
        }
    }

    private func handler(for request: inout Request) throws -> Handler {
        guard request.path != "*" else { return { _ in Self.allowing("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS") } }
        guard let (endpoint, values) = find(request.path) else {
            if let fallbackHandler { return fallbackHandler }
            throw Problem(status: .notFound, detail: "there is nothing at \(request.path)")
        }
        let route = endpoint.handlers[request.method] ?? (request.method == .head ? endpoint.handlers[.get] : nil)
        guard let route else {
            if request.method == .options { return { _ in Self.allowing(endpoint.allow) } }
            throw Problem(
                status: .methodNotAllowed, detail: "\(request.path) knows the methods \(endpoint.allow)",
                headerFields: [.allow: endpoint.allow])
        }
        if !values.isEmpty { request.parameters = PathParameters(names: route.names, values: values) }
        return route.handler
    }

    private func find(_ path: String) -> (RouteNode.Endpoint, [String])? {
        if let endpoint = literals[path] { return (endpoint, []) }
        return root.find(path)
    }

    private static func allowing(_ methods: String) -> Response {
        Response(status: .noContent, headerFields: [.allow: methods])
    }

    private func problem(_ error: any Error, _ request: Request, _ logger: Logger?) -> Problem {
        var problem: Problem
        switch error {
        case let known as Problem:
            problem = known
        case let known as HTTPError where known.status != .internalServerError:
            problem = Problem(known)
        default:
            if !(error is CancellationError) {
                logger?.error(
                    "a request failed",
                    metadata: [
                        "request": "\(request.id)", "method": "\(request.method)", "path": "\(request.path)",
                        "error": "\(error)",
                    ])
            }
            problem = Problem(
                status: .internalServerError,
                detail: "the server failed; its log tells more under this request's instance")
        }
        if problem.instance == nil { problem.instance = request.id }
        return problem
    }
}
