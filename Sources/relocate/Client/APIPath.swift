/// A path of the API with its query, encoded as RFC 3986 wants it.
struct APIPath: Sendable, Hashable, CustomStringConvertible {
    private var path: String
    private var query: [String] = []

    /// The path `/v1/` with these segments.
    init(_ segments: String...) {
        path = "/v1/" + segments.map(Self.encode).joined(separator: "/")
    }

    /// The path with one more query parameter, or as it is when there is no value.
    func with(_ name: String, _ value: (some CustomStringConvertible)?) -> APIPath {
        guard let value else { return self }
        var copy = self
        copy.query.append("\(name)=\(Self.encode(value.description))")
        return copy
    }

    /// Path and query as they are sent.
    var description: String { query.isEmpty ? path : path + "?" + query.joined(separator: "&") }

    /// Everything but unreserved characters (RFC 3986, section 2.3) in percent encoding.
    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                "%" + hexDigit(byte >> 4) + hexDigit(byte & 15)
            }
        }.joined()
    }

    private static func hexDigit(_ value: UInt8) -> String { String(value, radix: 16, uppercase: true) }
}
