/// Where the content of an answer comes from.
protocol ResponseBodySource: Sendable {
    /// The next piece; nil at the end, after which nothing is asked any more.
    func next() async throws -> [UInt8]?
    /// Nobody will read the rest.
    func abandon()
}

/// Content from a connection of HTTP/1.1, which goes back to its pool after the last piece.
struct PooledBodySource: ResponseBodySource {
    let connection: ClientConnection
    let pool: ConnectionPool
    let timeout: Duration

    func next() async throws -> [UInt8]? {
        if let piece = try await connection.nextPiece(timeout: timeout) { return piece }
        pool.put(connection)
        return nil
    }

    func abandon() {
        connection.close()
    }
}
