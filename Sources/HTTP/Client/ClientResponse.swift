import HTTPTypes
import Synchronization

/// A server's answer. Its content is received as it is read; whoever does not read it to the end closes the connection by
/// letting go of the response.
public struct ClientResponse: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields.
    public let headerFields: HTTPFields
    /// The content.
    public let body: ClientResponseBody

    /// All of the content. Throws `HTTPError` with the code `payloadTooLarge` if it is larger than `limit` bytes.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var collected: [UInt8] = []
        for try await piece in body {
            guard piece.count <= limit - collected.count else {
                throw HTTPError(.payloadTooLarge, "the answer is larger than \(limit) bytes")
            }
            if collected.isEmpty { collected = piece } else { collected += piece }
        }
        return collected
    }
}

/// The content of a server's answer, piece by piece. It can be read once, by one task.
public struct ClientResponseBody: AsyncSequence, Sendable {
    /// A piece of content, never empty.
    public typealias Element = [UInt8]

    private let reader: Reader

    /// Without a connection there is no content.
    init(connection: ClientConnection?, pool: ConnectionPool, timeout: Duration) {
        reader = Reader(connection: connection, pool: pool, timeout: timeout)
    }

    /// Reads the pieces.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// The next piece; nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            try await reader.next()
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: reader)
    }

    /// Owns the connection until the content has been read, then gives it back.
    fileprivate final class Reader: Sendable {
        private let connection: Mutex<ClientConnection?>
        private let pool: ConnectionPool
        private let timeout: Duration

        init(connection: ClientConnection?, pool: ConnectionPool, timeout: Duration) {
            self.connection = Mutex(connection)
            self.pool = pool
            self.timeout = timeout
        }

        deinit {
            connection.withLock { $0 }?.close()
        }

        func next() async throws -> [UInt8]? {
            guard let connection = connection.withLock({ $0 }) else { return nil }
            if let piece = try await connection.nextPiece(timeout: timeout) { return piece }
            self.connection.withLock { $0 = nil }
            pool.put(connection)
            return nil
        }
    }
}
