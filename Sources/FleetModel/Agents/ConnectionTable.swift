/// How full a kernel's table of tracked connections is. A connection that finds no room is dropped.
public struct ConnectionTable: Codable, Sendable, Hashable {
    /// How many connections are tracked.
    public var count: Int
    /// How many there may be, above 0.
    public var limit: Int

    /// How full a table is.
    public init(count: Int, limit: Int) {
        self.count = count
        self.limit = limit
    }

    /// The part of the table that is in use, 0 to 1.
    public var share: Double { limit > 0 ? Double(count) / Double(limit) : 0 }
}
