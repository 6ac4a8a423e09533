import HTTPTypes

/// Answers and their content, and the end of streams.
extension HTTP2ServerConnectionIO {
    typealias Stream = @Sendable (any BodyWriter) async throws -> Void

    /// Bytes of a request that are still taken in after its answer, as a courtesy to clients that do not expect a reset.
    private static let drainLimit = 256 * 1024

    // MARK: - The handler

    /// Remembers the handler's task while it runs. Returns whether it must be cancelled at once.
    mutating func handlerStarted(_ task: Task<Void, Never>, _ identifier: Int32) -> Bool {
        guard let stream = streams[identifier] else { return true }
        if stream.isHandled { stream.task = task }
        return mustEnd(identifier)
    }

    /// Whether an answer goes on until someone ends it, and everything is to end now.
    func mustEnd(_ identifier: Int32) -> Bool {
        isShuttingDown && streams[identifier]?.isEventStream ?? false
    }

    mutating func handlerEnded() {
        handlerCount -= 1
    }

    /// Sends a response, or its head if the content follows as a stream, which is then returned.
    mutating func send(
        _ response: Response, method: HTTPRequest.Method, requestID: String?, _ identifier: Int32
    ) throws(HTTPError) -> Stream? {
        guard let stream = streams[identifier], stream.phase == .handling else { return nil }
        let now = MonotonicTime.now()
        let mayHaveContent = response.status.code != 204 && response.status.code != 304
        let length = mayHaveContent ? response.body.count : nil
        let fields = try HTTP2Fields(response, contentLength: length, requestID: requestID)
        switch response.body {
        case .bytes(let bytes) where mayHaveContent && method != .head && !bytes.isEmpty:
            answer(stream, fields, .bytes(bytes), now)
        case .stream(let length, let body) where mayHaveContent && method != .head:
            stream.phase = .writing(left: length)
            stream.isEventStream = response.headerFields[.contentType] == ServerSentEvent.mediaType
            session.submitResponse(identifier, fields, .written)
            return body
        default:
            answer(stream, fields, .none, now)
        }
        return nil
    }

    mutating func answer(
        _ stream: HTTP2ServerStream, _ fields: HTTP2Fields, _ content: HTTP2Session.Content, _ now: MonotonicTime
    ) {
        stream.phase = .answered
        stream.task = nil
        session.submitResponse(stream.identifier, fields, content)
        watch(stream, now)
    }

    /// Sends a piece of a stream. Returns whether the writer must wait for room.
    mutating func write(_ bytes: [UInt8], _ identifier: Int32) throws(HTTPError) -> Bool {
        guard let stream = streams[identifier], case .writing(let left) = stream.phase else { throw Self.closed }
        if let left {
            guard bytes.count <= left else {
                throw HTTPError(.bodyLengthMismatch, "the content is longer than the length announced")
            }
            stream.phase = .writing(left: left - bytes.count)
        }
        session.write(bytes, identifier)
        watch(stream, .now())
        return session.unsentCount(identifier) > HTTP2Transport.highWater
    }

    /// Keeps fields that are to follow the content.
    func setTrailers(_ fields: HTTPFields, _ identifier: Int32) throws(HTTPError) {
        guard let stream = streams[identifier], case .writing = stream.phase else { return }
        session.setTrailers(try HTTP2Fields(trailers: fields), identifier)
    }

    mutating func finishStream(_ identifier: Int32) throws(HTTPError) {
        guard let stream = streams[identifier], case .writing(let left) = stream.phase else { return }
        guard left ?? 0 == 0 else {
            throw HTTPError(.bodyLengthMismatch, "the content is shorter than the length announced")
        }
        stream.phase = .answered
        stream.task = nil
        stream.isEventStream = false
        session.finish(identifier)
    }

    /// Ends a stream whose content cannot be completed.
    mutating func abortStream(_ identifier: Int32) {
        if let stream = streams[identifier] { reset(stream, .internalError) }
    }

    // MARK: - Waiting for room

    /// Keeps a writer until there is room; or returns at once what it gets instead.
    mutating func awaitSpace(
        _ waiter: WriteWaiter, _ identifier: Int32, isCancelled: Bool
    ) -> Result<Void, any Error>? {
        if isCancelled { return .failure(CancellationError()) }
        guard let stream = streams[identifier] else { return .failure(Self.closed) }
        guard session.unsentCount(identifier) > HTTP2Transport.highWater else { return .success(()) }
        stream.writeWaiters.append(waiter)
        return nil
    }

    mutating func takeWriteWaiter(_ waiter: UInt64, _ identifier: Int32) -> CheckedContinuation<Void, any Error>? {
        streams[identifier]?.writeWaiters.take(waiter)
    }

    /// Content waits for the client's windows from now on, unless there is none.
    private mutating func watch(_ stream: HTTP2ServerStream, _ now: MonotonicTime) {
        guard session.unsentCount(stream.identifier) > 0 else { return }
        stream.writeBudget.beginWaiting(now)
        streamDeadline = min(streamDeadline, stream.deadline)
    }

    mutating func noteSent(_ bytes: Int, _ identifier: Int32, _ now: MonotonicTime) {
        guard let stream = streams[identifier] else { return }
        stream.writeBudget.moved(bytes, now)
        let left = session.unsentCount(identifier)
        if left == 0 { stream.writeBudget.endWaiting(now) }
        guard left <= HTTP2Transport.highWater, !stream.writeWaiters.isEmpty else { return }
        effects.append(.resumeWriters(stream.writeWaiters.takeAll(), .success(())))
    }

    // MARK: - The end of a stream

    /// The answer has been sent. A client that goes on sending may do so for a while.
    mutating func noteSentEnd(_ identifier: Int32, _ now: MonotonicTime) {
        guard let stream = streams[identifier], !stream.content.hasEnded else { return }
        session.consume(stream.content.takeAll().count, identifier)
        stream.bodyBudget.endWaiting(now)
        stream.phase = .draining(left: Self.drainLimit)
        stream.drainDeadline = now + configuration.lingerTimeout
        streamDeadline = min(streamDeadline, stream.deadline)
    }

    mutating func reset(_ stream: HTTP2ServerStream, _ code: HTTP2ErrorCode) {
        session.reset(stream.identifier, code)
        close(stream)
    }

    /// Forgets a stream, and tells everyone who waits for it.
    mutating func close(_ stream: HTTP2ServerStream) {
        streams[stream.identifier] = nil
        if streams.isEmpty { idleDeadline = .now() + configuration.idleTimeout }
        session.consume(stream.content.count, stream.identifier)
        if let waiter = stream.takeBodyWaiter() { effects.append(.resumeBody(waiter, .failure(Self.closed))) }
        if !stream.writeWaiters.isEmpty {
            effects.append(.resumeWriters(stream.writeWaiters.takeAll(), .failure(Self.closed)))
        }
        if stream.isHandled, let task = stream.task { effects.append(.cancel(task)) }
        stream.task = nil
    }

    static var closed: HTTPError {
        HTTPError(.connectionClosed, "the client has cancelled the request, closed the connection or does not read")
    }
}

extension ResponseBody {
    /// How long the content is, if that is known before it is sent.
    fileprivate var count: Int? {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .stream(let length, _): length
        }
    }
}
