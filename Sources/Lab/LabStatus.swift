/// How a lab stands.
public struct LabStatus: Codable, Sendable, Hashable {
    /// What it is to be; `nil` when there is no lab.
    public var plan: LabPlan?
    /// Its processes.
    public var processes: [LabProcessStatus]
    /// Its namespaces that are there: the names of network namespaces, and of hosts' mount namespaces as `mount:host1`.
    public var namespaces: [String]

    /// Whether all processes run.
    public var isRunning: Bool { !processes.isEmpty && processes.allSatisfy(\.isRunning) }
}

/// How a process of a lab stands.
public struct LabProcessStatus: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its number when it was last started; `nil` when it never was.
    public var processID: Int32?
    /// Whether it runs.
    public var isRunning: Bool
    /// The file with what it printed.
    public var log: String
}
