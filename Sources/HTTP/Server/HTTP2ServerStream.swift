import HTTPTypes

/// A request of an HTTP/2 connection, from its head until both sides of its stream have ended. Confined to the
/// connection's lock.
final class HTTP2ServerStream {
    typealias BodyWaiter = CheckedContinuation<[UInt8]?, any Error>

    enum Phase: Equatable {
        /// The handler has not answered yet.
        case handling
        /// The handler writes the content of its answer; so much of it is still to come, if that is known.
        case writing(left: Int?)
        /// The handler has nothing more to say.
        case answered
        /// The answer has been sent, and the client goes on sending content that nobody wants.
        case draining(left: Int)
    }

    let identifier: Int32
    var phase = Phase.handling
    var task: Task<Void, Never>?
    /// The answer goes on until someone ends it, so shutting down must not wait for it.
    var isEventStream = false

    var content = HTTP2IncomingContent()
    /// The fields that have come after it.
    var trailers: HTTPFields?
    /// The handler has been told of its end.
    var contentHasBeenRead = false
    /// How many bytes of content have come so far.
    var contentCount = 0
    /// Why there will be no more content.
    var contentFailure: HTTPError?
    /// The client sends its content when it is told to.
    var continueIsDue: Bool
    var bodyWaiter: BodyWaiter?
    var bodyBudget: StallBudget

    var writeWaiters = WriteWaiters()
    var writeBudget: StallBudget
    private let handlerTimeout: Duration
    /// When the handler must have answered or asked for content.
    private var handlerDeadline: MonotonicTime

    /// When the client must have ended its side after the answer.
    var drainDeadline = MonotonicTime.never

    init(_ identifier: Int32, continueIsDue: Bool, _ configuration: HTTPServer.Configuration) {
        self.identifier = identifier
        self.continueIsDue = continueIsDue
        handlerTimeout = configuration.handlerTimeout
        handlerDeadline = .now() + handlerTimeout
        let rate = configuration.minBytesPerSecond
        bodyBudget = StallBudget(configuration.bodyTimeout, minBytesPerSecond: rate)
        writeBudget = StallBudget(configuration.writeTimeout, minBytesPerSecond: rate)
    }

    var deadline: MonotonicTime {
        min(bodyBudget.deadline, writeBudget.deadline, drainDeadline, isHandlersTurn ? handlerDeadline : .never)
    }

    /// Whether everyone waits for the handler, and it has taken too long.
    func isOverdue(_ now: MonotonicTime) -> Bool { isHandlersTurn && handlerDeadline <= now }

    private var isHandlersTurn: Bool { phase == .handling && bodyWaiter == nil }

    /// The handler has been given something to work with.
    func restartHandlerTime(_ now: MonotonicTime) {
        handlerDeadline = now + handlerTimeout
    }

    /// Whether its handler may still be at work.
    var isHandled: Bool {
        switch phase {
        case .handling, .writing: true
        case .answered, .draining: false
        }
    }

    func takeBodyWaiter() -> BodyWaiter? {
        defer { bodyWaiter = nil }
        return bodyWaiter
    }
}
