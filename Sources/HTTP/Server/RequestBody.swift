import HTTPTypes

/// The content of a request, received as it is read: a client that sends faster than the handler reads has to wait.
///
/// It can be read once. A client that waits for `100 Continue` gets it when the handler first asks.
public struct RequestBody: AsyncSequence, Sendable {
    /// A piece of content, never empty.
    public typealias Element = [UInt8]

    enum Storage: Sendable {
        case bytes([UInt8])
        case source(any RequestBodySource)
    }

    private let storage: Storage

    /// Content that is there already.
    public init(_ bytes: [UInt8]) {
        storage = .bytes(bytes)
    }

    init(_ source: any RequestBodySource) {
        storage = .source(source)
    }

    /// All of the content. Throws `HTTPError` with the code `payloadTooLarge`, which becomes the answer 413, when it is
    /// larger than `limit` bytes, or with `incompleteRequest`, `connectionClosed` or `requestTimeout` when it does not come.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var collected: [UInt8] = []
        if case .bytes(let bytes) = storage { collected = bytes }
        if case .source = storage {
            for try await piece in self {
                guard piece.count <= limit - collected.count else {
                    throw HTTPError(.payloadTooLarge, "the content is larger than \(limit) bytes")
                }
                if collected.isEmpty { collected = piece } else { collected += piece }
            }
        }
        guard collected.count <= limit else {
            throw HTTPError(.payloadTooLarge, "the content is larger than \(limit) bytes")
        }
        return collected
    }

    /// The fields that came after the content (RFC 9110 section 6.5): none before its end has been read, and after the
    /// answer. They are bounded as `MessageLimits.trailerBytes` says and never join the header fields. Whoever heeds one of
    /// them must know that it may come so late.
    public var trailerFields: HTTPFields {
        guard case .source(let source) = storage else { return [:] }
        return source.trailers ?? [:]
    }

    /// Reads the pieces.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var storage: Storage

        /// The next piece; nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            switch storage {
            case .bytes(let bytes):
                storage = .bytes([])
                return bytes.isEmpty ? nil : bytes
            case .source(let source):
                return try await source.next()
            }
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(storage: storage)
    }
}

/// Where a body's pieces come from.
protocol RequestBodySource: Sendable {
    func next() async throws -> [UInt8]?
    /// The fields that came after the last piece.
    var trailers: HTTPFields? { get }
}
