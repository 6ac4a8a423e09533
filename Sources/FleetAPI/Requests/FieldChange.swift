/// What somebody says of a field that may be empty: nothing, a value, or `null`.
public enum FieldChange<Value: Codable & Sendable & Equatable>: Sendable, Equatable {
    /// The field is not there: it stays as it is.
    case keep
    /// The field is to have this value.
    case set(Value)
    /// The field is `null`: it is to be empty.
    case clear

    /// Makes the change.
    public func apply(to field: inout Value?) {
        switch self {
        case .keep: break
        case .set(let value): field = value
        case .clear: field = nil
        }
    }
}

extension KeyedDecodingContainer {
    /// What an object says of a field.
    func change<Value: Codable & Sendable & Equatable>(_ key: Key) throws -> FieldChange<Value> {
        guard contains(key) else { return .keep }
        return try decodeNil(forKey: key) ? .clear : .set(decode(Value.self, forKey: key))
    }
}

extension KeyedEncodingContainer {
    /// Says of a field what is to become of it.
    mutating func encode(_ change: FieldChange<some Codable & Sendable & Equatable>, forKey key: Key) throws {
        switch change {
        case .keep: break
        case .set(let value): try encode(value, forKey: key)
        case .clear: try encodeNil(forKey: key)
        }
    }
}
