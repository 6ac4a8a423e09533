import HTTPTypes

/// Requests and their content, as they arrive.
extension HTTP2ServerConnectionIO {
    mutating func beginRequest(_ identifier: Int32, _ block: HTTP2FieldBlock, hasContent: Bool) {
        guard streams[identifier] == nil else { return }
        // A client that cancels its requests as fast as it sends them must not have more handlers at work than others.
        guard handlerCount < 2 * configuration.http2.maxConcurrentStreams else {
            return session.reset(identifier, .refusedStream)
        }
        do throws(HTTPError) {
            let head = try RequestHead(block, hasContent: hasContent, limits: configuration.limits)
            let stream = HTTP2ServerStream(identifier, continueIsDue: head.expectsContinue, configuration)
            streams[identifier] = stream
            streamDeadline = min(streamDeadline, stream.deadline)
            effects.append(.handle(head, content: nil, stream: identifier))
        } catch {
            reject(identifier, error)
        }
    }

    /// Answers a request that no handler is to see.
    private mutating func reject(_ identifier: Int32, _ error: HTTPError) {
        let stream = HTTP2ServerStream(identifier, continueIsDue: false, configuration)
        streams[identifier] = stream
        answer(stream, with: error, .now())
    }

    /// Answers in the place of a handler that has taken too long. Whatever it still does goes nowhere.
    mutating func giveUpHandler(_ stream: HTTP2ServerStream, _ now: MonotonicTime) {
        if let task = stream.task { effects.append(.giveUp(task)) }
        answer(stream, with: .handlerTimedOut, now)
    }

    private mutating func answer(_ stream: HTTP2ServerStream, with error: HTTPError, _ now: MonotonicTime) {
        let response = Problem(error).response
        guard case .bytes(let bytes) = response.body,
            let fields = try? HTTP2Fields(response, contentLength: bytes.count, requestID: nil)
        else { return session.reset(stream.identifier, .internalError) }
        answer(stream, fields, .bytes(bytes), now)
    }

    // MARK: - Content

    mutating func takeContent(_ bytes: [UInt8], _ identifier: Int32, _ now: MonotonicTime) {
        guard let stream = streams[identifier] else { return session.consume(bytes.count, identifier) }
        stream.contentCount += bytes.count
        stream.continueIsDue = false
        if case .draining(let left) = stream.phase {
            session.consume(bytes.count, identifier)
            stream.phase = .draining(left: left - bytes.count)
            if left < bytes.count { reset(stream, .noError) }
            return
        }
        guard stream.contentFailure == nil, stream.contentCount <= configuration.limits.bodyBytes else {
            session.consume(bytes.count, identifier)
            let limit = configuration.limits.bodyBytes
            return failContent(stream, HTTPError(.payloadTooLarge, "the content is larger than \(limit) bytes"), now)
        }
        stream.content.append(bytes)
        stream.bodyBudget.moved(bytes.count, now)
        serveReader(stream, now)
    }

    mutating func takeTrailers(_ block: HTTP2FieldBlock, _ identifier: Int32, _ now: MonotonicTime) {
        guard let stream = streams[identifier] else { return }
        do throws(HTTPError) {
            stream.trailers = try block.trailers()
        } catch {
            failContent(stream, error, now)
        }
    }

    mutating func endContent(_ identifier: Int32, _ now: MonotonicTime) {
        guard let stream = streams[identifier] else { return }
        stream.content.end()
        serveReader(stream, now)
    }

    mutating func failContent(_ stream: HTTP2ServerStream, _ error: HTTPError, _ now: MonotonicTime) {
        stream.bodyBudget.endWaiting(now)
        if stream.contentFailure == nil { stream.contentFailure = error }
        serveReader(stream, now)
    }

    private mutating func serveReader(_ stream: HTTP2ServerStream, _ now: MonotonicTime) {
        guard stream.bodyWaiter != nil, let result = nextPiece(stream), let waiter = stream.takeBodyWaiter() else {
            return
        }
        turnToHandler(stream, now)
        effects.append(.resumeBody(waiter, result))
    }

    /// From now on the handler's time runs, and no longer the client's.
    private mutating func turnToHandler(_ stream: HTTP2ServerStream, _ now: MonotonicTime) {
        stream.bodyBudget.endWaiting(now)
        stream.restartHandlerTime(now)
        streamDeadline = min(streamDeadline, stream.deadline)
    }

    /// What a reader gets now; nil if it has to wait. What it gets may be sent again by the client.
    private func nextPiece(_ stream: HTTP2ServerStream) -> Result<[UInt8]?, any Error>? {
        if let piece = stream.content.next() {
            session.consume(piece.count, stream.identifier)
            return .success(piece)
        }
        if let failure = stream.contentFailure { return .failure(failure) }
        guard stream.content.hasEnded else { return nil }
        stream.contentHasBeenRead = true
        return .success(nil)
    }

    /// The fields that have come after the content, once all of it has been read.
    func trailers(_ identifier: Int32) -> HTTPFields? {
        guard let stream = streams[identifier], stream.contentHasBeenRead else { return nil }
        return stream.trailers
    }

    // MARK: - The reader

    /// Keeps the one who waits for content; or returns at once what it gets instead.
    mutating func wantContent(
        _ waiter: BodyWaiter, _ identifier: Int32, isCancelled: Bool
    ) -> Result<[UInt8]?, any Error>? {
        if isCancelled { return .failure(CancellationError()) }
        guard let stream = streams[identifier], stream.isHandled else {
            return .failure(HTTPError(.connectionClosed, "the client has cancelled the request, or it is answered"))
        }
        guard stream.bodyWaiter == nil else {
            return .failure(HTTPError(.bodyAlreadyRead, "the content of this request is being read already"))
        }
        if let result = nextPiece(stream) {
            stream.restartHandlerTime(.now())
            return result
        }
        if stream.continueIsDue, stream.phase == .handling { session.submitContinue(identifier) }
        stream.continueIsDue = false
        stream.bodyWaiter = waiter
        stream.bodyBudget.beginWaiting(.now())
        streamDeadline = min(streamDeadline, stream.deadline)
        return nil
    }

    mutating func takeBodyWaiter(_ identifier: Int32) -> BodyWaiter? {
        guard let stream = streams[identifier], let waiter = stream.takeBodyWaiter() else { return nil }
        turnToHandler(stream, .now())
        return waiter
    }
}
