import FleetModel

/// What can be done with the network of a container at the moment when it stands still, ready to be done: it is a matter of
/// microseconds, since it is part of the pause.
public struct StillNetwork: Sendable {
    private let look: @Sendable () throws(StepFailure) -> Int
    private let silence: @Sendable (Bool) throws(StepFailure) -> Void

    /// A network.
    /// - Parameters:
    ///   - look: how many connections wait in the queues of its listeners that would be lost in a dump.
    ///   - silence: lets nothing reach the container's sockets any more, or again.
    public init(
        _ look: @escaping @Sendable () throws(StepFailure) -> Int,
        silence: @escaping @Sendable (_ isSilent: Bool) throws(StepFailure) -> Void
    ) {
        self.look = look
        self.silence = silence
    }

    /// Lets nothing reach the container's sockets, and then makes sure that no connections wait which would be lost in a dump.
    /// The kernel goes on while the processes stand still: of two sockets that are written down one after the other the second
    /// must not know more than the first, and nobody may come after the count.
    /// - Parameter isTooMany: whether so many may not be lost. If so, everything passes again.
    /// - Returns: how many wait.
    public func fallSilent(unless isTooMany: (Int) -> Bool) throws(StepFailure) -> Int {
        try silence(true)
        let waiting = try look()
        if isTooMany(waiting) { try silence(false) }
        return waiting
    }
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
