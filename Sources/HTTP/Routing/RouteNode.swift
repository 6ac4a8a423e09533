import HTTPTypes

/// A segment in the tree of routes.
struct RouteNode: Sendable {
    /// What is at the end of a path.
    struct Endpoint: Sendable {
        struct Route: Sendable {
            var names: [String]
            var handler: Router.Handler
        }

        var handlers: [HTTPRequest.Method: Route] = [:]

        /// The value of the Allow field (RFC 9110 section 10.2.1).
        var allow: String {
            var methods = Set(handlers.keys.map(\.rawValue))
            if methods.contains("GET") { methods.insert("HEAD") }
            methods.insert("OPTIONS")
            return methods.sorted().joined(separator: ", ")
        }
    }

    private var literals: [String: RouteNode] = [:]
    /// At most one element; an array because a value cannot contain itself.
    private var parameter: [RouteNode] = []
    private var endpoint = Endpoint()

    mutating func add(_ method: HTTPRequest.Method, _ pattern: RoutePattern, _ handler: @escaping Router.Handler) {
        add(pattern.segments[...]) { endpoint in
            precondition(endpoint.handlers[method] == nil, "the route \(method) \(pattern.text) exists already")
            endpoint.handlers[method] = Endpoint.Route(names: pattern.names, handler: handler)
        }
    }

    private mutating func add(_ segments: ArraySlice<RoutePattern.Segment>, _ change: (inout Endpoint) -> Void) {
        guard let first = segments.first else {
            change(&endpoint)
            return
        }
        switch first {
        case .literal(let text):
            literals[text, default: RouteNode()].add(segments.dropFirst(), change)
        case .parameter:
            if parameter.isEmpty { parameter.append(RouteNode()) }
            parameter[0].add(segments.dropFirst(), change)
        }
    }

    func endpoint(at pattern: RoutePattern) -> Endpoint? {
        var node = self
        for segment in pattern.segments {
            guard case .literal(let text) = segment, let next = node.literals[text] else { return nil }
            node = next
        }
        return node.endpoint
    }

    /// The endpoint of a decoded path, and what its parameters matched. An empty segment matches no parameter.
    func find(_ path: String) -> (Endpoint, [String])? {
        var values: [String] = []
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard let endpoint = find(segments[...], &values) else { return nil }
        return (endpoint, values)
    }

    private func find(_ segments: ArraySlice<Substring>, _ values: inout [String]) -> Endpoint? {
        guard let first = segments.first else { return endpoint.handlers.isEmpty ? nil : endpoint }
        let text = String(first)
        if let found = literals[text]?.find(segments.dropFirst(), &values) { return found }
        guard !text.isEmpty, let node = parameter.first else { return nil }
        values.append(text)
        if let found = node.find(segments.dropFirst(), &values) { return found }
        values.removeLast()
        return nil
    }
}
