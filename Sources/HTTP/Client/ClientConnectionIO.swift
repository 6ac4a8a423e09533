import Glibc
import HTTPTypes

/// What a `ClientConnection` keeps behind its lock.
struct ClientConnectionIO {
    /// The one task that waits for something of the server's.
    enum Waiter {
        case connect(CheckedContinuation<Void, any Error>)
        case head(CheckedContinuation<ResponseHead, any Error>)
        case piece(CheckedContinuation<[UInt8]?, any Error>)

        func fail(_ error: any Error) {
            switch self {
            case .connect(let continuation): continuation.resume(throwing: error)
            case .head(let continuation): continuation.resume(throwing: error)
            case .piece(let continuation): continuation.resume(throwing: error)
            }
        }
    }

    /// What must be done without the lock.
    enum Effect {
        case connected(CheckedContinuation<Void, any Error>)
        case head(CheckedContinuation<ResponseHead, any Error>, ResponseHead)
        case piece(CheckedContinuation<[UInt8]?, any Error>, [UInt8]?)
        case fail(Waiter, any Error)
        case resumeWriters([CheckedContinuation<Void, any Error>], Result<Void, any Error>)
        case closed(EventLoop.Token?)
    }

    private enum Phase {
        case connecting
        /// The socket is connected, and TLS is being set up.
        case shakingHands
        case idle
        /// A request is being sent or answered; the head has not come yet.
        case awaitingHead
        /// The head has come.
        case awaitingContent
    }

    private static let highWater = 64 * 1024

    private(set) var socket: StreamSocket
    var token: EventLoop.Token?
    private var phase: Phase
    private var parser: ResponseParser
    private var inbound = InboundBuffer()
    private var head: ResponseHead?
    private var waiter: Waiter?
    private var writeWaiters = WriteWaiters()
    private var deadline = MonotonicTime.never
    private var armed = MonotonicTime.never
    private(set) var failure: (any Error)?
    private var inputHasEnded = false
    private var requestIsSent = true
    private var keepsAlive = true
    private var content = OutgoingContent(.none)
    /// The fields that have come after the content of the last answer.
    private(set) var trailers: HTTPFields?
    private var closeWasTold = false
    private let mayBeHTTP2: Bool
    private let isSecure: Bool
    /// Whether anything of the answer has arrived. Until then a request on a reused connection may be sent again.
    private(set) var hasReceived = false

    init(socket: Int32, isConnected: Bool, tls: TLSClientContext?, configuration: HTTPClient.Configuration) {
        let budget = StallBudget(configuration.writeTimeout, minBytesPerSecond: 1024)
        self.socket = StreamSocket(
            socket, isConnected: isConnected, readsAfterSendFailure: true, stallBudget: budget,
            session: tls.map { TLSSession($0.context, peerName: $0.serverName) })
        phase = !isConnected ? .connecting : tls == nil ? .idle : .shakingHands
        parser = ResponseParser(limits: configuration.limits)
        mayBeHTTP2 = configuration.version == .http2
        isSecure = tls != nil
    }

    /// Whether HTTP/2 is to be spoken: with TLS the server has chosen it, without TLS it is presumed.
    var speaksHTTP2: Bool {
        mayBeHTTP2 && (!isSecure || socket.security?.negotiatedProtocol == ApplicationProtocol.http2)
    }

    /// Whether another request may be sent.
    var isReusable: Bool {
        guard socket.isOpen, !socket.peerHasClosed, failure == nil, keepsAlive, requestIsSent, !socket.sendingHasFailed
        else { return false }
        if case .idle = phase { return inbound.isEmpty }
        return false
    }

    /// Whether an answer has come although the request is not sent completely.
    private var answerCameEarly: Bool {
        if case .awaitingContent = phase { return true }
        return head != nil
    }

    /// Whether sending more of the request is of no use: the answer has come, or the server does not listen any more.
    var takesNoMore: Bool { answerCameEarly || socket.sendingHasFailed }

    // MARK: - Events

