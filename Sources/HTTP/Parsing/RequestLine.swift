import HTTPTypes

/// The first line of a request: `method SP target SP version` (RFC 9112 section 3).
struct RequestLine: Sendable {
    /// Where a target's parts lie within the head. `*` has none, and only an absolute target has an authority.
    struct Target: Sendable {
        var authority: Range<Int>?
        var path: Range<Int>
        var query: Range<Int>?
        var isAsterisk = false
    }

    var method: HTTPRequest.Method
    var target: Target
    var minorVersion: Int

    init(parsing line: Slice<UnsafeRawBufferPointer>) throws(HTTPError) {
        var index = line.startIndex
        while index < line.endIndex, Characters.isToken(line[index]) { index += 1 }
        guard index > line.startIndex, index < line.endIndex, line[index] == Characters.space else {
            throw HTTPError(.badRequest, "a request line is a method, one space, a target, one space and the version")
        }
        let methodBytes = line[line.startIndex..<index]
        let targetStart = index + 1
        index = targetStart
        while index < line.endIndex, Characters.isTarget(line[index]) { index += 1 }
        guard index > targetStart, index < line.endIndex, line[index] == Characters.space else {
            throw HTTPError(
                .badRequest, "the request target is empty, contains an illegal character, or no version follows")
        }
        minorVersion = try Self.version(line[(index + 1)...])
        method = try Self.method(known: methodBytes)
        target = try Self.target(line[targetStart..<index], method: method)
    }

    /// What the pseudo-fields of HTTP/2 stand for (RFC 9113 section 8.3.1).
    init(method: HTTPRequest.Method, path: Slice<UnsafeRawBufferPointer>) throws(HTTPError) {
        let isAsterisk = path.elementsEqual("*".utf8) && method == .options
        guard path.first == UInt8(ascii: "/") || isAsterisk, path.allSatisfy(Characters.isTarget) else {
            throw HTTPError(.badRequest, "the path does not begin with a slash or contains an illegal character")
        }
        self.method = method
        minorVersion = 1
        target = try Self.target(path, method: method)
    }

    private static func version(_ bytes: Slice<UnsafeRawBufferPointer>) throws(HTTPError) -> Int {
        let start = bytes.startIndex
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), Characters.isDigit(bytes[start + 5]),
            bytes[start + 6] == UInt8(ascii: "."), Characters.isDigit(bytes[start + 7])
        else {
            throw HTTPError(.badRequest, "the request line must end in HTTP/1.1 or HTTP/1.0")
        }
        guard bytes[start + 5] == UInt8(ascii: "1") else {
            throw HTTPError(.versionNotSupported, "only HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        // A later minor version is answered as the highest one that is known (RFC 9110 section 2.5).
        return bytes[start + 7] == UInt8(ascii: "0") ? 0 : 1
    }

    /// The method with this name. Throws `HTTPError` with the code `methodNotImplemented` if it is not known here.
    static func method(known bytes: Slice<UnsafeRawBufferPointer>) throws(HTTPError) -> HTTPRequest.Method {
        guard let method = method(bytes) else {
            throw HTTPError(.methodNotImplemented, "this method is not known here")
        }
        return method
    }

    /// The methods a resource of this project can have. CONNECT and TRACE are not among them.
    private static func method(_ bytes: Slice<UnsafeRawBufferPointer>) -> HTTPRequest.Method? {
        switch bytes.count {
        case 3 where bytes.elementsEqual("GET".utf8): .get
        case 3 where bytes.elementsEqual("PUT".utf8): .put
        case 4 where bytes.elementsEqual("POST".utf8): .post
        case 4 where bytes.elementsEqual("HEAD".utf8): .head
        case 5 where bytes.elementsEqual("PATCH".utf8): .patch
        case 6 where bytes.elementsEqual("DELETE".utf8): .delete
        case 7 where bytes.elementsEqual("OPTIONS".utf8): .options
        default: nil
        }
    }

    private static func target(
        _ bytes: Slice<UnsafeRawBufferPointer>, method: HTTPRequest.Method
    ) throws(HTTPError) -> Target {
        if bytes.first == UInt8(ascii: "/") { return split(bytes) }
        if bytes.count == 1, bytes.first == UInt8(ascii: "*"), method == .options {
            return Target(path: bytes.startIndex..<bytes.endIndex, query: nil, isAsterisk: true)
        }
        return try absolute(bytes)
    }

    /// `http://host/path`, which clients send to proxies and every server must accept (RFC 9112 section 3.2.2).
    private static func absolute(_ bytes: Slice<UnsafeRawBufferPointer>) throws(HTTPError) -> Target {
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }
        let authorityStart = scheme.endIndex + 3
        guard Characters.equals(scheme, "http") || Characters.equals(scheme, "https"),
            bytes.endIndex > authorityStart, bytes[scheme.endIndex..<authorityStart].elementsEqual("://".utf8)
        else {
            throw HTTPError(.badRequest, "the request target must begin with a slash")
        }
        let authority = bytes[authorityStart...].prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard Authority.isValid(authority) else {
            throw HTTPError(.badRequest, "the request target's authority is no host with an optional port")
        }
        var target = split(bytes[authority.endIndex...])
        target.authority = authority.startIndex..<authority.endIndex
        return target
    }

    private static func split(_ bytes: Slice<UnsafeRawBufferPointer>) -> Target {
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else {
            return Target(path: bytes.startIndex..<bytes.endIndex, query: nil)
        }
        return Target(path: bytes.startIndex..<mark, query: (mark + 1)..<bytes.endIndex)
    }
}
