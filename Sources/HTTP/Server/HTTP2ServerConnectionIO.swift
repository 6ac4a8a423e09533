import DequeModule
import HTTPTypes

/// What an `HTTP2ServerConnection` keeps behind its lock.
struct HTTP2ServerConnectionIO {
    typealias BodyWaiter = HTTP2ServerStream.BodyWaiter

    /// What must be done without the lock.
    enum Effect {
        case handle(RequestHead, content: [UInt8]?, stream: Int32)
        case resumeBody(BodyWaiter, Result<[UInt8]?, any Error>)
        case resumeWriters([CheckedContinuation<Void, any Error>], Result<Void, any Error>)
        case cancel(Task<Void, Never>)
        case giveUp(Task<Void, Never>)
        /// The client has broken the rules; this is for the log.
        case failed(HTTP2ErrorCode, String)
        /// Others are to have a turn.
        case pause
        case closed(EventLoop.Token)
    }

    private enum Phase {
        case open
        /// Clients have been told that the end is near; the answer to a ping shows that they have heard.
        case ending(until: MonotonicTime)
        /// Everything is said. Input is thrown away, so that no reset overtakes the last words.
        case lingering(until: MonotonicTime)
    }

    private static let readsPerTurn = 16
    private static let keepAlivePing: UInt64 = 1
    private static let shutdownPing: UInt64 = 2

    let configuration: HTTPServer.Configuration
    private let token: EventLoop.Token
    var transport: HTTP2Transport
    var streams: [Int32: HTTP2ServerStream] = [:]
    var effects: Deque<Effect> = []
    var mustAbort = false
    private var phase = Phase.open
    /// Handlers at work, those of streams that exist no more included.
    var handlerCount = 0
    /// No stream has an earlier deadline.
    var streamDeadline = MonotonicTime.never
    private var headDeadline = MonotonicTime.never
    var idleDeadline: MonotonicTime
    private var armed = MonotonicTime.never
    private var readsInTurn = 0
    private var isPumping = false
    private var mustPumpAgain = false
    private var closeWasTold = false

    init(_ socket: StreamSocket, _ token: EventLoop.Token, _ configuration: HTTPServer.Configuration) {
        self.configuration = configuration
        self.token = token
        transport = HTTP2Transport(socket, .server, configuration.http2, configuration.limits)
        idleDeadline = .now() + configuration.idleTimeout
    }

    var session: HTTP2Session { transport.session }
    var isOpen: Bool { transport.socket.isOpen }

    var isShuttingDown: Bool {
        if case .open = phase { return false }
        return true
    }

    // MARK: - Events

    mutating func ready(_ readiness: Readiness) {
        if transport.socket.ready(readiness) { mustAbort = true }
    }

    /// Takes what was read before it was known that this is HTTP/2.
    mutating func receive(_ bytes: [UInt8]) {
        let now = MonotonicTime.now()
        take(bytes.withUnsafeBytes { session.receive($0, now: now) }, now)
    }

    mutating func timerFired(now: MonotonicTime) {
        armed = .never
        if transport.socket.deadline <= now { mustAbort = true }
        if streamDeadline <= now { expireStreams(now) }
        if headDeadline <= now {
            headDeadline = .never
            session.terminate(.enhanceYourCalm)
        }
        switch phase {
        case .open where streams.isEmpty:
            if idleDeadline <= now { session.terminate(.noError) }
        case .open:
            checkPeer(now)
        case .ending(let deadline):
            checkPeer(now)
            if deadline <= now { refuseStreams() }
        case .lingering(let deadline):
            if deadline <= now { mustAbort = true }
        }
    }

    private mutating func checkPeer(_ now: MonotonicTime) {
        switch transport.keepAlive.check(now) {
        case .alive: break
        case .ask: session.ping(Self.keepAlivePing)
        case .dead: mustAbort = true
        }
    }

    private mutating func expireStreams(_ now: MonotonicTime) {
        streamDeadline = .never
        for stream in Array(streams.values) {
            if stream.bodyBudget.deadline <= now {
                let error = HTTPError(.requestTimeout, "the content of the request came too slowly")
                failContent(stream, error, now)
            }
            if stream.isOverdue(now) { giveUpHandler(stream, now) }
            if stream.writeBudget.deadline <= now {
                reset(stream, .cancel)
            } else if stream.drainDeadline <= now {
                reset(stream, .noError)
            } else {
                streamDeadline = min(streamDeadline, stream.deadline)
            }
        }
    }