    mutating func ready(_ readiness: Readiness) {
        let isBroken = socket.ready(readiness)
        if case .connecting = phase {
            guard isBroken || socket.isWritable else { return }
            var number: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
            if number != 0 {
                fail(HTTPError(.connectFailed, "connecting failed", cause: SystemError(number: number)))
            }
            return
        }
        if case .shakingHands = phase { return }
        // What the server has sent before it broke the connection is still to be read; reading also tells the end.
        // An event may be late: the bytes it tells of have been read already. So an idle connection is asked, not presumed.
        // Asking comes first: the end of TLS, and the reason for it, is found in what is unread. Only a server of HTTP/2 sends
        // something, its settings, without being asked.
        if case .idle = phase, (socket.hasUnreadBytes && !speaksHTTP2) || socket.peerHasClosed || isBroken {
            fail(socket.failure ?? HTTPError(.connectionClosed, "the server closed the idle connection"))
        } else if isBroken, !socket.isReadable {
            fail(HTTPError(.connectionClosed, "the connection broke"))
        }
    }

    mutating func timerFired(now: MonotonicTime) {
        armed = .never
        if socket.deadline <= now {
            fail(HTTPError(.writeStalled, "the server does not take the request"))
        } else if deadline <= now {
            deadline = .never
            switch phase {
            case .connecting: fail(HTTPError(.connectFailed, "connecting took too long"))
            case .shakingHands: fail(HTTPError(.connectFailed, "the TLS handshake took too long"))
            default: fail(HTTPError(.timeout, "the server did not answer in time"))
            }
        }
    }

    mutating func rearm(_ loop: EventLoop) {
        let next = min(deadline, socket.deadline)
        guard next < armed, let token, socket.isOpen else { return }
        armed = next
        loop.arm(token, at: next)
    }

    mutating func fail(_ error: any Error) {
        if failure == nil { failure = error }
        socket.close()
    }

    // MARK: - Progress

    mutating func step(_ loop: EventLoop) -> Effect? {
        guard let effect = advance() else {
            rearm(loop)
            return nil
        }
        return effect
    }

    private mutating func advance() -> Effect? {
        let now = MonotonicTime.now()
        if socket.isOpen, socket.isWritable {
            if case .connecting = phase { phase = .shakingHands }
            socket.flush(now)
        }
        if case .shakingHands = phase, socket.isOpen, failure == nil {
            if socket.shakeHands(now) {
                phase = .idle
            } else if !socket.isOpen {
                fail(brokenError)
            }
        }
        if case .connect(let continuation) = waiter, case .idle = phase, socket.isOpen {
            endWait()
            return .connected(continuation)
        }
        if !writeWaiters.isEmpty, socket.isOpen {
            if answerCameEarly || socket.sendingHasFailed {
                return .resumeWriters(writeWaiters.takeAll(), .failure(Self.earlyAnswer))
            }
            if socket.outbound.count <= Self.highWater { return .resumeWriters(writeWaiters.takeAll(), .success(())) }
        }
        if let effect = serveWaiter(now) { return effect }
        if !socket.isOpen { return finishClosed() }
        return nil
    }

    static var earlyAnswer: HTTPError {
        HTTPError(.connectionClosed, "the server takes no more of the request")
    }

    /// Reads as long as somebody waits for what comes. An answer that comes early is read too.
    private mutating func serveWaiter(_ now: MonotonicTime) -> Effect? {
        while failure == nil {
            switch phase {
            case .connecting, .shakingHands, .idle:
                return nil
            case .awaitingHead:
                if let head {
                    guard case .head(let continuation) = waiter else { return nil }
                    endWait()
                    self.head = nil
                    phase = head.hasContent ? .awaitingContent : .idle
                    return .head(continuation, head)
                }
            case .awaitingContent:
                guard case .piece = waiter else { return nil }
            }
            do throws(HTTPError) {
                if let effect = try parse() { return effect }
                guard head == nil else { continue }
                guard !inputHasEnded else {
                    try parser.inputEnded()
                    continue
                }
            } catch {
                fail(error)
                return nil
            }
            switch socket.receive({ inbound.fill($0) }) {
            case .bytes: hasReceived = true
            case .end: inputHasEnded = true
            case .nothing: return nil
            case .broken, .plain: fail(brokenError)
            }
        }
        return nil
    }

