/// A part of a list.
public struct ListView<Item: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// The items.
    public var items: [Item]
    /// The cursor of the next part; `nil` on the last.
    public var next: String?
    /// How many items the whole list has; `nil` where only counting all of them would tell.
    public var total: Int?

    private enum CodingKeys: CodingKey { case items, next, total }

    /// A part of a list.
    public init(items: [Item], next: String?, total: Int? = nil) {
        self.items = items
        self.next = next
        self.total = total
    }

    /// Encodes the part. That it is the last one is said by `null`.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(items, forKey: .items)
        try fields.encode(next, forKey: .next)
        try fields.encodeIfPresent(total, forKey: .total)
    }
}
