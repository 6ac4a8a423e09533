/// A process that cannot be mistaken for a later one with the same number.
struct ProcessIdentity: Codable, Sendable, Hashable {
    /// The process as this host counts.
    let pid: Int32
    /// When it began, in clock ticks since the host's start: field 22 of /proc/PID/stat.
    let startTicks: UInt64

    /// The process that has this number now; `nil` when none has.
    init?(pid: Int32) {
        guard let status = ProcessStatus(of: pid) else { return nil }
        self.pid = pid
        startTicks = status.startTicks
    }
}
