import HTTPTypes

/// What a `ServerConnection` keeps behind its lock: the socket, the machine, what waits to be sent, and who waits.
struct ServerConnectionIO {
    typealias Stream = @Sendable (any BodyWriter) async throws -> Void
    typealias BodyWaiter = CheckedContinuation<[UInt8]?, any Error>

    /// What must be done without the lock.
    enum Effect {
        case handle(RequestHead, content: [UInt8]?, exchange: UInt64)
        case resumeBody(BodyWaiter, Result<[UInt8]?, any Error>)
        case resumeWriters([CheckedContinuation<Void, any Error>], Result<Void, any Error>)
        case cancel(Task<Void, Never>)
        case switchToHTTP2(StreamSocket, received: [UInt8], EventLoop.Token)
        case giveUp(Task<Void, Never>)
        case closed(EventLoop.Token?)
    }

    /// Writers wait while more than this is unsent.
    private static let highWater = 64 * 1024

    private(set) var socket: StreamSocket
    var token: EventLoop.Token?
    var machine: ServerConnectionMachine
    private(set) var handler = HandlerSlot()
    var mustAbort = false

    private var headBytes: [UInt8] = []
    private var content = OutgoingContent(.none)

    private var armed = MonotonicTime.never

    private var bodyWaiter: BodyWaiter?
    private var writeWaiters = WriteWaiters()
    private var isPumping = false
    private var mustPumpAgain = false
    private var closeWasTold = false

    init(socket: Int32, tls: TLSContext?, configuration: HTTPServer.Configuration, now: MonotonicTime) {
        let budget = StallBudget(configuration.writeTimeout, minBytesPerSecond: configuration.minBytesPerSecond)
        self.socket = StreamSocket(
            socket, isConnected: true, readsAfterSendFailure: false, stallBudget: budget,
            session: tls.map { TLSSession($0) })
        machine = ServerConnectionMachine(configuration, now: now)
    }

    private var isOpen: Bool { socket.isOpen }

    // MARK: - Events

    mutating func ready(_ readiness: Readiness) {
        if socket.ready(readiness) { mustAbort = true }
    }

    mutating func timerFired(now: MonotonicTime) {
        armed = .never
        if socket.deadline <= now {
            mustAbort = true
        } else if machine.deadline <= now {
            machine.timedOut(now)
        }
    }

    /// Asks to be called at the next deadline, unless an earlier call is due anyway.
    mutating func rearm(_ loop: EventLoop) {
        let deadline = min(machine.deadline, socket.deadline)
        guard deadline < armed, let token, isOpen else { return }
        armed = deadline
        loop.arm(token, at: deadline)
    }

    /// Takes no further request. Returns the task that would not end by itself.
    mutating func beginShutdown() -> Task<Void, Never>? {
        machine.beginShutdown()
        return mustEnd ? handler.cancel() : nil
    }

    mutating func turnAway() {
        let problem = Problem(
            status: .serviceUnavailable, detail: "there are too many connections; try again in a second",
            code: "tooManyConnections", headerFields: [.retryAfter: "1"])
        machine.turnAway(.now())
        appendFinal(problem)
    }

    /// The client has begun with something else than TLS, so it gets an answer that it will understand.
    private mutating func refusePlain(_ now: MonotonicTime) {
        machine.turnAway(now)
        appendFinal(Problem(status: .badRequest, detail: "this port speaks TLS: use https", code: "tlsRequired"))
    }

    // MARK: - Progress

    /// Whether the caller is to ask for steps until there are none left.
    mutating func enterPump() -> Bool {
        if isPumping {
            mustPumpAgain = true
            return false
        }
        isPumping = true
        return true
    }

