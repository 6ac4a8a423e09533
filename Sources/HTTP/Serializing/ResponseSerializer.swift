import HTTPTypes

/// Writes the head of a response.
struct ResponseSerializer {
    /// How the content's end is told.
    enum Framing: Equatable {
        /// There is no content and no word about its length (1xx, 204, 304).
        case none
        case length(Int)
        case chunked
        case untilClose
    }

    var framing: Framing
    var keepsAlive: Bool
    var isHTTP10: Bool
    var requestID: String?

    func append(_ response: Response, to bytes: inout [UInt8]) throws(HTTPError) {
        appendStatusLine(response.status, to: &bytes)
        bytes.append("Date: ")
        DateHeader.append(to: &bytes)
        bytes.append("\r\n")
        switch framing {
        case .length(let count):
            bytes.append("Content-Length: ")
            bytes.append(decimal: count)
            bytes.append("\r\n")
        case .chunked:
            bytes.append("Transfer-Encoding: chunked\r\n")
        case .none, .untilClose:
            break
        }
        if !keepsAlive {
            bytes.append("Connection: close\r\n")
        } else if isHTTP10 {
            bytes.append("Connection: keep-alive\r\n")
        }
        for field in response.headerFields where !isOwn(field.name) {
            try FieldSerializer.append(field, to: &bytes)
        }
        if let requestID, let name = HTTPField.Name("X-Request-ID") {
            try FieldSerializer.append(HTTPField(name: name, value: requestID), to: &bytes)
        }
        bytes.append("\r\n")
    }

    private func appendStatusLine(_ status: HTTPResponse.Status, to bytes: inout [UInt8]) {
        if status.code == 200 {
            bytes.append("HTTP/1.1 200 OK\r\n")
            return
        }
        bytes.append("HTTP/1.1 ")
        bytes.append(decimal: status.code)
        bytes.append(" ")
        bytes.append(text: status.reasonPhrase.filter { $0.isASCII && ($0 >= " " && $0 <= "~") })
        bytes.append("\r\n")
    }

    /// Fields that the server itself answers for.
    private func isOwn(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding || name == .connection || name == .date
    }
}
