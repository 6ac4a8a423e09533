/// What the `{name}` segments of a route's pattern have matched, decoded.
public struct PathParameters: Sendable, Hashable {
    private var names: [String]
    private var values: [String]

    init(names: [String] = [], values: [String] = []) {
        self.names = names
        self.values = values
    }

    /// The text that a segment `{name}` matched; nil if the route has no such segment.
    public subscript(name: String) -> String? {
        names.firstIndex(of: name).map { values[$0] }
    }

    /// The text that a segment `{name}` matched. Throws a `Problem` with status 500 if the route has no such segment,
    /// which is a fault of the program.
    public func require(_ name: String) throws -> String {
        guard let value = self[name] else {
            throw Problem(
                status: .internalServerError, detail: "the route has no parameter '\(name)'", code: "internal")
        }
        return value
    }
}
