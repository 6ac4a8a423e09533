/// The JSON body of a request. The control plane refuses fields that are not known, and names them.
public protocol JSONBody: Codable, Sendable, Equatable {
    /// The names of the fields that the body may have.
    static var fieldNames: [String] { get }
}

/// The body of a request that says all in its path: none, or an object without fields.
public struct NoFieldsBody: JSONBody {
    /// See `JSONBody`.
    public static let fieldNames: [String] = []

    /// A body that says nothing.
    public init() {}
}

/// The names of an object's fields.
package struct FieldNames: Decodable {
    /// The names.
    package let names: Set<String>

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Looks at an object without its values.
    package init(from decoder: any Decoder) throws {
        names = Set(try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue))
    }

    /// A field that is not among those known, and words about it; `nil` when all are.
    package func unknown(besides known: [String]) -> (field: String, words: String)? {
        guard let unknown = names.subtracting(known).min() else { return nil }
        let words = known.isEmpty ? "the body has none" : "the fields are \(known.sorted().joined(separator: ", "))"
        return (unknown, "there is no field '\(unknown)'; \(words)")
    }

    /// The same as an error of the object that is being decoded.
    /// - Throws: `DecodingError.dataCorrupted` for a field that is not among those known.
    package func refuseOthers(than known: [String], in decoder: any Decoder) throws {
        guard let (field, words) = unknown(besides: known) else { return }
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath + [Key(stringValue: field)], debugDescription: words))
    }
}
