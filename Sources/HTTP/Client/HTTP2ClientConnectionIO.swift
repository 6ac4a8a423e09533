import DequeModule
import HTTPTypes

/// What an `HTTP2ClientConnection` keeps behind its lock.
struct HTTP2ClientConnectionIO {
    /// What must be done without the lock.
    enum Effect {
        case head(CheckedContinuation<ResponseHead, any Error>, Result<ResponseHead, any Error>)
        case piece(CheckedContinuation<[UInt8]?, any Error>, Result<[UInt8]?, any Error>)
        case resumeWriters([CheckedContinuation<Void, any Error>], Result<Void, any Error>)
        case cancel(Task<Void, Never>)
        /// Others are to have a turn.
        case pause
        case closed(EventLoop.Token)
    }

    private static let readsPerTurn = 16

    let configuration: HTTPClient.Configuration
    private let token: EventLoop.Token
    var transport: HTTP2Transport
    var streams: [Int32: HTTP2ClientStream] = [:]
    var effects: Deque<Effect> = []
    /// No stream has an earlier deadline.
    var streamDeadline = MonotonicTime.never
    /// Whether an answer has come, so that what breaks from now on may have worked once.
    private(set) var hasAnswered = false
    /// No further requests are sent: the server has said so, or this side has.
    private(set) var isEnding = false
    private(set) var failure: HTTPError?
    private var idleDeadline: MonotonicTime
    private var armed = MonotonicTime.never
    private var isPumping = false
    private var mustPumpAgain = false
    private var readsInTurn = 0
    private var closeWasTold = false

    init(_ socket: StreamSocket, _ token: EventLoop.Token, _ configuration: HTTPClient.Configuration) {
        self.configuration = configuration
        self.token = token
        transport = HTTP2Transport(socket, .client, configuration.http2, configuration.limits)
        idleDeadline = .now() + configuration.idleTimeout
    }

    var session: HTTP2Session { transport.session }
    var isOpen: Bool { transport.socket.isOpen }
    var takesRequests: Bool { isOpen && !isEnding && !transport.socket.peerHasClosed }

    // MARK: - Events

    mutating func ready(_ readiness: Readiness) {
        let isBroken = transport.socket.ready(readiness)
        // What the server has said before is still to be read; reading also tells the end.
        if isBroken, !transport.socket.isReadable { fail(HTTPError(.connectionClosed, "the connection broke")) }
    }

    mutating func timerFired(now: MonotonicTime) {
        armed = .never
        if transport.socket.deadline <= now {
            fail(HTTPError(.writeStalled, "the server does not take what is sent to it"))
        }
        if streamDeadline <= now { expireStreams(now) }
        guard !streams.isEmpty else {
            if idleDeadline <= now { closeWhenIdle() }
            return
        }
        switch transport.keepAlive.check(now) {
        case .alive: break
        case .ask: session.ping(0)
        case .dead:
            let timeout = configuration.http2.pingTimeout
            fail(HTTPError(.timeout, "the server has not answered a ping for \(timeout)"))
        }
    }

    private mutating func expireStreams(_ now: MonotonicTime) {
        streamDeadline = .never
        for stream in Array(streams.values) {
            if stream.writeBudget.deadline <= now {
                fail(stream, HTTPError(.writeStalled, "the server does not take the request"))
            } else if stream.waitDeadline <= now {
                fail(stream, HTTPError(.timeout, "the server did not answer in time"))
            } else {
                streamDeadline = min(streamDeadline, stream.deadline)
            }
        }
    }

    /// Asks to be called at the next deadline, unless an earlier call is due anyway.
    private mutating func rearm(_ loop: EventLoop) {
        let deadline = min(
            transport.socket.deadline, streamDeadline,
            streams.isEmpty ? idleDeadline : transport.keepAlive.deadline)
        guard deadline < armed, isOpen else { return }
        armed = deadline
        loop.arm(token, at: deadline)
    }

    /// Takes no further requests, and ends after the present ones.
    mutating func closeWhenIdle() {
        guard !isEnding else { return }
        isEnding = true
        session.goAway()
    }

    /// Ends the connection and all that is under way on it.
    mutating func fail(_ error: HTTPError) {
        if failure == nil { failure = error }
        isEnding = true
        transport.socket.close()
    }

    // MARK: - Progress

    /// Whether the caller is to ask for steps until there are none left.
    mutating func enterPump() -> Bool {
        mustPumpAgain = isPumping
        defer { isPumping = true }
        if !isPumping { readsInTurn = 0 }
        return !isPumping
    }

    /// Does what can be done under the lock, up to the next thing that cannot.
    mutating func step(_ loop: EventLoop) -> Effect? {
        while true {
            if let effect = advance() { return effect }
            guard mustPumpAgain else { break }
            mustPumpAgain = false
        }
        isPumping = false
        rearm(loop)
        return nil
    }

    private mutating func advance() -> Effect? {
        let now = MonotonicTime.now()
        while true {
            if let effect = effects.popFirst() { return effect }
            guard isOpen else { return finishClosed() }
            for event in transport.send(now) { take(event, now) }
            guard effects.isEmpty, isOpen else { continue }
            guard !transport.isFinished else {
                fail(HTTPError(.connectionClosed, "the connection has come to its end"))
                continue
            }
            guard readsInTurn < Self.readsPerTurn else {
                isPumping = false
                return .pause
            }
            switch transport.receive(now) {
            case .events(let events): for event in events { take(event, now) }
            case .nothing: return nil
            case .end: fail(HTTPError(.connectionClosed, "the server closed the connection"))
            }
            readsInTurn += 1
        }
    }

    /// Tells everyone that the connection is closed.
    private mutating func finishClosed() -> Effect? {
        let error = failure ?? HTTPError(.connectionClosed, "the connection broke")
        for stream in Array(streams.values) where !stream.isClosed { end(stream, error) }
        if let effect = effects.popFirst() { return effect }
        guard !closeWasTold else { return nil }
        closeWasTold = true
        return .closed(token)
    }

    private mutating func take(_ event: HTTP2Event, _ now: MonotonicTime) {
        switch event {
        case .headers(let stream, let block, let endsStream): takeHead(block, hasContent: !endsStream, stream)
        case .content(let stream, let bytes): takeContent(bytes, stream)
        case .trailers(let stream, let block): takeTrailers(block, stream)
        case .end(let stream): endContent(stream)
        case .opened(let stream): noteOpened(stream, now)
        case .sent(let stream, let bytes): noteSent(bytes, stream, now)
        case .sentEnd(let stream): noteSentEnd(stream, now)
        case .closed(let stream, let code): noteClosed(stream, code)
        case .goAway(_, let code): noteGoAway(code)
        case .pong: break
        case .failed(let code, let reason):
            failure = HTTPError(.invalidResponse, "the server breaks the rules of HTTP/2: \(code): \(reason)")
            isEnding = true
        }
    }

    /// Requests that have not been sent never will be. Of those that have, the library ends the ones not taken.
    private mutating func noteGoAway(_ code: HTTP2ErrorCode) {
        isEnding = true
        if code != .noError {
            failure = HTTPError(.connectionClosed, "the server has ended the connection: \(code)")
        }
        for stream in Array(streams.values) where !stream.isOpened {
            end(stream, Self.notProcessed)
        }
    }

    static var notProcessed: HTTPError {
        HTTPError(
            .connectionClosed, "the server takes no more requests on this connection", cause: RequestNotProcessed())
    }

    mutating func noteAnswer() {
        hasAnswered = true
    }

    mutating func noteIdle() {
        idleDeadline = .now() + configuration.idleTimeout
    }
}
