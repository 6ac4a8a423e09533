/// How a held container was lost.
enum HoldLoss: String, Codable, Sendable {
    /// It was not released in time.
    case leaseExpired
    /// The agent ended.
    case interrupted
}
