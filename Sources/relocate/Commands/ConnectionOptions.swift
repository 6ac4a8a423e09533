import ArgumentParser
import FleetModel

/// What becomes of connections that a move meets at a bad moment: the parts of a policy about them.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long a move waits for the program to accept who has connected, 0 to 600.", valueName: "seconds"))
    var acceptSeconds: Double?

    @Option(help: "What happens then to those that still wait: 'reset' them, or give up the move ('wait').")
    var acceptQueue: AcceptQueueRule?

    /// Whether nothing is to be changed.
    var isEmpty: Bool { acceptSeconds == nil && acceptQueue == nil }

    /// Fails for values that fit no policy, before anything is sent.
    func validate() throws {
        var policy = Policy()
        apply(to: &policy)
        try validated { try policy.connections.validate() }
    }

    /// Makes the changes.
    func apply(to policy: inout Policy) {
        policy.connections.acceptSeconds = acceptSeconds ?? policy.connections.acceptSeconds
        policy.connections.acceptQueue = acceptQueue ?? policy.connections.acceptQueue
    }
}

extension AcceptQueueRule: ExpressibleByArgument {}
