import FoundationEssentials

/// The one way this project writes and reads JSON: sorted keys, so that equal values are equal bytes.
public enum FleetJSON {
    /// Encodes a value.
    /// - Throws: `EncodingError` for numbers that JSON cannot hold.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// Decodes a value.
    /// - Parameter isStrict: whether a field that the type does not know is an error, for types that can tell.
    /// - Throws: `DecodingError` with the path to what is wrong.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: some Collection<UInt8>, isStrict: Bool = false
    ) throws -> Value {
        let decoder = JSONDecoder()
        if isStrict { decoder.userInfo[.refusesUnknownFields] = true }
        return try decoder.decode(type, from: Data(bytes))
    }
}
