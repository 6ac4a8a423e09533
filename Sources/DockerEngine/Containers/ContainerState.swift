/// How a container stands.
public struct ContainerState: Decodable, Sendable, Hashable {
    /// What a container's health check has found.
    public struct Health: Decodable, Sendable, Hashable {
        /// `starting`, `healthy`, `unhealthy` or `none`.
        public var status: String
        /// How many checks have failed in a row.
        public var failingStreak: Int?

        private enum CodingKeys: String, CodingKey {
            case status = "Status"
            case failingStreak = "FailingStreak"
        }
    }

    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    public var status: String
    /// Whether its processes exist; they also do while it is paused.
    public var isRunning: Bool
    /// Whether its processes stand still.
    public var isPaused: Bool
    /// Its first process as the host sees it; 0 when it does not run.
    public var pid: Int32
    /// With what its first process ended.
    public var exitCode: Int
    /// Why it could not be started; empty if it could.
    public var error: String
    /// Whether the kernel ended it for want of memory.
    public var wasOutOfMemory: Bool
    /// When it was last started, as the daemon writes it: in the year 1 if never.
    public var startedAt: String
    /// When it last ended, in the same form.
    public var finishedAt: String
    /// Its health, if it is checked.
    public var health: Health?

    private enum CodingKeys: String, CodingKey {
        case status = "Status"
        case isRunning = "Running"
        case isPaused = "Paused"
        case pid = "Pid"
        case exitCode = "ExitCode"
        case error = "Error"
        case wasOutOfMemory = "OOMKilled"
        case startedAt = "StartedAt"
        case finishedAt = "FinishedAt"
        case health = "Health"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try container.decodeIfPresent(String.self, forKey: key) ?? "" }
        status = try container.decode(String.self, forKey: .status)
        isRunning = try container.decode(Bool.self, forKey: .isRunning)
        isPaused = try container.decodeIfPresent(Bool.self, forKey: .isPaused) ?? false
        pid = try container.decode(Int32.self, forKey: .pid)
        exitCode = try container.decodeIfPresent(Int.self, forKey: .exitCode) ?? 0
        error = try text(.error)
        wasOutOfMemory = try container.decodeIfPresent(Bool.self, forKey: .wasOutOfMemory) ?? false
        startedAt = try text(.startedAt)
        finishedAt = try text(.finishedAt)
        health = try container.decodeIfPresent(Health.self, forKey: .health)
    }
}
