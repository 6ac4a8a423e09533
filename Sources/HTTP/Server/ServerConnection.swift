import HTTPTypes
import Synchronization

/// A client's connection: the thin part between the socket, the `ServerConnectionMachine` and the handler's task.
///
/// Everything that changes is behind one lock, including the socket itself, so a handler may write from whatever thread
/// it runs on, and a closed descriptor is never used again. The lock is held for system calls that cannot block and never
/// while a continuation is resumed or a handler runs. `pump` is the only place where the machine is asked what to do;
/// when it is called while it is at work already, it goes round once more, so that a row of pipelined requests is a loop
/// and not a recursion.
final class ServerConnection: EventHandler, ServedConnection {
    let context: ServerContext
    let loop: EventLoop
    let peer: PeerAddress
    private let isSecure: Bool
    private let io: Mutex<ServerConnectionIO>

    private static let requestsPerTurn = 64

    /// A connection that speaks TLS if `tls` says how.
    init(socket: Int32, peer: PeerAddress, tls: TLSContext?, loop: EventLoop, context: ServerContext) {
        self.context = context
        self.loop = loop
        self.peer = peer
        isSecure = tls != nil
        io = Mutex(ServerConnectionIO(socket: socket, tls: tls, configuration: context.configuration, now: .now()))
    }

    /// Begins to serve.
    func start(turnedAway: Bool) {
        let result = Result {
            try io.withLock { io in
                io.token = try loop.register(io.socket.descriptor, self)
                if turnedAway { io.turnAway() }
                io.rearm(loop)
            }
        }
        switch result {
        case .success:
            if turnedAway { pump() }
        case .failure(let error):
            context.logger.warning("a connection could not be watched", metadata: ["error": "\(error)"])
            abort()
        }
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
        io.withLock { $0.beginShutdown() }?.cancel()
        pump()
    }

    func abort() {
        io.withLock { $0.mustAbort = true }
        pump()
    }

    // MARK: - Progress

    private func pump() {
        guard io.withLock({ $0.enterPump() }) else { return }
        var requests = 0
        while let effect = io.withLock({ $0.step(loop) }) {
            if case .handle = effect { requests += 1 }
            perform(effect)
            guard requests < Self.requestsPerTurn else { return continueLater() }
        }
    }

    /// A client that sends requests without end must not keep the loop from the others.
    private func continueLater() {
        io.withLock { $0.pausePump() }
        Task(executorPreference: loop) { self.pump() }
    }

    private func perform(_ effect: ServerConnectionIO.Effect) {
        switch effect {
        case .handle(let head, let content, let exchange):
            startHandler(head, content, exchange)
        case .resumeBody(let waiter, let result):
            waiter.resume(with: result)
        case .resumeWriters(let waiters, let result):
            for waiter in waiters { waiter.resume(with: result) }
        case .cancel(let task):
            task.cancel()
        case .switchToHTTP2(let socket, let received, let token):
            let successor = HTTP2ServerConnection(
                socket: socket, token: token, peer: peer, loop: loop, context: context)
            loop.replace(token, with: successor)
            context.replace(self, with: successor)
            successor.start(received)
        case .giveUp(let task):
            context.giveUp(task, peer)
        case .closed(let token):
            if let token { loop.forget(token) }
            context.remove(self)
            logFailure()
        }
    }

    private func logFailure() {
        guard isSecure, let failure = io.withLock({ $0.socket.failure }) else { return }
        context.logger.debug("a TLS connection failed", metadata: ["error": "\(failure)", "peer": "\(peer)"])
    }

    /// What TLS has settled, for requests.
    var security: ConnectionSecurity? { isSecure ? io.withLock { $0.socket.security } : nil }

    private func startHandler(_ head: RequestHead, _ content: [UInt8]?, _ exchange: UInt64) {
        let task =
            switch context.configuration.execution {
            case .eventLoop:
                Task.immediate(executorPreference: loop) { await self.handle(head, content, exchange) }
            case .concurrentPool:
                Task { await self.handle(head, content, exchange) }
            }
        let mustCancel = io.withLock { $0.handlerStarted(task, exchange) }
        if mustCancel { task.cancel() }
    }

