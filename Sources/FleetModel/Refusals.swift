/// How a container that could not be moved has kept from it: trials and moves that its state has refused, since it was last
/// moved.
public struct Refusals: Codable, Sendable, Hashable {
    /// When the first of them was.
    public var since: Timestamp
    /// How many there were, at least 1.
    public var count: Int
    /// What stood in the way the last time, in words.
    public var reason: String
    /// When the clock was to move it; `nil` when it was not.
    public var dueAt: Timestamp?

    /// Refusals.
    public init(since: Timestamp, count: Int = 1, reason: String, dueAt: Timestamp? = nil) {
        self.since = since
        self.count = count
        self.reason = reason
        self.dueAt = dueAt
    }

    /// The refusals in words, as of something that can be moved no more or can be again.
    public var words: String {
        "has refused to move since \(since), \(count) \(count == 1 ? "time" : "times"), because \(reason)"
    }
}
