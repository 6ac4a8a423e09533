// Whoever sends another word than there are in the body of a request is told which there are. These take the places of the
// library's own readers, also in what the compiler writes for a body.

extension KeyedDecodingContainer {
    /// One of a few words.
    func decode<Value>(_ type: Value.Type, forKey key: Key) throws -> Value
    where Value: RawRepresentable<String> & CaseIterable & Decodable {
        let text = try decode(String.self, forKey: key)
        guard let value = Value(rawValue: text) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "must be one of \(words), is '\(text)'")
        }
        return value
    }

    /// One of a few words, if one is there.
    func decodeIfPresent<Value>(_ type: Value.Type, forKey key: Key) throws -> Value?
    where Value: RawRepresentable<String> & CaseIterable & Decodable {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decode(type, forKey: key)
    }
}
