import FleetModel
import HTTPTypes

/// What the control plane answered to a request that it accepted.
struct Answer: Sendable {
    /// The status, 200 to 299.
    let status: Int
    /// The header fields.
    let headerFields: HTTPFields
    /// The content.
    let bytes: [UInt8]

    /// An answer of these parts.
    init(status: Int = 200, headerFields: HTTPFields = [:], bytes: [UInt8]) {
        self.status = status
        self.headerFields = headerFields
        self.bytes = bytes
    }

    /// The content as a value.
    /// - Throws: `ClientError.notUnderstood`.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try FleetJSON.decode(type, from: bytes)
        } catch let DecodingError.keyNotFound(key, context) {
            throw ClientError.notUnderstood("\(Self.place(context.codingPath)) has no '\(key.stringValue)'")
        } catch let DecodingError.typeMismatch(_, context) {
            throw ClientError.notUnderstood("\(Self.place(context.codingPath)): \(context.debugDescription)")
        } catch let DecodingError.valueNotFound(_, context) {
            throw ClientError.notUnderstood("\(Self.place(context.codingPath)): \(context.debugDescription)")
        } catch let DecodingError.dataCorrupted(context) {
            throw ClientError.notUnderstood("\(Self.place(context.codingPath)): \(context.debugDescription)")
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "the answer" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
