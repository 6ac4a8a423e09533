import FleetModel

/// What can be done with the network of a container at the moment when it stands still, ready to be done: it is a matter of
/// microseconds, since it is part of the pause.
public struct StillNetwork: Sendable {
    private let look: @Sendable () throws(StepFailure) -> Int
    private let silence: @Sendable () throws(StepFailure) -> Void

    /// A network.
    /// - Parameters:
    ///   - look: how many connections wait in the queues of its listeners that would be lost in a dump.
    ///   - silence: lets nothing pass any more between the container's own processes.
    public init(
        _ look: @escaping @Sendable () throws(StepFailure) -> Int,
        silence: @escaping @Sendable () throws(StepFailure) -> Void
    ) {
        self.look = look
        self.silence = silence
    }

    /// How many connections wait in the queues of its listeners that would be lost in a dump.
    public func waiting() throws(StepFailure) -> Int { try look() }

    /// Lets nothing pass any more between the container's own processes: their kernel goes on while they stand still, and of
    /// two ends that are written down one after the other the second must not know more than the first.
    public func fallSilent() throws(StepFailure) { try silence() }
}

extension StepFailure {
    /// The failure of a move that would lose clients that its rules do not let it lose.
    /// - Parameter what: what they have done, and the container's program has not.
    static func clientsWaiting(_ count: Int, _ what: String) -> StepFailure {
        StepFailure(
            code: .clientsWaiting,
            message: "\(count) clients \(what); the container's policy says that they are not reset "
                + "(connections.acceptQueue)")
    }
}
