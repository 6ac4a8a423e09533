import CLinux
import Glibc
import HTTPTypes
import Synchronization

/// A client's connection to a server. One request at a time; the pool gives it to one task at a time.
final class ClientConnection: EventHandler {
    private let loop: EventLoop
    private let io: Mutex<ClientConnectionIO>

    private init(
        socket: Int32, isConnected: Bool, tls: TLSClientContext?, loop: EventLoop,
        configuration: HTTPClient.Configuration
    ) {
        self.loop = loop
        io = Mutex(
            ClientConnectionIO(socket: socket, isConnected: isConnected, tls: tls, configuration: configuration))
    }

    /// Connects to the first address that answers, and sets up TLS if `tls` says how. Throws `HTTPError` with the code
    /// `connectFailed` or `tlsFailed`.
    static func open(
        _ endpoint: Endpoint, tls: TLSClientContext?, loop: EventLoop, _ configuration: HTTPClient.Configuration
    ) async throws -> ClientConnection {
        var failure: any Error = HTTPError(.connectFailed, "\(endpoint) has no address")
        for address in try endpoint.resolve() {
            do {
                return try await open(address, tls, loop, configuration)
            } catch let error as HTTPError {
                let code = error.code == .tlsFailed ? error.code : .connectFailed
                failure = HTTPError(code, "\(endpoint): \(error.message)", cause: error.cause ?? error)
            }
        }
        throw failure
    }

    private static func open(
        _ address: SocketAddress, _ tls: TLSClientContext?, _ loop: EventLoop, _ configuration: HTTPClient.Configuration
    ) async throws -> ClientConnection {
        let type = Int32(SOCK_STREAM.rawValue) | linux_nonblocking | linux_close_on_exec
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { throw HTTPError.system("creating a socket") }
        if address.family != AF_UNIX { SocketOperations.disableDelay(descriptor) }
        let result = address.withSockAddr { connect(descriptor, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else {
            let error = HTTPError.system("connecting")
            _ = Glibc.close(descriptor)
            throw error
        }
        let connection = ClientConnection(
            socket: descriptor, isConnected: result == 0, tls: tls, loop: loop, configuration: configuration)
        try connection.register()
        if result != 0 || tls != nil { try await connection.waitUntilConnected(configuration.connectTimeout) }
        return connection
    }

    private func register() throws {
        do {
            try io.withLock { $0.token = try loop.register($0.socket.descriptor, self) }
        } catch {
            close()
            throw error
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

    private func pump() {
        while let effect = io.withLock({ $0.step(loop) }) {
            switch effect {
            case .connected(let continuation): continuation.resume()
            case .head(let continuation, let head): continuation.resume(returning: head)
            case .piece(let continuation, let piece): continuation.resume(returning: piece)
            case .fail(let waiter, let error): waiter.fail(error)
            case .resumeWriters(let waiters, let result): for waiter in waiters { waiter.resume(with: result) }
            case .closed(let token): if let token { loop.forget(token) }
            }
        }
    }

    // MARK: - Use

    /// Gives the connection, on which nothing has been said yet, to someone who speaks HTTP/2 on it. Throws `HTTPError`
    /// with the code `connectionClosed` if it exists no more.
    func switchToHTTP2(_ configuration: HTTPClient.Configuration) throws -> HTTP2ClientConnection {
        let (socket, token) = try io.withLock { io throws(HTTPError) in try io.handOver() }
        let successor = HTTP2ClientConnection(socket: socket, token: token, loop: loop, configuration: configuration)
        loop.replace(token, with: successor)
        successor.start()
        return successor
    }

    /// Whether another request may be sent.
    var isReusable: Bool { io.withLock { $0.isReusable } }

    /// Whether HTTP/2 is to be spoken on it.
    var speaksHTTP2: Bool { io.withLock { $0.speaksHTTP2 } }

    /// Why it has closed.
    var failure: (any Error)? { io.withLock { $0.failure } }

    /// Whether anything of the answer has arrived.
    var hasReceived: Bool { io.withLock { $0.hasReceived } }

    /// Whether the server has stopped taking the request, probably because it has answered.
    var takesNoMore: Bool { io.withLock { $0.takesNoMore } }

    func close() {
        fail(HTTPError(.connectionClosed, "the connection has been closed"))
    }

    private func fail(_ error: any Error) {
        io.withLock { $0.fail(error) }
        pump()
    }

    /// Begins a request: sends its head and the content that goes with it. The rest is to be written, and then
    /// `finishRequest` to be called. False if the connection has closed before, so that nothing of it was sent.
    func begin(_ request: OutgoingRequest, head: [UInt8]) -> Bool {
        io.withLock { io in
            defer { io.rearm(loop) }
            return io.begin(request.method, head, request.content, rest: request.rest)
        }
    }

    func finishRequest() throws {
        try io.withLock { io throws(HTTPError) in
            try io.finishRequest()
            io.rearm(loop)
        }
    }

    private func waitUntilConnected(_ timeout: Duration) async throws {
        try await wait(timeout) { .connect($0) }
    }

    /// The head of the answer.
    func head(timeout: Duration) async throws -> ResponseHead {
        try await wait(timeout) { .head($0) }
    }

    /// The next piece of the answer's content; nil at its end.
    func nextPiece(timeout: Duration) async throws -> [UInt8]? {
        try await wait(timeout) { .piece($0) }
    }

    private func wait<Value>(
        _ timeout: Duration, _ waiter: (CheckedContinuation<Value, any Error>) -> ClientConnectionIO.Waiter
    ) async throws -> Value {
        let deadline = MonotonicTime.now() + timeout
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                io.withLock { $0.wait(waiter(continuation), until: deadline, isCancelled: Task.isCancelled) }
                pump()
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// The fields that have come after the content of the last answer.
    var trailers: HTTPFields? { io.withLock { $0.trailers } }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        let mustWait = try io.withLock { io in
            defer { io.rearm(loop) }
            return try io.write(bytes)
        }
        guard mustWait else { return }
        let identity = WriteWaiter.nextIdentity()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiter = WriteWaiter(identity: identity, continuation: continuation)
                let refusal = io.withLock { $0.awaitSpace(waiter, isCancelled: Task.isCancelled) }
                if let refusal { continuation.resume(with: refusal) } else { pump() }
            }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// Writes the content of a request.
    struct Writer: BodyWriter {
        let connection: ClientConnection

        func write(_ bytes: [UInt8]) async throws {
            try await connection.write(bytes)
        }

        func setTrailerFields(_ fields: HTTPFields) throws {
            try connection.io.withLock { io throws(HTTPError) in try io.setTrailers(fields) }
        }
    }
}
