import CNghttp2
import HTTPTypes

/// A header section to be sent. Names are written in lower case; a name or value that would end a field somewhere on its
/// way through HTTP/1.1 is an error here, whoever made it.
struct HTTP2Fields: Sendable {
    /// What a section may have together; `HTTP2Session` makes the room for it.
    static let limit = 256 * 1024

    private static let overhead = 32

    private var bytes: [UInt8] = []
    private var lengths: [(name: Int, value: Int)] = []

    private init() {
        bytes.reserveCapacity(256)
    }

    /// An interim answer (RFC 9110 section 15.2).
    static func interim(_ status: Int) -> HTTP2Fields {
        var fields = HTTP2Fields()
        fields.append(":status") { $0.append(decimal: status) }
        return fields
    }

    /// The head of a final answer. `contentLength` is the length of the content, if it is known before it is sent.
    init(_ response: Response, contentLength: Int?, requestID: String?) throws(HTTPError) {
        self.init()
        guard response.status.code >= 200 else {
            throw HTTPError(.invalidHeader, "\(response.status.code) is no status of a final answer")
        }
        append(":status") { $0.append(decimal: response.status.code) }
        append("date") { DateHeader.append(to: &$0) }
        if let contentLength { append("content-length") { $0.append(decimal: contentLength) } }
        for field in response.headerFields where field.name != .date { try append(field) }
        if let requestID, let name = HTTPField.Name("X-Request-ID") {
            try append(HTTPField(name: name, value: requestID))
        }
        try checkSize()
    }

    /// The head of a request.
    init(
        method: HTTPRequest.Method, scheme: StaticString, authority: String, target: String, contentLength: Int?,
        _ fields: some Sequence<HTTPField>
    ) throws(HTTPError) {
        self.init()
        append(":method") { $0.append(text: method.rawValue) }
        append(":scheme") { $0.append(scheme) }
        append(":authority") { $0.append(text: authority) }
        append(":path") { $0.append(text: target) }
        if let contentLength { append("content-length") { $0.append(decimal: contentLength) } }
        for field in fields { try append(field) }
        try checkSize()
    }

    /// What follows the content.
    init(trailers: HTTPFields) throws(HTTPError) {
        self.init()
        for field in trailers { try append(field) }
        try checkSize()
    }

    var isEmpty: Bool { lengths.isEmpty }

    /// The fields as the library takes them. They are valid within the closure.
    func withNameValues<R>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> R) -> R {
        bytes.withUnsafeBufferPointer { bytes in
            // The library only reads through these pointers, and copies what it keeps.
            var next = UnsafeMutablePointer(mutating: bytes.baseAddress)
            let list = lengths.map { length in
                let name = next
                let value = name.map { $0 + length.name }
                next = value.map { $0 + length.value }
                return nghttp2_nv(
                    name: name, value: value, namelen: length.name, valuelen: length.value,
                    flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
            }
            return list.withUnsafeBufferPointer(body)
        }
    }

    private mutating func append(_ name: StaticString, _ value: (inout [UInt8]) -> Void) {
        bytes.append(name)
        let start = bytes.count
        value(&bytes)
        lengths.append((name.utf8CodeUnitCount, bytes.count - start))
    }

    private mutating func append(_ field: HTTPField) throws(HTTPError) {
        guard !field.name.belongsToConnection else { return }
        let name = field.name.canonicalName
        bytes.append(text: name)
        let start = bytes.count
        bytes.append(text: field.value)
        guard bytes[start...].allSatisfy(Characters.isFieldValue) else {
            throw HTTPError(.invalidHeader, "the value of \(field.name) contains a control character")
        }
        lengths.append((name.utf8.count, bytes.count - start))
    }

    private func checkSize() throws(HTTPError) {
        guard bytes.count + lengths.count * Self.overhead <= Self.limit else {
            throw HTTPError(.invalidHeader, "the header section is larger than \(Self.limit) bytes")
        }
    }
}

extension HTTPField.Name {
    /// Whether a field has no place in HTTP/2 (RFC 9113 section 8.2.2) nor behind any content, the length included, which
    /// the sender itself answers for.
    var belongsToConnection: Bool {
        switch canonicalName {
        case "connection", "content-length", "host", "http2-settings", "keep-alive", "proxy-connection", "te",
            "transfer-encoding", "upgrade":
            true
        default:
            false
        }
    }
}
