import HTTPTypes

/// A request ready to be sent: its head as bytes, and how the content follows.
struct OutgoingRequest: Sendable {
    let method: HTTPRequest.Method
    let head: [UInt8]
    /// Content that leaves together with the head.
    let content: [UInt8]
    /// Content that is streamed after the head.
    let rest: MessageFraming.Body

    private let file: FileSender?
    private let stream: (@Sendable (any BodyWriter) async throws -> Void)?

    init(
        _ method: HTTPRequest.Method, _ target: String, _ fields: [HTTPFields], _ body: ClientBody, authority: String
    ) throws {
        self.method = method
        var content: [UInt8] = []
        var file: FileSender?
        var stream: (@Sendable (any BodyWriter) async throws -> Void)?
        let framing: MessageFraming.Body
        switch body {
        case .empty:
            framing = .none
        case .bytes(let bytes):
            content = bytes
            framing = bytes.isEmpty ? .none : .length(bytes.count)
        case .file(let path):
            let sender = try FileSender(path: path)
            file = sender
            framing = sender.count == 0 ? .none : .length(sender.count)
        case .stream(let length, let body):
            stream = body
            framing = length.map { $0 == 0 ? .none : .length($0) } ?? .chunked
        }
        let serializer = RequestSerializer(method: method, target: target, authority: authority, body: framing)
        do {
            head = try serializer.head(fields)
        } catch {
            file?.close()
            throw error
        }
        self.content = content
        self.file = file
        self.stream = stream
        rest = content.isEmpty ? framing : .none
    }

    /// Whether sending it twice does no harm.
    var mayBeRepeated: Bool {
        guard file == nil, stream == nil else { return false }
        return method != .post && method != .patch
    }

    func sendContent(_ writer: any BodyWriter) async throws {
        if let file { try await file.send(0..<file.count, to: writer) }
        try await stream?(writer)
    }

    func close() {
        file?.close()
    }
}
