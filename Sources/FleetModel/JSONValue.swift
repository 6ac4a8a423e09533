/// Any JSON value, for documents that are passed on without looking into all of them.
public enum JSONValue: Codable, Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without a fraction.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object([String: JSONValue])

    /// Decodes whatever is there.
    /// - Throws: `DecodingError` when it is not JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Encodes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral {
    /// An object; of a field that is named twice the last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }

    /// A string.
    public init(stringLiteral text: String) { self = .string(text) }
}

extension JSONValue {
    /// A value's JSON.
    /// - Throws: `EncodingError` for numbers that JSON cannot hold.
    public init(encoding value: some Encodable) throws {
        self = try FleetJSON.decode(JSONValue.self, from: try FleetJSON.encode(value))
    }

    /// A field of an object; `nil` when there is none, or this is no object.
    public subscript(field: String) -> JSONValue? {
        if case .object(let fields) = self { fields[field] } else { nil }
    }

    /// This value with the fields of another one put over its own, object by object. Unlike a merge patch (RFC 7396), `null`
    /// is a value like others.
    public func merged(with changes: JSONValue) -> JSONValue {
        guard case .object(let fields) = self, case .object(let changed) = changes else { return changes }
        return .object(fields.merging(changed) { $0.merged(with: $1) })
    }
}
