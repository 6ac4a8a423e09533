import FoundationEssentials

/// How the module reads and writes JSON.
enum EngineJSON {
    /// Deeper documents are refused before they are decoded: a value is decoded by functions that call each other, and the
    /// stacks of threads are small. Docker's own documents have a depth of about ten.
    private static let depthLimit = 64

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(DockerError) -> Value {
        guard depth(of: bytes) <= depthLimit else {
            throw .invalidAnswer("the JSON is nested more than \(depthLimit) levels deep")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .invalidAnswer("\(Self.reason(error)) in '\(Self.excerpt(bytes))'")
        }
    }

    private static func depth(of bytes: [UInt8]) -> Int {
        var (depth, deepest, isText, isEscaped) = (0, 0, false, false)
        for byte in bytes {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = isText
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "{") where !isText, UInt8(ascii: "[") where !isText:
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}") where !isText, UInt8(ascii: "]") where !isText: depth -= 1
            default: break
            }
        }
        return deepest
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): "no '\(path(context.codingPath + [key]))'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "'\(path(context.codingPath))' is not what it should be"
        default: "no valid JSON"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String { keys.map(\.stringValue).joined(separator: ".") }

    /// The beginning of what came, short and harmless enough for a message.
    static func excerpt(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(120), as: UTF8.self).map { $0.isNewline ? " " : $0 }
        return String(text.filter { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } })
            + (bytes.count > 120 ? "…" : "")
    }
}
