import HTTPTypes

/// Writes the head of a request.
struct RequestSerializer {
    var method: HTTPRequest.Method
    var target: String
    var authority: String
    var body: MessageFraming.Body

    /// The bytes of the head. Throws `HTTPError` with the code `invalidHeader` if a value would break it.
    func head(_ fields: [HTTPFields]) throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(text: method.rawValue)
        bytes.append(" ")
        bytes.append(text: target)
        bytes.append(" HTTP/1.1\r\nHost: ")
        bytes.append(text: authority)
        bytes.append("\r\n")
        switch body {
        case .length(let count):
            bytes.append("Content-Length: ")
            bytes.append(decimal: count)
            bytes.append("\r\n")
        case .chunked:
            bytes.append("Transfer-Encoding: chunked\r\n")
        case .none where method == .post || method == .put || method == .patch:
            bytes.append("Content-Length: 0\r\n")
        case .none:
            break
        }
        for field in fields.joined() where field.name != .contentLength && field.name != .transferEncoding {
            try FieldSerializer.append(field, to: &bytes)
        }
        bytes.append("\r\n")
        return bytes
    }
}
