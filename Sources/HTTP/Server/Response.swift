import HTTPTypes

/// What a handler answers. The server adds Date, Content-Length or Transfer-Encoding, and Connection.
public struct Response: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The header fields.
    public var headerFields: HTTPFields
    /// The content. For HEAD, and with the status 204 and 304, it is not sent.
    public var body: ResponseBody

    /// A response of these parts.
    public init(status: HTTPResponse.Status = .ok, headerFields: HTTPFields = [:], body: ResponseBody = .empty) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    /// Text in UTF-8.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        bytes(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
    }

    /// JSON that is encoded already.
    public static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Self.bytes(bytes, type: "application/json", status: status)
    }

    /// Bytes of this media type.
    public static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headerFields: [.contentType: type], body: .bytes(bytes))
    }
}

/// The content of a response.
public enum ResponseBody: Sendable {
    /// Nothing.
    case empty
    /// These bytes.
    case bytes([UInt8])
    /// What the closure writes, in chunks or of the length given. When it throws the connection is closed, so that the
    /// client notices that the content is not complete. Its task is cancelled when the client goes away.
    case stream(contentLength: Int?, @Sendable (any BodyWriter) async throws -> Void)
}

/// Takes the content of a response or request piece by piece.
public protocol BodyWriter: Sendable {
    /// Sends bytes. It returns at once while the connection takes them, and otherwise waits until it does. Throws
    /// `HTTPError` when the other side is gone, and `CancellationError` when the task is cancelled.
    func write(_ bytes: [UInt8]) async throws

    /// Lets these fields follow the content, in the place of those given before. HTTP/1.1 has a place for them behind
    /// content of a length that is not announced, and HTTP/2 always; elsewhere they are dropped, and so are fields about the
    /// connection and the length. Throws `HTTPError` with the code `invalidHeader` if a value is none that HTTP allows.
    func setTrailerFields(_ fields: HTTPFields) throws
}

/// A body writer that may let the kernel copy a file, without its bytes passing through the process.
protocol FileBodyWriter: BodyWriter {
    /// Sends a range of the file, or nothing if it cannot: then the bytes must be read and written. Returns whether it has
    /// sent. Throws as `write` does, and `HTTPError` with the code `bodyLengthMismatch` if the file is shorter.
    func write(file descriptor: Int32, _ range: Range<Int>) async throws -> Bool
}
