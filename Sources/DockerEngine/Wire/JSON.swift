import FoundationEssentials

/// Any JSON value, for documents that are passed on as they came. Whatever a Docker daemon sends comes out as it went in:
/// whole numbers of 64 bits keep all of their digits.
public enum JSON: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// A whole number that needs all 64 bits without a sign.
    case unsigned(UInt64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object.
    case object([String: JSON])

    /// Reads a document.
    /// - Throws: `DockerError` with the case `invalidAnswer` when it is not JSON.
    public init(parsing bytes: [UInt8]) throws(DockerError) {
        self = try EngineJSON.decode(JSON.self, from: bytes)
    }

    /// The document as text, with the fields of objects in the order of their names.
    public var text: String {
        // Numbers that JSON lacks are encoded as null, so there is nothing left that could fail.
        guard let data = try? EngineJSON.encoder.encode(self) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    /// A field of an object; setting it to `nil` removes it. Reading from what is no object gives `nil`, and writing to it
    /// makes it one.
    public subscript(field: String) -> JSON? {
        get { object?[field] }
        set {
            var fields = object ?? [:]
            fields[field] = newValue
            self = .object(fields)
        }
    }

    /// The fields, if this is an object.
    public var object: [String: JSON]? { if case .object(let fields) = self { fields } else { nil } }

    /// The elements, if this is an array.
    public var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }

    /// The string, if this is one.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The truth value, if this is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The number, if this is a whole one with a sign.
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// This value if it says anything: `nil` for `null`, an empty string, an empty array and an empty object, which is how
    /// Docker writes what is not set.
    var unlessEmpty: JSON? {
        switch self {
        case .null, .string(""), .array([]), .object([:]): nil
        default: self
        }
    }
}

extension JSON: Codable {
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
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    /// Encodes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object. Of a field given twice the last value counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
