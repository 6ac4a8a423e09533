/// What a daemon says about how it is set up.
public struct DockerInfo: Decodable, Sendable, Hashable {
    /// A program that can run containers.
    public struct Runtime: Decodable, Sendable, Hashable {
        /// Its path or name.
        public var path: String?

        private enum CodingKeys: String, CodingKey { case path }
    }

    /// What identifies the daemon.
    public var id: String?
    /// The name of the host.
    public var name: String?
    /// The storage driver, such as `overlay2`.
    public var driver: String
    /// Where the daemon keeps its state.
    public var rootDirectory: String
    /// The version of control groups, `1` or `2`.
    public var controlGroupVersion: String?
    /// What manages control groups, `cgroupfs`, `systemd` or `none`.
    public var controlGroupDriver: String?
    /// Whether checkpoints can be made.
    public var isExperimental: Bool
    /// The programs that can run containers, by name.
    public var runtimes: [String: Runtime]
    /// The name of the one that runs them unless the container says otherwise.
    public var defaultRuntime: String?
    /// What confines containers, such as `name=seccomp,profile=default`.
    public var securityOptions: [String]
    /// Whether containers go on while the daemon is restarted.
    public var keepsContainersAlive: Bool
    /// What the daemon warns of.
    public var warnings: [String]
    /// The kernel it runs on.
    public var kernelVersion: String?
    /// The processor architecture, such as `x86_64`.
    public var architecture: String?
    /// How many containers run.
    public var runningContainers: Int

    private enum CodingKeys: String, CodingKey {
        case id = "ID"
        case name = "Name"
        case driver = "Driver"
        case rootDirectory = "DockerRootDir"
        case controlGroupVersion = "CgroupVersion"
        case controlGroupDriver = "CgroupDriver"
        case isExperimental = "ExperimentalBuild"
        case runtimes = "Runtimes"
        case defaultRuntime = "DefaultRuntime"
        case securityOptions = "SecurityOptions"
        case keepsContainersAlive = "LiveRestoreEnabled"
        case warnings = "Warnings"
        case kernelVersion = "KernelVersion"
        case architecture = "Architecture"
        case runningContainers = "ContainersRunning"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String? { try container.decodeIfPresent(String.self, forKey: key) }
        func texts(_ key: CodingKeys) throws -> [String] {
            try container.decodeIfPresent([String].self, forKey: key) ?? []
        }
        func truth(_ key: CodingKeys) throws -> Bool {
            try container.decodeIfPresent(Bool.self, forKey: key) ?? false
        }
        id = try text(.id)
        name = try text(.name)
        driver = try container.decode(String.self, forKey: .driver)
        rootDirectory = try container.decode(String.self, forKey: .rootDirectory)
        controlGroupVersion = try text(.controlGroupVersion)
        controlGroupDriver = try text(.controlGroupDriver)
        isExperimental = try truth(.isExperimental)
        runtimes = try container.decodeIfPresent([String: Runtime].self, forKey: .runtimes) ?? [:]
        defaultRuntime = try text(.defaultRuntime)
        securityOptions = try texts(.securityOptions)
        keepsContainersAlive = try truth(.keepsContainersAlive)
        warnings = try texts(.warnings)
        kernelVersion = try text(.kernelVersion)
        architecture = try text(.architecture)
        runningContainers = try container.decodeIfPresent(Int.self, forKey: .runningContainers) ?? 0
    }
}
