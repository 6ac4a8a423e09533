/// What the header fields say about the connection and the length of the content, gathered line by line.
///
/// Everything that two parties could understand differently is an error (RFC 9112 sections 6.1 and 6.3): that difference
/// is what request smuggling lives on. So a repeated Content-Length is refused even when its values agree.
struct MessageFraming: Sendable {
    enum Body: Sendable, Equatable {
        case none
        case length(Int)
        case chunked
    }

    private(set) var contentLength: Int?
    /// Where the value of the Host field lies.
    private(set) var host: Range<Int>?
    private(set) var hasTransferEncoding = false
    private(set) var wantsClose = false
    private(set) var wantsKeepAlive = false
    private(set) var expectsContinue = false
    private var isChunked = false
    private var hasOtherCoding = false
    private var hasUnknownExpectation = false

    /// Takes note of a field, if it is one of those that matter here.
    mutating func note(_ field: FieldLine, in bytes: UnsafeRawBufferPointer) throws(HTTPError) {
        let name = bytes[field.name]
        switch name.count {
        case 4 where Characters.equals(name, "host"):
            guard host == nil else { throw HTTPError(.badRequest, "the Host field is repeated") }
            host = field.value
            guard Authority.isValid(bytes[field.value]) else {
                throw HTTPError(.badRequest, "the Host field is no host with an optional port")
            }
        case 6 where Characters.equals(name, "expect"):
            if Characters.equals(bytes[field.value], "100-continue") {
                expectsContinue = true
            } else {
                hasUnknownExpectation = true
            }
        case 10 where Characters.equals(name, "connection"):
            noteConnection(bytes[field.value])
        case 14 where Characters.equals(name, "content-length"):
            guard contentLength == nil else { throw HTTPError(.badRequest, "the Content-Length field is repeated") }
            guard let length = Characters.decimal(bytes[field.value]) else {
                throw HTTPError(.badRequest, "the Content-Length is no decimal number of at most 18 digits")
            }
            contentLength = length
        case 17 where Characters.equals(name, "transfer-encoding"):
            try noteTransferEncoding(bytes[field.value])
        default:
            break
        }
    }

    private mutating func noteConnection(_ value: Slice<UnsafeRawBufferPointer>) {
        for element in value.split(separator: UInt8(ascii: ",")) {
            let option = Characters.trimmed(element)
            if Characters.equals(option, "close") { wantsClose = true }
            if Characters.equals(option, "keep-alive") { wantsKeepAlive = true }
        }
    }

    private mutating func noteTransferEncoding(_ value: Slice<UnsafeRawBufferPointer>) throws(HTTPError) {
        hasTransferEncoding = true
        for element in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard !isChunked else {
                throw HTTPError(.badRequest, "chunked must be the last transfer coding and stand once")
            }
            let coding = Characters.trimmed(element)
            if Characters.equals(coding, "chunked") {
                isChunked = true
            } else if !coding.isEmpty, coding.allSatisfy(Characters.isToken) {
                hasOtherCoding = true
            } else {
                throw HTTPError(.badRequest, "the Transfer-Encoding field is malformed")
            }
        }
    }

    /// The length of a request's content, once all fields are known (RFC 9112 section 6.3).
    func requestBody(minorVersion: Int) throws(HTTPError) -> Body {
        if hasTransferEncoding {
            guard contentLength == nil else {
                throw HTTPError(.badRequest, "a message with Transfer-Encoding must not have a Content-Length")
            }
            guard minorVersion >= 1 else {
                throw HTTPError(.badRequest, "Transfer-Encoding does not exist in HTTP/1.0")
            }
            guard isChunked else {
                throw HTTPError(.badRequest, "the last transfer coding of a request must be chunked")
            }
            guard !hasOtherCoding else {
                throw HTTPError(.transferCodingNotImplemented, "the only transfer coding known here is chunked")
            }
            return .chunked
        }
        guard let contentLength, contentLength > 0 else { return .none }
        return .length(contentLength)
    }

    /// What a request expects before it sends its content (RFC 9110 section 10.1.1).
    func checkExpectation(minorVersion: Int) throws(HTTPError) -> Bool {
        guard minorVersion >= 1 else { return false }
        guard !hasUnknownExpectation else {
            throw HTTPError(.expectationFailed, "the only expectation known here is 100-continue")
        }
        return expectsContinue
    }

    /// The length of a response's content; nil when it ends with the connection (RFC 9112 section 6.3).
    func responseBody() throws(HTTPError) -> Body? {
        if hasTransferEncoding {
            guard contentLength == nil, isChunked, !hasOtherCoding else {
                throw HTTPError(.invalidResponse, "the response's transfer coding is not plain chunked")
            }
            return .chunked
        }
        return contentLength.map { $0 == 0 ? .none : .length($0) }
    }

    /// Whether the connection stays open after the message (RFC 9112 section 9.3).
    func keepsAlive(minorVersion: Int) -> Bool {
        minorVersion >= 1 ? !wantsClose : wantsKeepAlive && !wantsClose
    }
}
