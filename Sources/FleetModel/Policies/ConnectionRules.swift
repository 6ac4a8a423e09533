/// What becomes of connections that a move meets at a bad moment.
public struct ConnectionRules: Codable, Sendable, Hashable {
    /// The longest time that a move may wait for its container's accept queues, in seconds: ten minutes.
    public static let longestSeconds = 600.0

    /// What happens to clients that the kernel has accepted and the container's program has not, when they still wait
    /// after `acceptSeconds`.
    public var acceptQueue: AcceptQueueRule
    /// How long a move waits until the container's program has accepted everybody, in seconds, 0 to 600. Meanwhile new
    /// clients wait with their first packet, and everything else goes on.
    public var acceptSeconds: Double

    /// Rules.
    public init(acceptQueue: AcceptQueueRule = .reset, acceptSeconds: Double = 30) {
        self.acceptQueue = acceptQueue
        self.acceptSeconds = acceptSeconds
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        try Policy.check(acceptSeconds, in: 0...Self.longestSeconds, "connections.acceptSeconds")
    }
}

/// What happens to clients that nobody accepts in time. CRIU cannot carry them: they belong to no process yet.
public enum AcceptQueueRule: String, Codable, Sendable, CaseIterable {
    /// The move is given up; they go on waiting.
    case wait
    /// The move goes on, and they are reset, so that they may try again at once.
    case reset
}

extension ConnectionRules {
    private enum CodingKeys: String, CodingKey, CaseIterable { case acceptQueue, acceptSeconds }

    /// Decodes rules; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = ConnectionRules()
        acceptQueue = try fields.value(.acceptQueue, or: defaults.acceptQueue)
        acceptSeconds = try fields.value(.acceptSeconds, or: defaults.acceptSeconds)
    }
}
