/// What a PATCH says of a field that may be empty: nothing, a value, or `null`.
enum FieldChange<Value: Decodable & Sendable>: Sendable {
    /// The field is not there: it stays as it is.
    case keep
    /// The field is to have this value.
    case set(Value)
    /// The field is `null`: it is to be empty.
    case clear

    /// Makes the change.
    func apply(to field: inout Value?) {
        switch self {
        case .keep: break
        case .set(let value): field = value
        case .clear: field = nil
        }
    }
}

extension KeyedDecodingContainer {
    /// What an object says of a field.
    func change<Value: Decodable & Sendable>(_ key: Key) throws -> FieldChange<Value> {
        guard contains(key) else { return .keep }
        return try decodeNil(forKey: key) ? .clear : .set(decode(Value.self, forKey: key))
    }
}
