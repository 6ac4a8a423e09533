import HTTPTypes

/// A request ready to be sent: what its head is made of, and how the content follows.
struct OutgoingRequest: Sendable {
    let method: HTTPRequest.Method
    /// Content that leaves together with the head.
    let content: [UInt8]
    /// Content that is streamed after the head.
    let rest: MessageFraming.Body

    private let target: String
    private let authority: String
    private let fields: [HTTPFields]
    private let framing: MessageFraming.Body
    private let file: OpenFile?
    private let stream: (@Sendable (any BodyWriter) async throws -> Void)?

    init(
        _ method: HTTPRequest.Method, _ target: String, _ fields: [HTTPFields], _ body: ClientBody, authority: String
    ) throws {
        guard target.hasPrefix("/"), target.utf8.allSatisfy(Characters.isTarget) else {
            throw HTTPError(.invalidHeader, "'\(target)' is no path and query; encode what is not allowed in them")
        }
        self.method = method
        self.target = target
        self.authority = authority
        self.fields = fields
        var content: [UInt8] = []
        var file: OpenFile?
        var stream: (@Sendable (any BodyWriter) async throws -> Void)?
        switch body {
        case .empty:
            framing = .none
        case .bytes(let bytes):
            content = bytes
            framing = bytes.isEmpty ? .none : .length(bytes.count)
        case .file(let path):
            let opened = OpenFile(try FileSender(path: path))
            file = opened
            framing = opened.sender.count == 0 ? .none : .length(opened.sender.count)
        case .stream(let length, let body):
            stream = body
            framing = length.map { $0 == 0 ? .none : .length($0) } ?? .chunked
        }
        self.content = content
        self.file = file
        self.stream = stream
        rest = content.isEmpty ? framing : .none
    }

    /// The head in the form of HTTP/1.1. Throws `HTTPError` with the code `invalidHeader` if a value would break it.
    func http1Head() throws(HTTPError) -> [UInt8] {
        try RequestSerializer(method: method, target: target, authority: authority, body: framing).head(fields)
    }

    /// The head in the form of HTTP/2. Throws `HTTPError` with the code `invalidHeader` as well.
    func http2Head(scheme: StaticString) throws(HTTPError) -> HTTP2Fields {
        let length: Int? =
            switch framing {
            case .length(let count): count
            case .none where method == .post || method == .put || method == .patch: 0
            case .none, .chunked: nil
            }
        return try HTTP2Fields(
            method: method, scheme: scheme, authority: authority, target: target, contentLength: length,
            fields.joined())
    }

    /// Whether it can be sent again when it is certain that the server has done nothing.
    var canBeSentAgain: Bool { stream == nil }

    /// Whether sending it twice does no harm.
    var mayBeRepeated: Bool {
        guard file == nil, stream == nil else { return false }
        return method != .post && method != .patch
    }

    func sendContent(_ writer: any BodyWriter) async throws {
        if let sender = file?.sender { try await sender.send(0..<sender.count, to: writer) }
        try await stream?(writer)
    }

    /// Closes its file when the last one lets go of it.
    private final class OpenFile: Sendable {
        let sender: FileSender

        init(_ sender: FileSender) {
            self.sender = sender
        }

        deinit {
            sender.close()
        }
    }
}
