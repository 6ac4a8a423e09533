// Objects in which fields may be left out, and in which, where it is asked for, no others may be.
//
// The ledger and messages of other versions are read leniently; what people write is read strictly, so that a misspelt
// field is an error and not a default.

extension CodingUserInfoKey {
    static var refusesUnknownFields: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "refusesUnknownFields") else {
            preconditionFailure("a text is a key")
        }
        return key
    }
}

/// A JSON object with known fields.
package struct Fields<Key: CodingKey & CaseIterable> {
    private let decoder: any Decoder
    private let container: KeyedDecodingContainer<Key>

    fileprivate init(_ decoder: any Decoder) throws {
        self.decoder = decoder
        container = try decoder.container(keyedBy: Key.self)
    }

    /// A field's value, or what holds when it is left out.
    package func value<Value: Decodable>(_ key: Key, or standard: @autoclosure () -> Value) throws -> Value {
        try container.decodeIfPresent(Value.self, forKey: key) ?? standard()
    }

    /// A field's value, which is one of a few words, or what holds when it is left out.
    package func value<Value: RawRepresentable & CaseIterable & Decodable>(
        _ key: Key, or standard: @autoclosure () -> Value
    ) throws -> Value where Value.RawValue == String {
        try container.decodeIfPresent(String.self, forKey: key).map { try word($0, of: key) } ?? standard()
    }

    /// A field's value, which is one of a few words and must be there.
    package func word<Value: RawRepresentable & CaseIterable>(_ key: Key) throws -> Value
    where Value.RawValue == String {
        try word(container.decode(String.self, forKey: key), of: key)
    }

    private func word<Value: RawRepresentable & CaseIterable>(_ text: String, of key: Key) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container, debugDescription: "must be one of \(words), is '\(text)'")
        }
        return value
    }

    /// A field's value, which must be there.
    package func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try container.decode(type, forKey: key)
    }

    /// A field's value, `nil` when it is left out or null.
    package func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try container.decodeIfPresent(type, forKey: key)
    }

    /// A field's value, `nil` when it is null, or what holds when it is left out.
    package func valueOrNone<Value: Decodable>(_ key: Key, or standard: @autoclosure () -> Value?) throws -> Value? {
        container.contains(key) ? try container.decodeIfPresent(Value.self, forKey: key) : standard()
    }

    /// A field that is an object.
    package func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try container.nestedContainer(keyedBy: type, forKey: key)
    }

    /// Refuses fields that this kind of object does not have, where that is asked for.
    package func refuseOthers(than known: [Key], of kind: String) throws {
        guard decoder.userInfo[.refusesUnknownFields] != nil else { return }
        let names = known.map(\.stringValue)
        let present = try decoder.container(keyedBy: AnyField.self).allKeys.map(\.stringValue)
        guard let unknown = present.filter({ !names.contains($0) }).min() else { return }
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: decoder.codingPath + [AnyField(stringValue: unknown)],
                debugDescription: "\(kind) has no field '\(unknown)'; the fields are "
                    + names.sorted().joined(separator: ", ")))
    }
}

extension Decoder {
    /// The object that is being decoded.
    /// - Throws: `DecodingError` when it is none, or has a field that is not known and that is to be refused.
    package func fields<Key: CodingKey & CaseIterable>(of type: Key.Type) throws -> Fields<Key> {
        let fields = try Fields<Key>(self)
        try fields.refuseOthers(than: Array(Key.allCases), of: "this object")
        return fields
    }
}

private struct AnyField: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
