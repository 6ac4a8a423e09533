import HTTPTypes

/// Answers and their content, and the end of streams.
extension HTTP2ClientConnectionIO {
    // MARK: - Receiving

    mutating func takeHead(_ block: HTTP2FieldBlock, hasContent: Bool, _ identifier: Int32) {
        guard let stream = streams[identifier], !stream.headHasCome else { return }
        noteAnswer()
        guard let status = ResponseHead.status(of: block) else {
            return fail(stream, HTTPError(.invalidResponse, "the answer has no status"), .protocolError)
        }
        guard status >= 200 else {
            guard stream.noteInterim() else { return }
            return fail(stream, HTTPError(.invalidResponse, "the server sends no final answer"), .protocolError)
        }
        do throws(HTTPError) {
            stream.head = try ResponseHead(block, status: status, hasContent: hasContent, limits: configuration.limits)
            stream.headHasCome = true
            stream.waitDeadline = .never
            serve(stream)
        } catch {
            fail(stream, error)
        }
    }

    mutating func takeContent(_ bytes: [UInt8], _ identifier: Int32) {
        guard let stream = streams[identifier], stream.failure == nil else {
            return session.consume(bytes.count, identifier)
        }
        stream.contentCount += bytes.count
        guard stream.contentCount <= configuration.limits.bodyBytes else {
            session.consume(bytes.count, identifier)
            let limit = configuration.limits.bodyBytes
            return fail(stream, HTTPError(.payloadTooLarge, "the answer is larger than \(limit) bytes"))
        }
        stream.content.append(bytes)
        serve(stream)
    }

    mutating func takeTrailers(_ block: HTTP2FieldBlock, _ identifier: Int32) {
        guard let stream = streams[identifier] else { return }
        do throws(HTTPError) {
            stream.trailers = try block.trailers()
        } catch {
            fail(stream, HTTPError(.invalidResponse, error.message))
        }
    }

    /// The answer is complete. What is left of the request is of no use to anyone.
    mutating func endContent(_ identifier: Int32) {
        guard let stream = streams[identifier] else { return }
        stream.content.end()
        if !stream.hasSentEnd { session.reset(identifier, .cancel) }
        serve(stream)
    }

    /// Gives the one who waits what there is.
    private mutating func serve(_ stream: HTTP2ClientStream) {
        switch stream.waiter {
        case .head(let continuation):
            guard let head = stream.head else {
                guard let failure = stream.failure else { return }
                effects.append(.head(continuation, .failure(failure)))
                break
            }
            stream.head = nil
            effects.append(.head(continuation, .success(head)))
        case .piece(let continuation):
            guard let result = nextPiece(stream) else { return }
            effects.append(.piece(continuation, result))
        case nil:
            return
        }
        stream.waiter = nil
        stream.waitDeadline = .never
    }

    /// What a reader gets now; nil if it has to wait. What it gets may be sent again by the server.
    private func nextPiece(_ stream: HTTP2ClientStream) -> Result<[UInt8]?, any Error>? {
        if let piece = stream.content.next() {
            session.consume(piece.count, stream.identifier)
            return .success(piece)
        }
        if stream.content.hasEnded { return .success(nil) }
        return stream.failure.map { .failure($0) }
    }

    // MARK: - Waiting

    /// Keeps the one who waits.
    mutating func wait(_ waiter: HTTP2ClientStream.Waiter, _ identifier: Int32, isCancelled: Bool) {
        guard let stream = streams[identifier] else {
            let error = HTTPError(.bodyAlreadyRead, "the answer has been read or given up")
            switch waiter {
            case .head(let continuation): effects.append(.head(continuation, .failure(error)))
            case .piece(let continuation): effects.append(.piece(continuation, .failure(error)))
            }
            return
        }
        stream.waiter = waiter
        if isCancelled { fail(stream, CancellationError()) }
        serve(stream)
        guard case .piece = stream.waiter else { return }
        stream.waitDeadline = .now() + stream.timeout
        streamDeadline = min(streamDeadline, stream.deadline)
    }

    // MARK: - The end of a stream

    mutating func noteClosed(_ identifier: Int32, _ code: HTTP2ErrorCode) {
        guard let stream = streams[identifier] else { return }
        end(
            stream,
            code == .refusedStream && !stream.headHasCome
                ? Self.notProcessed : HTTPError(.connectionClosed, "the server has ended the request: \(code)"))
    }

    /// Gives up a request, for a reason of this side's.
    mutating func fail(_ stream: HTTP2ClientStream, _ error: any Error, _ code: HTTP2ErrorCode = .cancel) {
        if !stream.isClosed { session.reset(stream.identifier, code) }
        end(stream, error)
    }

    mutating func fail(_ identifier: Int32, _ error: any Error) {
        if let stream = streams[identifier] { fail(stream, error) }
    }

    /// A stream is over. What has come of its answer can still be read.
    mutating func end(_ stream: HTTP2ClientStream, _ error: any Error) {
        stream.isClosed = true
        if stream.failure == nil { stream.failure = error }
        stream.waitDeadline = .never
        stream.writeBudget.endWaiting(.now())
        if !stream.writeWaiters.isEmpty {
            effects.append(.resumeWriters(stream.writeWaiters.takeAll(), .failure(stream.failure ?? error)))
        }
        if let sender = stream.sender { effects.append(.cancel(sender)) }
        stream.sender = nil
        serve(stream)
    }

    /// Forgets a request: its answer has been read, or nobody wants it.
    mutating func forget(_ identifier: Int32) {
        guard let stream = streams.removeValue(forKey: identifier) else { return }
        session.consume(stream.content.count, identifier)
        if !stream.isClosed, !(stream.content.hasEnded && stream.hasSentEnd) { session.reset(identifier, .cancel) }
        if !stream.writeWaiters.isEmpty {
            effects.append(.resumeWriters(stream.writeWaiters.takeAll(), .failure(Self.takesNoMore)))
        }
        if let sender = stream.sender { effects.append(.cancel(sender)) }
        if streams.isEmpty { noteIdle() }
    }
}
