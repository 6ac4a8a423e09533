import FleetModel

/// Waits until a container's connections can be moved
/// ==================================================
///
/// What is in a listener's queue belongs to no process, so CRIU cannot carry it. New connections are kept away before
/// this begins (`StepKind.hush`), so the queues run empty when the program accepts.
///
/// Handshakes that are under way need a round trip to the client, who takes himself to be connected with its second half: left
/// behind, he would be reset. A client on the other side of the world needs half a second. When the kernel repeats its answer,
/// after a second (`TCP_TIMEOUT_INIT`), there is most likely nobody to hear it, and that one is waited for no more.
///
/// Connections that the program has closed need a round trip too, or as long as a slow reader takes: those that need longer are
/// served by the source after the move.
///
/// A pure value: what is seen goes in, what is to be done comes out.
struct Settlement: Sendable, Hashable {
    /// What stands in the way at one moment.
    struct Census: Sendable, Hashable {
        /// Clients in listeners' queues.
        var waiting = 0
        /// Handshakes under way whose clients are likely to answer.
        var handshakes = 0
        /// Connections that the program has closed and that have not come to their end.
        var closing = 0

        /// Counts sockets.
        init(_ sockets: [TCPSocket]) {
            for socket in sockets {
                switch socket.state {
                case .listening: waiting += socket.receiveQueue
                case .synReceived, .newSynReceived: handshakes += socket.repeats == 0 ? 1 : 0
                case .finWait1, .closing, .lastAck: closing += socket.inode == 0 ? 1 : 0
                default: break
                }
            }
        }

        /// Given numbers.
        init(waiting: Int = 0, handshakes: Int = 0, closing: Int = 0) {
            (self.waiting, self.handshakes, self.closing) = (waiting, handshakes, closing)
        }
    }

    /// What is to be done.
    enum Action: Sendable, Hashable {
        /// Look again after this time.
        case lookAgain(after: Duration)
        /// The move may go on; so many clients that still wait will be reset.
        case proceed(resetting: Int)
        /// The move is to be given up.
        case giveUp(waiting: Int)
    }

    /// How long a handshake may take: a little more than the kernel waits before it repeats its answer.
    static let handshake = Duration.milliseconds(1100)
    /// How long a close may take.
    static let close = Duration.milliseconds(200)

    /// The policy's rules.
    var rules: ConnectionRules

    /// What follows from what was seen.
    /// - Parameter elapsed: since new connections were kept away.
    func action(after census: Census, elapsed: Duration) -> Action {
        let mustWait = census.waiting > 0 && elapsed < .seconds(rules.acceptSeconds)
        let mayWait =
            census.handshakes > 0 && elapsed < Self.handshake || census.closing > 0 && elapsed < Self.close
        if mustWait || mayWait { return .lookAgain(after: Self.pause(after: elapsed)) }
        if census.waiting > 0, rules.acceptQueue == .wait { return .giveUp(waiting: census.waiting) }
        return .proceed(resetting: census.waiting)
    }

    /// Often at first, since most waits are short.
    private static func pause(after elapsed: Duration) -> Duration {
        switch elapsed {
        case ..<Duration.milliseconds(20): .milliseconds(1)
        case ..<Duration.milliseconds(500): .milliseconds(5)
        default: .milliseconds(25)
        }
    }
}