    private var brokenError: HTTPError {
        socket.failure ?? HTTPError(.connectionClosed, "the connection broke")
    }

    /// Takes one event out of the bytes received.
    private mutating func parse() throws(HTTPError) -> Effect? {
        while true {
            var used = 0
            var piece: [UInt8] = []
            let event = try inbound.withBytes { (bytes) throws(HTTPError) -> ResponseParser.Event in
                let event = try parser.next(bytes, used: &used)
                if case .body(let range) = event { piece = Array(bytes[range]) }
                return event
            }
            inbound.consume(used)
            switch event {
            case .head(let head):
                self.head = head
                keepsAlive = keepsAlive && head.keepsAlive
                return nil
            case .body:
                guard case .piece(let continuation) = waiter else { preconditionFailure("nobody waits for content") }
                endWait()
                return .piece(continuation, piece)
            case .end(let trailers):
                guard case .piece(let continuation) = waiter else { preconditionFailure("nobody waits for content") }
                endWait()
                self.trailers = trailers
                phase = .idle
                inbound.shrink()
                return .piece(continuation, nil)
            case .needMore:
                // An interim answer has been used up; a final one may follow it in the same bytes.
                if used == 0 { return nil }
            }
        }
    }

    private mutating func endWait() {
        waiter = nil
        deadline = .never
    }

    private mutating func finishClosed() -> Effect? {
        let error = failure ?? HTTPError(.connectionClosed, "the connection is closed")
        if let waiter {
            self.waiter = nil
            return .fail(waiter, error)
        }
        if !writeWaiters.isEmpty { return .resumeWriters(writeWaiters.takeAll(), .failure(error)) }
        guard !closeWasTold else { return nil }
        closeWasTold = true
        return .closed(token)
    }

    // MARK: - What the client does

    /// Ends this one's part.
    mutating func handOver() throws(HTTPError) -> (StreamSocket, EventLoop.Token) {
        guard socket.isOpen, let token else {
            throw HTTPError(.connectionClosed, "the server closed the new connection")
        }
        closeWasTold = true
        return (socket.handOver(), token)
    }

    /// Keeps the one who waits. Fails if the connection already has.
    mutating func wait(_ waiter: Waiter, until deadline: MonotonicTime, isCancelled: Bool) {
        self.waiter = waiter
        self.deadline = deadline
        if isCancelled { fail(CancellationError()) }
    }

    /// Begins a request: sends its head and what there is of its content. False if none of it could be sent.
    mutating func begin(
        _ method: HTTPRequest.Method, _ head: [UInt8], _ content: [UInt8], rest: MessageFraming.Body
    ) -> Bool {
        guard socket.isOpen else { return false }
        parser.expectResponse(to: method)
        phase = .awaitingHead
        hasReceived = false
        self.head = nil
        requestIsSent = rest == .none
        self.content = OutgoingContent(request: rest)
        trailers = nil
        if requestIsSent { socket.send(head, content, MonotonicTime.now()) } else { socket.hold(head) }
        return !socket.sendingHasFailed
    }

    /// Sends a piece of the content. Returns whether the writer must wait for room.
    mutating func write(_ bytes: [UInt8]) throws -> Bool {
        if let failure { throw failure }
        guard !takesNoMore else { throw Self.earlyAnswer }
        try content.write(bytes, to: &socket, .now())
        return socket.outbound.count > Self.highWater
    }

    /// Keeps fields that are to follow the content.
    mutating func setTrailers(_ fields: HTTPFields) throws(HTTPError) {
        try content.setTrailers(fields)
    }

    mutating func finishRequest() throws(HTTPError) {
        try content.finish(&socket, .now())
        requestIsSent = true
    }

    mutating func awaitSpace(_ waiter: WriteWaiter, isCancelled: Bool) -> Result<Void, any Error>? {
        if isCancelled { return .failure(CancellationError()) }
        if let failure { return .failure(failure) }
        guard !takesNoMore else { return .failure(Self.earlyAnswer) }
        guard socket.outbound.count > Self.highWater else { return .success(()) }
        writeWaiters.append(waiter)
        return nil
    }
}
