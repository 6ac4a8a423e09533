import HTTPTypes

/// The head of a response.
struct ResponseHead: Sendable {
    var status: Int
    var fields: HTTPFields
    /// Whether the connection may be used again after this response.
    var keepsAlive: Bool
    /// Whether content follows.
    var hasContent: Bool
}

/// Turns a server's bytes into responses, as `RequestParser` does with a client's. It must be told of each request before
/// the response to it, because whether a response has content depends on the request's method.
struct ResponseParser: Sendable {
    enum Event {
        /// A final head. Interim responses (1xx) are read over.
        case head(ResponseHead)
        /// Content, as a range of the input.
        case body(Range<Int>)
        /// The response is complete. The fields after its content, if there were any.
        case end(trailers: HTTPFields?)
        /// More input is needed.
        case needMore
    }

    private enum State: Sendable {
        case head
        case body(BodyDecoder)
        case failed
    }

    private static let interimLimit = 16

    private let limits: MessageLimits
    private var state = State.head
    private var scanner = LineScanner()
    private var framing = MessageFraming()
    private var line: StatusLine?
    private var fields = HTTPFields()
    private var interimCount = 0
    private var isHead = false

    init(limits: MessageLimits) {
        self.limits = limits
    }

    /// The response that comes next answers a request with this method.
    mutating func expectResponse(to method: HTTPRequest.Method) {
        self = ResponseParser(limits: limits)
        isHead = method == .head
    }

    /// Reads on. `used` is how many bytes of the input the caller must not show again; ranges refer to this input.
    mutating func next(_ bytes: UnsafeRawBufferPointer, used: inout Int) throws(HTTPError) -> Event {
        used = 0
        do throws(HTTPError) {
            switch state {
            case .head: return try nextInHead(bytes, used: &used)
            case .body(let decoder): return try nextInBody(decoder, bytes, used: &used)
            case .failed: throw HTTPError(.invalidResponse, "the connection has failed before")
            }
        } catch {
            state = .failed
            throw error.code == .badRequest ? HTTPError(.invalidResponse, error.message) : error
        }
    }

    /// The connection has ended. That ends a response without a length; any other one is cut off.
    mutating func inputEnded() throws(HTTPError) {
        if case .body(.untilClose) = state {
            state = .body(.done)
            return
        }
        if case .body(.done) = state { return }
        state = .failed
        throw HTTPError(.connectionClosed, "the server closed the connection before its answer was complete")
    }

    private mutating func nextInHead(_ bytes: UnsafeRawBufferPointer, used: inout Int) throws(HTTPError) -> Event {
        while true {
            switch scanner.next(in: bytes) {
            case .partial:
                try checkLimit(bytes.count)
                return .needMore
            case .bareLineFeed(let count):
                try checkLimit(scanner.lineStart + count)
                throw LineScanner.bareLineFeed
            case .line(let range):
                try checkLimit(range.upperBound + 2)
                guard range.isEmpty else {
                    try take(bytes[range], in: bytes)
                    continue
                }
                guard let line else { throw HTTPError(.invalidResponse, "the answer begins with an empty line") }
                guard line.code < 200 else {
                    used = scanner.lineStart
                    return .head(try finishHead(line))
                }
                try skipInterim(line, bytes, used: &used)
                return .needMore
            }
        }
    }

    private func checkLimit(_ count: Int) throws(HTTPError) {
        guard count <= limits.headBytes else {
            throw HTTPError(.invalidResponse, "the answer's header section is larger than \(limits.headBytes) bytes")
        }
    }

    private mutating func take(
        _ text: Slice<UnsafeRawBufferPointer>, in bytes: UnsafeRawBufferPointer
    ) throws(HTTPError) {
        guard line != nil else {
            line = try StatusLine(parsing: text)
            return
        }
        guard fields.count < limits.fieldCount else {
            throw HTTPError(.invalidResponse, "the answer has more than \(limits.fieldCount) header fields")
        }
        let field = try FieldLine(parsing: text)
        try framing.note(field, in: bytes)
        guard let name = HTTPField.Name(String(decoding: bytes[field.name], as: UTF8.self)) else { return }
        fields.append(HTTPField(name: name, value: bytes[field.value]))
    }

    private mutating func skipInterim(
        _ line: StatusLine, _ bytes: UnsafeRawBufferPointer, used: inout Int
    ) throws(HTTPError) {
        guard line.code != 101, interimCount < Self.interimLimit else {
            throw HTTPError(.invalidResponse, "the server switches protocols unasked, or sends no final answer")
        }
        used = scanner.lineStart
        let (count, wasHead) = (interimCount, isHead)
        self = ResponseParser(limits: limits)
        interimCount = count + 1
        isHead = wasHead
    }

    private mutating func finishHead(_ line: StatusLine) throws(HTTPError) -> ResponseHead {
        var hasContent = true
        var keepsAlive = framing.keepsAlive(minorVersion: line.minorVersion)
        if isHead || line.code == 204 || line.code == 304 {
            state = .body(.done)
            hasContent = false
        } else if let body = try framing.responseBody() {
            if case .length(let count) = body, count > limits.bodyBytes {
                throw HTTPError(.payloadTooLarge, "the answer is larger than \(limits.bodyBytes) bytes")
            }
            state = .body(BodyDecoder(body, limits: limits))
            hasContent = body != .none
        } else {
            state = .body(.untilClose)
            keepsAlive = false
        }
        return ResponseHead(status: line.code, fields: fields, keepsAlive: keepsAlive, hasContent: hasContent)
    }

    private mutating func nextInBody(
        _ decoder: BodyDecoder, _ bytes: UnsafeRawBufferPointer, used: inout Int
    ) throws(HTTPError) -> Event {
        var decoder = decoder
        let output = try decoder.next(bytes, &used)
        state = .body(decoder)
        return switch output {
        case .data(let range): .body(range)
        case .needMore: .needMore
        case .end(let trailers): .end(trailers: trailers)
        }
    }
}
