import HTTPTypes

/// Where the content of an answer comes from.
protocol ResponseBodySource: Sendable {
    /// The next piece; nil at the end, after which nothing is asked any more.
    func next() async throws -> [UInt8]?
    /// The end has been read. Returns the fields that came after the content.
    func finish() -> HTTPFields?
    /// Nobody will read the rest.
    func abandon()
}

/// Content from a connection of HTTP/1.1, which goes back to its pool after the last piece.
struct PooledBodySource: ResponseBodySource {
    let connection: ClientConnection
    let pool: ConnectionPool
    let timeout: Duration

    func next() async throws -> [UInt8]? {
        try await connection.nextPiece(timeout: timeout)
    }

    func finish() -> HTTPFields? {
        defer { pool.put(connection) }
        return connection.trailers
    }

    func abandon() {
        connection.close()
    }
}
