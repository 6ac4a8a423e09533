import HTTPTypes

/// The bytes of a client that have not been used yet, and the parser that reads requests out of them.
struct RequestReader: Sendable {
    /// The next part of a request's content.
    enum Part {
        case data([UInt8])
        case end(trailers: HTTPFields?)
        case needMore
    }

    private var parser: RequestParser
    private var inbound = InboundBuffer()

    init(limits: MessageLimits) {
        parser = RequestParser(limits: limits)
    }

    var isEmpty: Bool { inbound.isEmpty }

    /// Whether the request that is being read, or that has failed, has the method HEAD.
    var isHead: Bool { parser.isHead }

    /// Takes bytes from `receive`. Returns how many, and what else it says.
    mutating func fill<R>(
        _ receive: (UnsafeMutableRawBufferPointer) -> (count: Int, result: R)
    ) -> (count: Int, result: R) {
        let before = inbound.count
        let result = inbound.fill(receive)
        return (inbound.count - before, result)
    }

    /// How the bytes compare with the first ones of HTTP/2.
    func matchHTTP2Preface() -> HTTP2Preface.Match {
        inbound.withBytes(HTTP2Preface.match)
    }

    /// The head of the next request, once all of it is there.
    mutating func nextHead() throws(HTTPError) -> RequestHead? {
        guard !inbound.isEmpty else { return nil }
        var used = 0
        let event = try inbound.withBytes { (bytes) throws(HTTPError) in try parser.next(bytes, used: &used) }
        inbound.consume(used)
        guard case .head(let head) = event else { return nil }
        return head
    }

    mutating func nextPart() throws(HTTPError) -> Part {
        var used = 0
        let part = try inbound.withBytes { (bytes) throws(HTTPError) -> Part in
            switch try parser.next(bytes, used: &used) {
            case .body(let range): .data(Array(bytes[range]))
            case .end(let trailers): .end(trailers: trailers)
            case .head, .needMore: .needMore
            }
        }
        inbound.consume(used)
        return part
    }

    /// All of the content of the request whose head has just been read, if it has come together with it.
    mutating func takeContent(_ framing: MessageFraming.Body) throws(HTTPError) -> [UInt8]? {
        switch framing {
        case .chunked: return nil
        case .length(let count) where count > inbound.count: return nil
        case .none, .length: break
        }
        var content: [UInt8] = []
        while true {
            switch try nextPart() {
            case .data(let bytes): content = content.isEmpty ? bytes : content + bytes
            case .end: return content
            case .needMore: preconditionFailure("all of the content is in the buffer")
            }
        }
    }

    /// Throws the bytes away. Returns how many there were.
    mutating func discard() -> Int {
        defer { inbound.removeAll() }
        return inbound.count
    }

    /// The bytes, for someone else to read.
    mutating func takeBytes() -> [UInt8] {
        defer { inbound.removeAll() }
        return inbound.withBytes { Array($0) }
    }

    /// Gives the memory of a large message back.
    mutating func shrink() {
        inbound.shrink()
    }
}
