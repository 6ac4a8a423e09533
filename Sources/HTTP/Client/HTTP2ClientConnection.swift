import HTTPTypes
import Synchronization

/// A client's connection to a server on which HTTP/2 is spoken, for any number of requests at the same time.
final class HTTP2ClientConnection: EventHandler {
    private let loop: EventLoop
    private let scheme: StaticString
    private let io: Mutex<HTTP2ClientConnectionIO>

    init(socket: StreamSocket, token: EventLoop.Token, loop: EventLoop, configuration: HTTPClient.Configuration) {
        self.loop = loop
        scheme = socket.security == nil ? "http" : "https"
        io = Mutex(HTTP2ClientConnectionIO(socket, token, configuration))
    }

    /// Says the first words.
    func start() {
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

    private func pump() {
        guard io.withLock({ $0.enterPump() }) else { return }
        while let effect = io.withLock({ $0.step(loop) }) {
            switch effect {
            case .head(let continuation, let result): continuation.resume(with: result)
            case .piece(let continuation, let result): continuation.resume(with: result)
            case .resumeWriters(let waiters, let result): for waiter in waiters { waiter.resume(with: result) }
            case .cancel(let task): task.cancel()
            case .pause:
                Task(executorPreference: loop) { self.pump() }
                return
            case .closed(let token): loop.forget(token)
            }
        }
    }

    // MARK: - Use

    /// Whether another request may be sent.
    var takesRequests: Bool { io.withLock { $0.takesRequests } }

    /// Whether an answer has come before.
    var hasAnswered: Bool { io.withLock { $0.hasAnswered } }

    /// Takes no further requests, and ends after the present ones.
    func closeWhenIdle() {
        io.withLock { $0.closeWhenIdle() }
        pump()
    }

    /// Sends a request and returns when the head of the answer is there. Content goes on being sent after that, until the
    /// answer is complete or given up.
    ///
    /// The timeout counts from the end of the request. The wait for a free stream may take as long as well.
    func send(_ request: OutgoingRequest, timeout: Duration) async throws -> ClientResponse {
        let head = try request.http2Head(scheme: scheme)
        let stream = try io.withLock { io throws(HTTPError) in try io.begin(request, head, timeout) }
        if request.rest != .none { startSender(request, stream) }
        do {
            let head = try await wait(stream) { .head($0) }
            guard head.hasContent else {
                forget(stream)
                return ClientResponse(head, nil)
            }
            return ClientResponse(head, Source(connection: self, stream: stream))
        } catch {
            forget(stream)
            throw error
        }
    }

    private func startSender(_ request: OutgoingRequest, _ stream: Int32) {
        let task = Task {
            do {
                try await request.sendContent(Writer(connection: self, stream: stream))
                try io.withLock { io throws(HTTPError) in try io.finishRequest(stream) }
            } catch {
                io.withLock { $0.fail(stream, error) }
            }
            pump()
        }
        let mustCancel = io.withLock { $0.senderStarted(task, stream) }
        if mustCancel { task.cancel() }
    }

    private func wait<Value>(
        _ stream: Int32, _ waiter: (CheckedContinuation<Value, any Error>) -> HTTP2ClientStream.Waiter
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                io.withLock { $0.wait(waiter(continuation), stream, isCancelled: Task.isCancelled) }
                pump()
            }
        } onCancel: {
            io.withLock { $0.fail(stream, CancellationError()) }
            pump()
        }
    }

    private func forget(_ stream: Int32) {
        io.withLock { $0.forget(stream) }
        pump()
    }

    // MARK: - Content of the answer

    private struct Source: ResponseBodySource {
        let connection: HTTP2ClientConnection
        let stream: Int32

        func next() async throws -> [UInt8]? {
            try await connection.wait(stream) { .piece($0) }
        }

        func finish() -> HTTPFields? {
            defer { connection.forget(stream) }
            return connection.io.withLock { $0.streams[stream]?.trailers }
        }

        func abandon() {
            connection.forget(stream)
        }
    }

    // MARK: - Content of the request

    private struct Writer: BodyWriter {
        let connection: HTTP2ClientConnection
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
        let mustWait = try io.withLock { try $0.write(bytes, stream) }
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
