extension RequestHead {
    /// Reads the header section of a request (RFC 9113 section 8.3.1), as strictly as one of HTTP/1.1. `:authority`
    /// becomes the Host field, which is how handlers know it.
    convenience init(_ block: HTTP2FieldBlock, hasContent: Bool, limits: MessageLimits) throws(HTTPError) {
        guard !block.isTooLarge else {
            throw HTTPError(
                .headersTooLarge,
                "the header section has more than \(limits.fieldCount) fields or \(limits.headBytes) bytes")
        }
        var bytes = block.bytes
        var fields = Array(block.fields[block.pseudoCount...])
        let result = bytes.withUnsafeBytes { raw -> Result<(PseudoFields, RequestLine), HTTPError> in
            do throws(HTTPError) {
                let pseudo = try PseudoFields(block, raw)
                return .success((pseudo, try pseudo.line(raw, limits)))
            } catch {
                return .failure(error)
            }
        }
        let (pseudo, line) = try result.get()
        if let authority = pseudo.authority {
            let host = bytes.withUnsafeBytes { raw in
                fields.first { Characters.equals(raw[$0.name], "host") }
                    .map { raw[$0.value].elementsEqual(raw[authority]) }
            }
            guard host ?? true else {
                throw HTTPError(.badRequest, "the Host field and :authority are not the same")
            }
            if host == nil {
                let start = bytes.count
                bytes.append("host")
                fields.insert(FieldLine(name: start..<bytes.count, value: authority), at: 0)
            }
        }
        let framing = try Self.framing(bytes, fields)
        if let length = framing.contentLength, length > limits.bodyBytes {
            throw HTTPError(.payloadTooLarge, "the content is larger than \(limits.bodyBytes) bytes")
        }
        self.init(
            bytes: bytes, line: line, fields: fields,
            // A length that is not known beforehand is what chunked means.
            body: hasContent ? framing.contentLength.map { .length($0) } ?? .chunked : .none, keepsAlive: true,
            expectsContinue: try framing.checkExpectation(minorVersion: 1) && hasContent)
    }

    private static func framing(_ bytes: [UInt8], _ fields: [FieldLine]) throws(HTTPError) -> MessageFraming {
        let result = bytes.withUnsafeBytes { raw -> Result<MessageFraming, HTTPError> in
            do throws(HTTPError) {
                var framing = MessageFraming()
                for field in fields {
                    try check(field, raw)
                    try framing.note(field, in: raw)
                }
                guard framing.host != nil else {
                    throw HTTPError(.badRequest, "a request needs :authority or a Host field")
                }
                return .success(framing)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Names in lower case, values without control characters or white space around them, nothing about the connection.
    private static func check(_ field: FieldLine, _ bytes: UnsafeRawBufferPointer) throws(HTTPError) {
        let name = bytes[field.name]
        let value = bytes[field.value]
        guard !name.isEmpty, name.allSatisfy({ Characters.isToken($0) && !(0x41...0x5A).contains($0) }) else {
            throw HTTPError(.badRequest, "a field's name must be token characters in lower case")
        }
        guard value.allSatisfy(Characters.isFieldValue), Characters.trimmed(value).count == value.count else {
            throw HTTPError(.badRequest, "a field's value contains a control character or has white space around it")
        }
        for forbidden: StaticString in [
            "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
        ] where Characters.equals(name, forbidden) {
            throw HTTPError(.badRequest, "HTTP/2 has no field \(forbidden)")
        }
    }
}

/// Where the values of a request's pseudo-fields lie.
private struct PseudoFields {
    private var method: Range<Int>?
    private var scheme: Range<Int>?
    private var path: Range<Int>?
    private(set) var authority: Range<Int>?

    init(_ block: HTTP2FieldBlock, _ bytes: UnsafeRawBufferPointer) throws(HTTPError) {
        for field in block.fields[..<block.pseudoCount] {
            let name = bytes[field.name]
            if Characters.equals(name, ":method") {
                try Self.set(&method, field)
            } else if Characters.equals(name, ":scheme") {
                try Self.set(&scheme, field)
            } else if Characters.equals(name, ":path") {
                try Self.set(&path, field)
            } else if Characters.equals(name, ":authority") {
                try Self.set(&authority, field)
            } else {
                throw HTTPError(.badRequest, "a request has no such pseudo-field")
            }
        }
        if let authority, !Authority.isValid(bytes[authority]) {
            throw HTTPError(.badRequest, ":authority is no host with an optional port")
        }
    }

    private static func set(_ range: inout Range<Int>?, _ field: FieldLine) throws(HTTPError) {
        guard range == nil else { throw HTTPError(.badRequest, "a pseudo-field is repeated") }
        range = field.value
    }

    func line(_ bytes: UnsafeRawBufferPointer, _ limits: MessageLimits) throws(HTTPError) -> RequestLine {
        guard let method else { throw HTTPError(.badRequest, "a request needs :method") }
        let known = try RequestLine.method(known: bytes[method])
        guard let scheme, let path else { throw HTTPError(.badRequest, "a request needs :scheme and :path") }
        guard Characters.equals(bytes[scheme], "http") || Characters.equals(bytes[scheme], "https") else {
            throw HTTPError(.badRequest, ":scheme must be http or https")
        }
        guard path.count <= limits.startLineBytes else {
            throw HTTPError(.uriTooLong, ":path is longer than \(limits.startLineBytes) bytes")
        }
        return try RequestLine(method: known, path: bytes[path])
    }
}
