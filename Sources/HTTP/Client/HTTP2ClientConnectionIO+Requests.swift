import HTTPTypes

/// Requests and their content.
extension HTTP2ClientConnectionIO {
    /// Begins a request. Throws if the connection takes no more, so that nothing of it was sent.
    mutating func begin(
        _ request: OutgoingRequest, _ head: HTTP2Fields, _ timeout: Duration
    ) throws(HTTPError) -> Int32 {
        var content = HTTP2Session.Content.none
        if !request.content.isEmpty { content = .bytes(request.content) }
        if request.rest != .none { content = .written }
        guard takesRequests, let identifier = session.submitRequest(head, content) else {
            // Another connection to a server that does not speak HTTP/2 would be no better.
            if let failure, failure.code == .invalidResponse { throw failure }
            throw Self.notProcessed
        }
        let now = MonotonicTime.now()
        if streams.isEmpty { transport.keepAlive.heard(now) }
        let stream = HTTP2ClientStream(
            identifier, method: request.method, rest: request.rest, timeout: timeout, configuration)
        streams[identifier] = stream
        awaitUntil(now + timeout, stream)
        return identifier
    }

    /// Remembers the task that sends the content. Returns whether it must be cancelled at once.
    mutating func senderStarted(_ task: Task<Void, Never>, _ identifier: Int32) -> Bool {
        guard let stream = streams[identifier], !stream.isClosed else { return true }
        stream.sender = task
        return false
    }

    private mutating func awaitUntil(_ deadline: MonotonicTime, _ stream: HTTP2ClientStream) {
        stream.waitDeadline = deadline
        streamDeadline = min(streamDeadline, stream.deadline)
    }

    // MARK: - Sending

    /// The request's turn has come.
    mutating func noteOpened(_ identifier: Int32, _ now: MonotonicTime) {
        guard let stream = streams[identifier] else { return }
        stream.isOpened = true
        if !stream.headHasCome { stream.waitDeadline = .never }
        watch(stream, now)
    }

    /// Everything is sent: now the server has its time to answer.
    mutating func noteSentEnd(_ identifier: Int32, _ now: MonotonicTime) {
        guard let stream = streams[identifier] else { return }
        stream.hasSentEnd = true
        stream.sender = nil
        if !stream.headHasCome { awaitUntil(now + stream.timeout, stream) }
    }

    /// Sends a piece of the content. Returns whether the writer must wait for room.
    mutating func write(_ bytes: [UInt8], _ identifier: Int32) throws -> Bool {
        guard let stream = streams[identifier], !stream.isClosed else { throw Self.takesNoMore }
        if let failure = stream.failure { throw failure }
        if let left = stream.contentLeft {
            guard bytes.count <= left else {
                throw HTTPError(.bodyLengthMismatch, "the content is longer than the length announced")
            }
            stream.contentLeft = left - bytes.count
        }
        session.write(bytes, identifier)
        watch(stream, .now())
        return session.unsentCount(identifier) > HTTP2Transport.highWater
    }

    /// Keeps fields that are to follow the content.
    func setTrailers(_ fields: HTTPFields, _ identifier: Int32) throws(HTTPError) {
        session.setTrailers(try HTTP2Fields(trailers: fields), identifier)
    }

    mutating func finishRequest(_ identifier: Int32) throws(HTTPError) {
        guard let stream = streams[identifier], !stream.isClosed else { return }
        guard stream.contentLeft ?? 0 == 0 else {
            throw HTTPError(.bodyLengthMismatch, "the content is shorter than the length announced")
        }
        session.finish(identifier)
    }

    /// Content waits for the server's windows from now on, unless there is none.
    private mutating func watch(_ stream: HTTP2ClientStream, _ now: MonotonicTime) {
        guard stream.isOpened, session.unsentCount(stream.identifier) > 0 else { return }
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

    mutating func awaitSpace(
        _ waiter: WriteWaiter, _ identifier: Int32, isCancelled: Bool
    ) -> Result<Void, any Error>? {
        if isCancelled { return .failure(CancellationError()) }
        guard let stream = streams[identifier], !stream.isClosed else { return .failure(Self.takesNoMore) }
        guard session.unsentCount(identifier) > HTTP2Transport.highWater else { return .success(()) }
        stream.writeWaiters.append(waiter)
        return nil
    }

    mutating func takeWriteWaiter(_ waiter: UInt64, _ identifier: Int32) -> CheckedContinuation<Void, any Error>? {
        streams[identifier]?.writeWaiters.take(waiter)
    }

    static var takesNoMore: HTTPError {
        HTTPError(.connectionClosed, "the server takes no more of the request")
    }
}
