/// The path and query of a request, encoded.
struct EnginePath: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    private(set) var description: String
    private var hasQuery = false

    /// A path that needs no encoding.
    init(stringLiteral path: StaticString) { description = path.description }

    /// A path with the name of a container, an image or another thing in its middle.
    /// - Throws: `DockerError` with the case `invalidRequest` for a name that would make another path of it.
    init(_ collection: StaticString, _ name: String, _ action: StaticString = "") throws(DockerError) {
        description = "/\(collection)"
        try append(name)
        if !action.description.isEmpty { description += "/\(action)" }
    }

    /// Adds a name to the path. Slashes stay what they are: the names of images have them.
    private mutating func append(_ name: String) throws(DockerError) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !name.utf8.contains(0) else {
            throw .invalidRequest("'\(name)' is no name that Docker could know")
        }
        description += "/" + Self.encode(name, keeping: "/:@")
    }

    /// This path with one more value in the query; without it when there is none.
    func with(_ name: StaticString, _ value: String?) -> EnginePath {
        guard let value else { return self }
        var path = self
        path.description += "\(hasQuery ? "&" : "?")\(name)=\(Self.encode(value, keeping: ""))"
        path.hasQuery = true
        return path
    }

    /// This path with a value of 1 in the query if it holds.
    func with(_ name: StaticString, _ holds: Bool) -> EnginePath { holds ? with(name, "1") : self }

    /// This path with a filter in the query, in the form `{"label":["a=b"]}`; without it when there is none.
    func with(filters: [String: [String]]) -> EnginePath {
        let chosen = filters.filter { !$0.value.isEmpty }
        guard !chosen.isEmpty else { return self }
        return with("filters", JSON.object(chosen.mapValues { .array($0.map(JSON.string)) }).text)
    }

    private static func encode(_ text: String, keeping others: StaticString) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where others.description.utf8.contains(byte):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += byte < 16 ? "%0" : "%"
                encoded += String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
