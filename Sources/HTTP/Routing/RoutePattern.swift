/// A path in which whole segments may be parameters.
struct RoutePattern: Sendable {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    let text: String
    let segments: [Segment]

    var isLiteral: Bool {
        segments.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    var names: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    init(_ text: String) {
        precondition(text.hasPrefix("/"), "the route pattern '\(text)' must begin with a slash")
        self.text = text
        segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else {
                precondition(!part.contains("{"), "in the route pattern '\(text)' a parameter must be a whole segment")
                return .literal(String(part))
            }
            precondition(part.count > 2, "the route pattern '\(text)' has a parameter without a name")
            return .parameter(String(part.dropFirst().dropLast()))
        }
        precondition(Set(names).count == names.count, "the route pattern '\(text)' uses a name twice")
    }
}
