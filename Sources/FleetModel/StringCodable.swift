/// A value whose JSON form is a string that it can be parsed from again.
public protocol StringCodable: Codable, CustomStringConvertible {
    /// Parses what `description` gives.
    init(_ text: String) throws
}

extension StringCodable {
    /// Decodes a value from a string.
    /// - Throws: `DecodingError.dataCorrupted` when the string is not of the type's form.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    /// Encodes the value as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
