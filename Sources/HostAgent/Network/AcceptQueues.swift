import FleetModel

/// The queues of a container's listeners, ready to be looked at: a look is a matter of microseconds, since it is part of the
/// pause.
public struct AcceptQueues: Sendable {
    private let look: @Sendable () throws(StepFailure) -> Int

    /// Queues.
    /// - Parameter look: how many connections wait in them that would be lost in a dump.
    public init(_ look: @escaping @Sendable () throws(StepFailure) -> Int) { self.look = look }

    /// How many connections wait in them that would be lost in a dump.
    public func waiting() throws(StepFailure) -> Int { try look() }
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