    /// Asks to be called at the next deadline, unless an earlier call is due anyway.
    mutating func rearm(_ loop: EventLoop) {
        let phaseDeadline =
            switch phase {
            case .open: streams.isEmpty ? idleDeadline : transport.keepAlive.deadline
            case .ending(let deadline): min(deadline, transport.keepAlive.deadline)
            case .lingering(let deadline): deadline
            }
        let deadline = min(transport.socket.deadline, streamDeadline, headDeadline, phaseDeadline)
        guard deadline < armed, isOpen else { return }
        armed = deadline
        loop.arm(token, at: deadline)
    }

    /// Refuses what comes after the requests that clients have sent by the time they hear of it; ends event streams.
    mutating func beginShutdown() {
        guard case .open = phase else { return }
        phase = .ending(until: .now() + configuration.lingerTimeout)
        session.announceShutdown()
        session.ping(Self.shutdownPing)
        for stream in streams.values where stream.isEventStream {
            if let task = stream.task { effects.append(.cancel(task)) }
        }
    }

    private mutating func refuseStreams() {
        guard case .ending = phase else { return }
        phase = .ending(until: .never)
        session.goAway()
    }

    // MARK: - Progress

    /// Whether the caller is to ask for steps until there are none left.
    mutating func enterPump() -> Bool {
        mustPumpAgain = isPumping
        defer { isPumping = true }
        if !isPumping { readsInTurn = 0 }
        return !isPumping
    }

    /// Does what can be done under the lock, up to the next thing that cannot. Requests that have arrived together are
    /// handled before anything is sent, so that their answers leave together.
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
        if mustAbort { breakConnection() }
        let now = MonotonicTime.now()
        while true {
            if let effect = nextEffect() { return effect }
            guard isOpen else { return finishClosed() }
            take(transport.send(now), now)
            guard effects.isEmpty, isOpen else { continue }
            if transport.isFinished { linger(now) }
            guard readsInTurn < Self.readsPerTurn else {
                isPumping = false
                return .pause
            }
            switch transport.receive(now) {
            case .events(let events): take(events, now)
            case .nothing: return nil
            case .end: breakConnection()
            }
            readsInTurn += 1
        }
    }

    private mutating func take(_ events: [HTTP2Event], _ now: MonotonicTime) {
        for event in events { take(event, now) }
        if !session.isInHeaders {
            headDeadline = .never
        } else if headDeadline == .never {
            headDeadline = now + configuration.headTimeout
        }
    }

    private mutating func take(_ event: HTTP2Event, _ now: MonotonicTime) {
        switch event {
        case .headers(let stream, let block, let endsStream): beginRequest(stream, block, hasContent: !endsStream)
        case .content(let stream, let bytes): takeContent(bytes, stream, now)
        case .trailers(let stream, let block): takeTrailers(block, stream, now)
        case .end(let stream): endContent(stream, now)
        case .sent(let stream, let bytes): noteSent(bytes, stream, now)
        case .sentEnd(let stream): noteSentEnd(stream, now)
        case .closed(let stream, _): if let stream = streams[stream] { close(stream) }
        case .pong(Self.shutdownPing): refuseStreams()
        case .pong, .opened, .goAway: break
        case .failed(let code, let reason): effects.append(.failed(code, reason))
        }
    }

    /// The next effect. Content that has come together with its head is handed over with it, and a request that has been
    /// cancelled meanwhile is not begun.
    private mutating func nextEffect() -> Effect? {
        while let effect = effects.popFirst() {
            guard case .handle(let head, _, let identifier) = effect else { return effect }
            guard let stream = streams[identifier] else { continue }
            handlerCount += 1
            // Trailers are given to whoever asks for content.
            guard stream.content.hasEnded, stream.contentFailure == nil, stream.trailers == nil else { return effect }
            session.consume(stream.content.count, identifier)
            return .handle(head, content: stream.content.takeAll(), stream: identifier)
        }
        return nil
    }

    /// Ends the sending side, and waits for the client to end its own.
    private mutating func linger(_ now: MonotonicTime) {
        if case .lingering = phase { return }
        phase = .lingering(until: now + configuration.lingerTimeout)
        for stream in Array(streams.values) { close(stream) }
        transport.socket.finishSending(now)
    }

    private mutating func breakConnection() {
        mustAbort = false
        transport.socket.close()
    }

    /// Tells everyone, one after the other, that the connection is closed.
    private mutating func finishClosed() -> Effect? {
        for stream in Array(streams.values) { close(stream) }
        if let effect = nextEffect() { return effect }
        guard !closeWasTold else { return nil }
        closeWasTold = true
        return .closed(token)
    }
}