    /// Lets others have a turn; the caller asks for steps again later.
    mutating func pausePump() {
        isPumping = false
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
        if mustAbort { breakConnection() }
        guard isOpen else { return finishClosed() }
        let now = MonotonicTime.now()
        if let effect = flush(now) { return effect }
        while isOpen {
            if handler.isHandling, socket.peerHasClosed, !socket.hasUnreadBytes { machine.peerClosed() }
            if machine.isBetweenRequests, socket.outbound.count > Self.highWater { return nil }
            switch machine.next(now) {
            case .wait:
                return nil
            case .read:
                switch socket.receive({ machine.fill(now: now, $0) }) {
                case .bytes: break
                case .end: machine.inputEnded()
                case .nothing: return nil
                case .broken: breakConnection()
                case .plain: refusePlain(now)
                }
            case .handle(let head, let content):
                guard handler.exchange > 0 || speaks(ApplicationProtocol.http1) else { return breakAgreement() }
                return .handle(head, content: content, exchange: handler.begin())
            case .sendContinue:
                socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), now)
            case .deliver(let piece):
                if let effect = resumeBody(.success(piece)) { return effect }
            case .failBody(let error):
                if let effect = resumeBody(.failure(error)) { return effect }
            case .reject(let error):
                appendFinal(Problem(error), withContent: machine.mayRejectWithContent)
                if let effect = flush(now) { return effect }
            case .cancelHandler:
                if let task = handler.cancel() { return .cancel(task) }
            case .switchToHTTP2:
                guard speaks(ApplicationProtocol.http2) else { return breakAgreement() }
                guard let token else { return nil }
                closeWasTold = true
                return .switchToHTTP2(socket.handOver(), received: machine.handOver(), token)
            case .giveUpHandler(let error):
                appendFinal(Problem(error))
                if let task = handler.disown() { return .giveUp(task) }
            case .finishSending:
                socket.finishSending(now)
                if let effect = flush(now) { return effect }
            case .close:
                guard socket.outbound.isEmpty else { return nil }
                breakConnection()
            }
        }
        return finishClosed()
    }

    /// Whether the client may speak this protocol: without TLS, or without an agreement in it, any.
    private func speaks(_ name: String) -> Bool {
        socket.security?.negotiatedProtocol.map { $0 == name } ?? true
    }

    /// The client speaks another protocol than it has agreed to, so no answer can be sure to be understood.
    private mutating func breakAgreement() -> Effect? {
        breakConnection()
        return finishClosed()
    }

    /// Sends what waits, and wakes the writers once there is room.
    private mutating func flush(_ now: MonotonicTime) -> Effect? {
        socket.flush(now)
        guard isOpen else { return finishClosed() }
        guard socket.outbound.count <= Self.highWater, !writeWaiters.isEmpty else { return nil }
        return .resumeWriters(writeWaiters.takeAll(), .success(()))
    }

    private mutating func resumeBody(_ result: Result<[UInt8]?, any Error>) -> Effect? {
        defer { bodyWaiter = nil }
        return bodyWaiter.map { .resumeBody($0, result) }
    }

    private mutating func breakConnection() {
        socket.close(isOrderly: !mustAbort)
        mustAbort = false
        machine.abort()
    }

    /// Tells everyone, one after the other, that the connection is closed.
    private mutating func finishClosed() -> Effect? {
        let error = HTTPError(.connectionClosed, "the client has closed the connection or does not read")
        if let effect = resumeBody(.failure(error)) { return effect }
        if !writeWaiters.isEmpty { return .resumeWriters(writeWaiters.takeAll(), .failure(error)) }
        if let task = handler.cancel() { return .cancel(task) }
        guard !closeWasTold else { return nil }
        closeWasTold = true
        return .closed(token)
    }

    // MARK: - Sending

    /// Queues an answer after which nothing more is said.
    private mutating func appendFinal(_ problem: Problem, withContent: Bool = true) {
        let response = problem.response
        guard case .bytes(let body) = response.body else { return }
        let serializer = ResponseSerializer(framing: .length(body.count), keepsAlive: false, isHTTP10: false)
        var bytes: [UInt8] = []
        // A problem made here has no field that could be refused.
        guard (try? serializer.append(response, to: &bytes)) != nil else { return }
        socket.hold(withContent ? bytes + body : bytes)
    }

    // MARK: - The handler

    /// Whether the answer goes on until someone ends it, and everything is to end now.
    var mustEnd: Bool { handler.isEventStream && machine.isShuttingDown }

    /// Remembers the handler's task while it runs. Returns whether it must be cancelled at once.
    mutating func handlerStarted(_ task: Task<Void, Never>, _ exchange: UInt64) -> Bool {
        handler.started(task, exchange) || (handler.isAt(exchange) && mustEnd)
    }

    private mutating func handlerEnded(_ now: MonotonicTime) {
        handler.end()
        machine.endResponse(now)
    }

    /// Sends a response, or its head if the content follows as a stream, which is then returned.
    mutating func send(
        _ response: Response, method: HTTPRequest.Method, requestID: String?, _ exchange: UInt64, _ loop: EventLoop
    ) throws(HTTPError) -> Stream? {
        let now = MonotonicTime.now()
        guard handler.isAt(exchange) else { return nil }
        guard isOpen else {
            handlerEnded(now)
            return nil
        }
        var framing = Self.framing(of: response)
        let mustClose = response.headerFields[.connection]?.lowercased() == "close"
        let terms = machine.beginResponse(mustClose: mustClose)
        var keepsAlive = terms.keepsAlive
        if framing == .chunked, terms.isHTTP10 {
            framing = .untilClose
            keepsAlive = machine.beginResponse(mustClose: true).keepsAlive
        }
        let serializer = ResponseSerializer(
            framing: framing, keepsAlive: keepsAlive, isHTTP10: terms.isHTTP10, requestID: requestID)
        headBytes.removeAll(keepingCapacity: true)
        try serializer.append(response, to: &headBytes)
        content = OutgoingContent(framing)
        handler.beginResponse(isEventStream: response.headerFields[.contentType] == ServerSentEvent.mediaType)
        let hasContent = method != .head && framing != .none
        switch response.body {
        case .bytes(let bytes) where hasContent:
            socket.send(headBytes, bytes, now)
        case .stream(let length, let stream) where hasContent:
            if length == nil { socket.send(headBytes, now) } else { socket.hold(headBytes) }
            rearm(loop)
            return stream
        default:
            socket.send(headBytes, now)
        }
        handlerEnded(now)
        rearm(loop)
        return nil
    }

    private static func framing(of response: Response) -> ResponseSerializer.Framing {
        guard response.status.code >= 200, response.status.code != 204, response.status.code != 304 else {
            return .none
        }
        return switch response.body {
        case .empty: .length(0)
        case .bytes(let bytes): .length(bytes.count)
        case .stream(let length?, _): .length(length)
        case .stream(nil, _): .chunked
        }
    }

    /// Sends a piece of a stream. Returns whether the writer must wait for room.
    mutating func write(_ bytes: [UInt8], _ exchange: UInt64, _ loop: EventLoop) throws(HTTPError) -> Bool {
        guard isOpen, handler.isResponding(to: exchange) else {
            throw HTTPError(.connectionClosed, "the client has closed the connection or does not read")
        }
        try content.write(bytes, to: &socket, .now())
        rearm(loop)
        guard isOpen else {
            throw HTTPError(.connectionClosed, "the client has closed the connection")
        }
        return socket.outbound.count > Self.highWater
    }

    /// Lets the kernel send the bytes of a file. Returns how many it has taken, or nil if they must be read and written.
    mutating func write(
        file: Int32, _ range: Range<Int>, _ exchange: UInt64, _ loop: EventLoop
    ) throws(HTTPError) -> Int? {
        guard socket.canSendFiles, isOpen, handler.isResponding(to: exchange), content.takesPlain(range.count)
        else { return nil }
        defer { rearm(loop) }
        switch socket.send(file: file, range, .now()) {
        case .bytes(0): throw FileSender.shorter
        case .bytes(let count):
            content.note(count)
            return count
        case .wouldBlock: return 0
        case .failed: throw HTTPError(.connectionClosed, "the client has closed the connection")
        }
    }

    /// Keeps fields that are to follow the content.
    mutating func setTrailers(_ fields: HTTPFields, _ exchange: UInt64) throws(HTTPError) {
        if handler.isResponding(to: exchange) { try content.setTrailers(fields) }
    }

    mutating func finishStream(_ exchange: UInt64, _ loop: EventLoop) throws(HTTPError) {
        guard handler.isResponding(to: exchange) else { return }
        let now = MonotonicTime.now()
        try content.finish(&socket, now)
        handlerEnded(now)
        rearm(loop)
    }

    /// The fields that have followed the content of a request.
    func trailers(_ exchange: UInt64) -> HTTPFields? {
        handler.isAt(exchange) ? machine.trailers : nil
    }

    // MARK: - Waiting

    /// Keeps the one who waits for content; or returns at once what it gets instead.
    mutating func wantBody(
        _ waiter: BodyWaiter, _ exchange: UInt64, isCancelled: Bool
    ) -> Result<[UInt8]?, any Error>? {
        if isCancelled { return .failure(machine.contentIsCut ? HTTPError.contentCut : CancellationError()) }
        guard isOpen, handler.isAt(exchange), bodyWaiter == nil else {
            return .failure(HTTPError(.bodyAlreadyRead, "the content of this request cannot be read any more"))
        }
        bodyWaiter = waiter
        machine.wantBody()
        return nil
    }

    mutating func takeBodyWaiter(_ exchange: UInt64) -> BodyWaiter? {
        guard handler.exchange == exchange, let waiter = bodyWaiter else { return nil }
        bodyWaiter = nil
        machine.abandonBody(.now())
        return waiter
    }

    /// Keeps a writer until there is room; or returns at once what it gets instead.
    mutating func awaitSpace(_ waiter: WriteWaiter, _ exchange: UInt64, isCancelled: Bool) -> Result<Void, any Error>? {
        if isCancelled { return .failure(CancellationError()) }
        guard isOpen, handler.exchange == exchange else {
            return .failure(HTTPError(.connectionClosed, "the client has closed the connection or does not read"))
        }
        // A socket that takes no more may have left nothing behind to wait for: then its file waits.
        guard socket.outbound.count > Self.highWater || !socket.isWritable else { return .success(()) }
        writeWaiters.append(waiter)
        return nil
    }

    mutating func takeWriteWaiter(_ identity: UInt64) -> CheckedContinuation<Void, any Error>? {
        writeWaiters.take(identity)
    }
}
