import HTTPTypes

/// A request's head as it was received: the bytes, and where in them everything lies. Strings are made only when asked for.
/// It is immutable, and a class because it is handed on many times for each request.
final class RequestHead: Sendable {
    let bytes: [UInt8]
    let line: RequestLine
    let fields: [FieldLine]
    let body: MessageFraming.Body
    let keepsAlive: Bool
    let expectsContinue: Bool

    init(
        bytes: [UInt8], line: RequestLine, fields: [FieldLine], body: MessageFraming.Body, keepsAlive: Bool,
        expectsContinue: Bool
    ) {
        self.bytes = bytes
        self.line = line
        self.fields = fields
        self.body = body
        self.keepsAlive = keepsAlive
        self.expectsContinue = expectsContinue
    }

    var method: HTTPRequest.Method { line.method }

    /// The value of the first field with this name, which must be given in lower case.
    func firstValue(_ lowercaseName: StaticString) -> ArraySlice<UInt8>? {
        bytes.withUnsafeBytes { raw in
            fields.first { Characters.equals(raw[$0.name], lowercaseName) }
        }.map { bytes[$0.value] }
    }

    /// All fields, in their order.
    func headerFields() -> HTTPFields {
        var result = HTTPFields()
        result.reserveCapacity(fields.count)
        for field in fields {
            guard let name = HTTPField.Name(String(decoding: bytes[field.name], as: UTF8.self)) else { continue }
            result.append(HTTPField(name: name, value: bytes[field.value]))
        }
        return result
    }
}
