import FleetModel

/// A container that was restored and has not run an instruction.
struct HeldContainer: Sendable {
    /// Its processes, as CRIU holds them.
    let tasks: HeldTasks
    /// Who holds them.
    let worker: CriuWorker
    /// Who will write down its output.
    let output: OutputWriter?
    /// The mark of who wrote it down before.
    let lastWriter: String?
    /// Until when it may be released.
    let deadline: ContinuousClock.Instant
    /// Ends it when the time is over.
    let lease: Task<Void, Never>
    /// Whether its limits are in force.
    var isLimited = false
}
