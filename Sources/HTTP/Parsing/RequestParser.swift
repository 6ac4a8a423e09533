import HTTPTypes

/// Turns a client's bytes into requests: no socket, no clock, no memory of what the bytes meant to anyone.
///
/// The caller keeps the bytes that are not used yet and shows them again together with what came after; the parser
/// remembers how far it has looked. However the input is cut, the same events come out: every decision is taken at a
/// complete line or at a count of bytes, never at the end of what happens to be there.
struct RequestParser: Sendable {
    enum Event {
        /// A complete head.
        case head(RequestHead)
        /// Content, as a range of the input.
        case body(Range<Int>)
        /// The request is complete; the next one may follow. The fields after its content, if there were any.
        case end(trailers: HTTPFields?)
        /// More input is needed.
        case needMore
    }

    private enum State: Sendable {
        case head
        case body(BodyDecoder)
        case failed
    }

    /// RFC 9112 section 2.2 asks for tolerance of an empty line before a request.
    private static let emptyLinesAllowed = 2

    private let limits: MessageLimits
    private var state = State.head
    private var scanner = LineScanner()
    private var framing = MessageFraming()
    private var line: RequestLine?
    private var fields: [FieldLine] = []
    private var emptyLines = 0

    init(limits: MessageLimits) {
        self.limits = limits
    }

    /// Whether the request that is being read, or that has failed, has the method HEAD.
    var isHead: Bool { line?.method == .head }

    /// Reads on. `used` is how many bytes of the input the caller must not show again; ranges refer to this input.
    /// After an error the parser is of no more use, nor is the connection.
    mutating func next(_ bytes: UnsafeRawBufferPointer, used: inout Int) throws(HTTPError) -> Event {
        used = 0
        do throws(HTTPError) {
            switch state {
            case .head: return try nextInHead(bytes, used: &used)
            case .body(let decoder): return try nextInBody(decoder, bytes, used: &used)
            case .failed: throw HTTPError(.badRequest, "the connection has failed before")
            }
        } catch {
            state = .failed
            throw error
        }
    }

    // MARK: - Head

    private mutating func nextInHead(_ bytes: UnsafeRawBufferPointer, used: inout Int) throws(HTTPError) -> Event {
        while true {
            try checkFirstByte(bytes)
            switch scanner.next(in: bytes) {
            case .partial(let count):
                try checkLimits(lineBytes: count, headBytes: bytes.count)
                return .needMore
            case .bareLineFeed(let count):
                try checkLimits(lineBytes: count, headBytes: scanner.lineStart + count)
                throw LineScanner.bareLineFeed
            case .line(let range):
                try checkLimits(lineBytes: range.count + 2, headBytes: range.upperBound + 2)
                guard range.isEmpty else {
                    try take(bytes[range], in: bytes)
                    continue
                }
                guard let line else {
                    emptyLines += 1
                    guard emptyLines <= Self.emptyLinesAllowed else {
                        throw HTTPError(.badRequest, "a request must begin with a method")
                    }
                    continue
                }
                used = scanner.lineStart
                return .head(try finishHead(line, bytes[..<range.lowerBound]))
            }
        }
    }

    /// Something that is not HTTP at all, such as a TLS greeting, may never send a line end. It is told at its first byte.
    private func checkFirstByte(_ bytes: UnsafeRawBufferPointer) throws(HTTPError) {
        guard line == nil, scanner.lineStart < bytes.count else { return }
        let first = bytes[scanner.lineStart]
        guard Characters.isToken(first) || first == Characters.carriageReturn || first == Characters.lineFeed else {
            throw HTTPError(.badRequest, "a request must begin with a method")
        }
    }

    private func checkLimits(lineBytes: Int, headBytes: Int) throws(HTTPError) {
        if line == nil, lineBytes > limits.startLineBytes + 2 {
            throw HTTPError(.uriTooLong, "the request line is longer than \(limits.startLineBytes) bytes")
        }
        if headBytes > limits.headBytes {
            throw HTTPError(.headersTooLarge, "the header section is larger than \(limits.headBytes) bytes")
        }
    }

    private mutating func take(
        _ text: Slice<UnsafeRawBufferPointer>, in bytes: UnsafeRawBufferPointer
    ) throws(HTTPError) {
        guard line != nil else {
            line = try RequestLine(parsing: text)
            return
        }
        guard fields.count < limits.fieldCount else {
            throw HTTPError(.headersTooLarge, "there are more than \(limits.fieldCount) header fields")
        }
        let field = try FieldLine(parsing: text)
        try framing.note(field, in: bytes)
        fields.append(field)
    }

    private mutating func finishHead(
        _ line: RequestLine, _ bytes: Slice<UnsafeRawBufferPointer>
    ) throws(HTTPError) -> RequestHead {
        guard framing.host != nil || line.minorVersion == 0 else {
            throw HTTPError(.badRequest, "a request needs a Host field")
        }
        // A client must send both alike (RFC 9112 section 3.2.2); if it does not, two readers can take it for two hosts.
        if let authority = line.target.authority, let host = framing.host {
            guard Characters.equals(bytes[authority], bytes[host]) else {
                throw HTTPError(.badRequest, "the request target and the Host field name different hosts")
            }
        }
        let body = try framing.requestBody(minorVersion: line.minorVersion)
        if case .length(let count) = body, count > limits.bodyBytes {
            throw HTTPError(.payloadTooLarge, "the content is larger than \(limits.bodyBytes) bytes")
        }
        let head = RequestHead(
            bytes: Array(bytes), line: line, fields: fields, body: body,
            keepsAlive: framing.keepsAlive(minorVersion: line.minorVersion),
            expectsContinue: try framing.checkExpectation(minorVersion: line.minorVersion) && body != .none)
        state = .body(BodyDecoder(body, limits: limits))
        return head
    }

    // MARK: - Body

    private mutating func nextInBody(
        _ decoder: BodyDecoder, _ bytes: UnsafeRawBufferPointer, used: inout Int
    ) throws(HTTPError) -> Event {
        var decoder = decoder
        let output = try decoder.next(bytes, &used)
        switch output {
        case .data(let range):
            state = .body(decoder)
            return .body(range)
        case .needMore:
            state = .body(decoder)
            return .needMore
        case .end(let trailers):
            self = RequestParser(limits: limits)
            return .end(trailers: trailers)
        }
    }
}
