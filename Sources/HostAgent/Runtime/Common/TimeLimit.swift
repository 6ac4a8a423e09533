import FleetModel

/// How long a container may stand still while it is written down.
public struct TimeLimit: Sendable {
    /// The whole time, in seconds.
    let seconds: Double
    private let end: ContinuousClock.Instant

    /// A time that begins now.
    public init(seconds: Double) {
        self.seconds = seconds
        end = .now + .seconds(seconds)
    }

    /// What is left of it.
    var left: Duration { max(.zero, end - .now) }

    /// - Throws: `StepFailure` with `tookTooLong` when it is over.
    func check() throws(StepFailure) {
        guard left == .zero else { return }
        throw StepFailure(
            code: .tookTooLong,
            message: "to write its memory and files down took longer than the \(seconds) s that its policy allows "
                + "(limits.checkpointSeconds)")
    }
}
