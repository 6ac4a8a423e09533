/// The names and values after the `?`, in their order. A `+` stands for a space.
public struct QueryParameters: Sendable, Hashable {
    private var pairs: [Pair] = []

    private struct Pair: Sendable, Hashable {
        var name: String
        var value: String
    }

    /// No parameters.
    public init() {}

    /// Reads `a=1&b=2`. Throws a `Problem` with status 400 if a `%` is not followed by two hexadecimal digits, or a name or
    /// value is not UTF-8 when decoded.
    public init(parsing text: String) throws {
        try self.init(decoding: Array(text.utf8)[...])
    }

    init(decoding bytes: ArraySlice<UInt8>) throws(Problem) {
        for element in bytes.split(separator: UInt8(ascii: "&")) {
            let equals = element.firstIndex(of: UInt8(ascii: "=")) ?? element.endIndex
            guard let name = PercentDecoding.decode(element[..<equals], plusIsSpace: true),
                let value = PercentDecoding.decode(element[equals...].dropFirst(), plusIsSpace: true)
            else {
                throw .badRequest("the query has a '%' without two hexadecimal digits, or is not UTF-8 when decoded")
            }
            pairs.append(Pair(name: name, value: value))
        }
    }

    /// The first value with this name; empty if the name stands alone.
    public subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// All values with this name.
    public func all(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    /// The names, each once, in the order of their first appearance.
    public var names: [String] {
        var seen: Set<String> = []
        return pairs.map(\.name).filter { seen.insert($0).inserted }
    }
}
