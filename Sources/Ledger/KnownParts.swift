import FleetModel

/// Values by the text that they were decoded from, as long as there are not too many different ones.
struct KnownParts<Value: Decodable & Sendable>: Sendable {
    /// Where nearly all differ there is nothing to gain.
    private static var most: Int { 4096 }

    private var values: [Words: Value] = [:]

    /// The value of a JSON text.
    /// - Throws: `DecodingError`.
    mutating func value(of text: ArraySlice<UInt8>) throws -> Value {
        if let known = values[Words(text: text)] { return known }
        let value = try FleetJSON.decode(Value.self, from: text)
        // Of the text that it is a part of nothing else is to be kept.
        if values.count < Self.most { values[Words(text: Array(text)[...])] = value }
        return value
    }
}

/// A text that is hashed as a whole: a sequence of bytes is hashed byte by byte.
private struct Words: Hashable {
    var text: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) { text.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
