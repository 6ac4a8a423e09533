/// The content of a request that a client sends.
public enum ClientBody: Sendable {
    /// Nothing.
    case empty
    /// These bytes.
    case bytes([UInt8])
    /// A file, read while it is sent.
    case file(path: String)
    /// What the closure writes, in chunks or of the length given.
    case stream(contentLength: Int?, @Sendable (any BodyWriter) async throws -> Void)
}
