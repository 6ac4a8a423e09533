import HTTPTypes
import Synchronization

/// A client's connection on which HTTP/2 is spoken: the thin part between the socket, the `HTTP2Session` and the handlers'
/// tasks. It is made the way of `ServerConnection`: one lock, one `pump`, nothing resumed or run under the lock.
final class HTTP2ServerConnection: EventHandler, ServedConnection {
    private let context: ServerContext
    private let loop: EventLoop
    let peer: PeerAddress
    /// What TLS has settled, for requests.
    private let security: ConnectionSecurity?
    private let io: Mutex<HTTP2ServerConnectionIO>

    init(socket: StreamSocket, token: EventLoop.Token, peer: PeerAddress, loop: EventLoop, context: ServerContext) {
        self.context = context
        self.loop = loop
        self.peer = peer
        security = socket.security
        io = Mutex(HTTP2ServerConnectionIO(socket, token, context.configuration))
    }

    /// Begins to serve with what has been received so far.
    func start(_ received: [UInt8]) {
        io.withLock { $0.receive(received) }
        pump()
    }

    // MARK: - Events

    func ready(_ readiness: Readiness) {
        io.withLock { $0.ready(readiness) }
        pump()
    }

    func timerFired(now: MonotonicTime) {
        io.withLock { $0.timerFired(now: now) }
        pump()
    }

    func beginShutdown() {
        io.withLock { $0.beginShutdown() }
        pump()
    }

    func abort() {
        io.withLock { $0.mustAbort = true }
        pump()
    }

    // MARK: - Progress

    private func pump() {
        guard io.withLock({ $0.enterPump() }) else { return }
        while let effect = io.withLock({ $0.step(loop) }) {
            switch effect {
            case .handle(let head, let content, let stream):
                startHandler(head, content, stream)
            case .resumeBody(let waiter, let result):
                waiter.resume(with: result)
            case .resumeWriters(let waiters, let result):
                for waiter in waiters { waiter.resume(with: result) }
            case .cancel(let task):
                task.cancel()
            case .giveUp(let task):
                context.giveUp(task, peer)
            case .failed(let code, let reason):
                context.logger.debug(
                    "a connection is closed for its client's mistake",
                    metadata: ["error": "\(code): \(reason)", "peer": "\(peer)"])
            case .pause:
                Task(executorPreference: loop) { self.pump() }
                return
            case .closed(let token):
                loop.forget(token)
                context.remove(self)
            }
        }
    }

    private func startHandler(_ head: RequestHead, _ content: [UInt8]?, _ stream: Int32) {
        let task =
            switch context.configuration.execution {
            case .eventLoop:
                Task.immediate(executorPreference: loop) { await self.handle(head, content, stream) }
            case .concurrentPool:
                Task { await self.handle(head, content, stream) }
            }
        let mustCancel = io.withLock { $0.handlerStarted(task, stream) }
        if mustCancel { task.cancel() }
    }

    private func handle(_ head: RequestHead, _ content: [UInt8]?, _ stream: Int32) async {
        let body = content.map { RequestBody($0) } ?? RequestBody(Source(connection: self, stream: stream))
        let response: Response
        let requestID: String?
        do {
            let request = try Request(head, body: body, peer: peer, security: security)
            requestID = request.clientID
            response = await context.respond(request)
        } catch {
            requestID = RequestID.given(head)
            response = (error as? Problem ?? Problem(status: .internalServerError)).response
        }
        if let body = send(response, method: head.method, requestID: requestID, stream) { await run(body, stream) }
        io.withLock { $0.handlerEnded() }
        pump()
    }

    /// Sends a response whose content is there; returns the stream of one whose content is not.
    private func send(
        _ response: Response, method: HTTPRequest.Method, requestID: String?, _ stream: Int32
    ) -> HTTP2ServerConnectionIO.Stream? {
        io.withLock { io in
            do throws(HTTPError) {
                return try io.send(response, method: method, requestID: requestID, stream)
            } catch {
                context.logger.error("a response could not be sent", metadata: ["error": "\(error)"])
                let problem = Problem(status: .internalServerError).response
                return try? io.send(problem, method: method, requestID: requestID, stream)
            }
        }
    }

    private func run(_ body: HTTP2ServerConnectionIO.Stream, _ stream: Int32) async {
        // An event stream that begins while the server is ending has to end as well.
        if io.withLock({ $0.mustEnd(stream) }) { withUnsafeCurrentTask { $0?.cancel() } }
        pump()
        do {
            try await body(Writer(connection: self, stream: stream))
            try io.withLock { io throws(HTTPError) in try io.finishStream(stream) }
        } catch {
            context.logger.debug("a response ended early", metadata: ["error": "\(error)", "peer": "\(peer)"])
            io.withLock { $0.abortStream(stream) }
        }
    }

    // MARK: - Content of the request

    private struct Source: RequestBodySource {
        let connection: HTTP2ServerConnection
        let stream: Int32

        func next() async throws -> [UInt8]? {
            try await connection.nextPiece(stream)
        }

        var trailers: HTTPFields? { connection.io.withLock { $0.trailers(stream) } }
    }

    private func nextPiece(_ stream: Int32) async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = io.withLock { $0.wantContent(continuation, stream, isCancelled: Task.isCancelled) }
                if let result { continuation.resume(with: result) }
                // Whatever was read makes room for more, which the client must hear of.
                pump()
            }
        } onCancel: {
            io.withLock { $0.takeBodyWaiter(stream) }?.resume(throwing: CancellationError())
        }
    }

    // MARK: - Content of the response

    private struct Writer: BodyWriter {
        let connection: HTTP2ServerConnection
        let stream: Int32

        func write(_ bytes: [UInt8]) async throws {
            try await connection.write(bytes, stream)
        }

        func setTrailerFields(_ fields: HTTPFields) throws {
            try connection.io.withLock { io throws(HTTPError) in try io.setTrailers(fields, stream) }
        }
    }

    private func write(_ bytes: [UInt8], _ stream: Int32) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        let mustWait = try io.withLock { io throws(HTTPError) in try io.write(bytes, stream) }
        pump()
        guard mustWait else { return }
        let identity = WriteWaiter.nextIdentity()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = WriteWaiter(identity: identity, continuation: continuation)
                let refusal = io.withLock { $0.awaitSpace(waiter, stream, isCancelled: Task.isCancelled) }
                if let refusal { continuation.resume(with: refusal) }
            }
        } onCancel: {
            io.withLock { $0.takeWriteWaiter(identity, stream) }?.resume(throwing: CancellationError())
        }
    }
}
