/// What becomes of a container whose process ends by itself, or that cannot be started.
public enum RestartRule: String, Codable, Sendable, CaseIterable {
    /// It stays as it is until somebody starts it anew.
    case never
    /// It is started anew unless its process was content (status 0).
    case onFailure
    /// It is started anew.
    case always
}

/// How often a container was started anew by itself, and when it will be.
public struct Restarts: Codable, Sendable, Hashable {
    /// How often in a row; a life that is long enough ends the row.
    public var count: Int
    /// When its process was started; `nil` before that.
    public var startedAt: Timestamp?
    /// When it will be started anew; `nil` when it will not.
    public var nextAt: Timestamp?
    /// Where it is to be started then; `nil` for wherever it may.
    public var leaving: Leaving?

    /// Restarts.
    public init(count: Int = 0, startedAt: Timestamp? = nil, nextAt: Timestamp? = nil) {
        self.count = count
        self.startedAt = startedAt
        self.nextAt = nextAt
    }
}

/// Where a container is to be started anew that could not be moved.
public enum Leaving: String, Codable, Sendable, CaseIterable {
    /// On another host.
    case elsewhere
    /// On another host, that carries nobody else's containers.
    case alone
}