    private func handle(_ head: RequestHead, _ content: [UInt8]?, _ exchange: UInt64) async {
        let body = content.map { RequestBody($0) } ?? RequestBody(Source(connection: self, exchange: exchange))
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
        if let stream = send(response, method: head.method, requestID: requestID, exchange) {
            // An event stream that begins while the server is ending has to end as well.
            if io.withLock({ $0.mustEnd }) { withUnsafeCurrentTask { $0?.cancel() } }
            await run(stream, exchange)
        }
        pump()
    }

    /// Sends a response whose content is there; returns the stream of one whose content is not.
    private func send(
        _ response: Response, method: HTTPRequest.Method, requestID: String?, _ exchange: UInt64
    ) -> ServerConnectionIO.Stream? {
        io.withLock { io in
            do throws(HTTPError) {
                return try io.send(response, method: method, requestID: requestID, exchange, loop)
            } catch {
                context.logger.error("a response could not be sent", metadata: ["error": "\(error)"])
                let problem = Problem(status: .internalServerError).response
                return try? io.send(problem, method: method, requestID: requestID, exchange, loop)
            }
        }
    }

    private func run(_ stream: ServerConnectionIO.Stream, _ exchange: UInt64) async {
        do {
            try await stream(Writer(connection: self, exchange: exchange))
            try io.withLock { io throws(HTTPError) in try io.finishStream(exchange, loop) }
        } catch {
            context.logger.debug("a response ended early", metadata: ["error": "\(error)", "peer": "\(peer)"])
            io.withLock { if $0.handler.exchange == exchange { $0.mustAbort = true } }
        }
    }

    // MARK: - Content of the request

    private struct Source: RequestBodySource {
        let connection: ServerConnection
        let exchange: UInt64

        func next() async throws -> [UInt8]? {
            try await connection.nextPiece(exchange)
        }

        var trailers: HTTPFields? { connection.io.withLock { $0.trailers(exchange) } }
    }

    private func nextPiece(_ exchange: UInt64) async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refusal = io.withLock { $0.wantBody(continuation, exchange, isCancelled: Task.isCancelled) }
                if let refusal {
                    continuation.resume(with: refusal)
                } else {
                    pump()
                }
            }
        } onCancel: {
            io.withLock { $0.takeBodyWaiter(exchange) }?.resume(throwing: CancellationError())
        }
    }

    // MARK: - Content of the response

    private struct Writer: FileBodyWriter {
        let connection: ServerConnection
        let exchange: UInt64

        func write(_ bytes: [UInt8]) async throws {
            try await connection.write(bytes, exchange)
        }

        func setTrailerFields(_ fields: HTTPFields) throws {
            try connection.io.withLock { io throws(HTTPError) in try io.setTrailers(fields, exchange) }
        }

        func write(file descriptor: Int32, _ range: Range<Int>) async throws -> Bool {
            try await connection.write(file: descriptor, range, exchange)
        }
    }

    private func write(_ bytes: [UInt8], _ exchange: UInt64) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        let mustWait = try io.withLock { io throws(HTTPError) in try io.write(bytes, exchange, loop) }
        if mustWait { try await waitForSpace(exchange) }
    }

    private func write(file: Int32, _ range: Range<Int>, _ exchange: UInt64) async throws -> Bool {
        var rest = range
        while !rest.isEmpty {
            try Task.checkCancellation()
            let sent = try io.withLock { io throws(HTTPError) in try io.write(file: file, rest, exchange, loop) }
            guard let sent else { return false }
            rest = rest.dropFirst(sent)
            if !rest.isEmpty { try await waitForSpace(exchange) }
        }
        return true
    }

    private func waitForSpace(_ exchange: UInt64) async throws {
        let identity = WriteWaiter.nextIdentity()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = WriteWaiter(identity: identity, continuation: continuation)
                let refusal = io.withLock { $0.awaitSpace(waiter, exchange, isCancelled: Task.isCancelled) }
                if let refusal { continuation.resume(with: refusal) }
            }
        } onCancel: {
            io.withLock { $0.takeWriteWaiter(identity) }?.resume(throwing: CancellationError())
        }
    }
}
