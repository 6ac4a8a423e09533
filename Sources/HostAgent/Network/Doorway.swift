import FleetModel

/// What joins a container's network namespace to the host, of a container whose namespace comes into being with its restore:
/// ready to be done, since it is part of the pause.
public struct Doorway: Sendable {
    private let take: @Sendable (Int32) throws(StepFailure) -> Void

    /// A doorway.
    /// - Parameter take: takes in the network namespace of a process. It blocks.
    public init(_ take: @escaping @Sendable (_ process: Int32) throws(StepFailure) -> Void) { self.take = take }

    /// Takes in the network namespace of a process that has no sockets yet. Blocks for about a millisecond.
    public func takeIn(_ process: Int32) throws(StepFailure) { try take(process) }
}

/// Where the network namespace of a stay comes from.
public enum NamespaceOrigin: Sendable, Hashable {
    /// The network makes it.
    case network
    /// The runtime has made it.
    case runtime(NetworkNamespace)
    /// It comes into being when the container is restored: see `Doorway`.
    case restore
}
