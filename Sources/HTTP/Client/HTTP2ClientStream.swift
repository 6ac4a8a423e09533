import HTTPTypes

/// A request that a client has sent or waits to send, until its answer has been read to the end or is not wanted any more.
/// Confined to the connection's lock.
final class HTTP2ClientStream {
    /// The one task that waits for something of the server's.
    enum Waiter {
        case head(CheckedContinuation<ResponseHead, any Error>)
        case piece(CheckedContinuation<[UInt8]?, any Error>)
    }

    private static let interimLimit = 16

    let identifier: Int32
    let isHead: Bool
    let timeout: Duration
    /// Content that must still be written, if its length is known.
    var contentLeft: Int?
    /// The task that sends the content.
    var sender: Task<Void, Never>?
    /// The server has been sent the head; before, the request waits for its turn.
    var isOpened = false
    /// Everything has been sent.
    var hasSentEnd = false
    /// The library knows the stream no more.
    var isClosed = false

    var head: ResponseHead?
    var headHasCome = false
    var content = HTTP2IncomingContent()
    /// The fields that have come after it.
    var trailers: HTTPFields?
    var contentCount = 0
    var failure: (any Error)?
    var waiter: Waiter?
    var waitDeadline = MonotonicTime.never
    var writeWaiters = WriteWaiters()
    var writeBudget: StallBudget
    private var interimCount = 0

    init(
        _ identifier: Int32, method: HTTPRequest.Method, rest: MessageFraming.Body, timeout: Duration,
        _ configuration: HTTPClient.Configuration
    ) {
        self.identifier = identifier
        self.timeout = timeout
        isHead = method == .head
        if case .length(let count) = rest { contentLeft = count }
        writeBudget = StallBudget(configuration.writeTimeout, minBytesPerSecond: 1024)
    }

    var deadline: MonotonicTime { min(waitDeadline, writeBudget.deadline) }

    /// Takes note of an interim answer. Returns whether there are too many.
    func noteInterim() -> Bool {
        interimCount += 1
        return interimCount > Self.interimLimit
    }
}
