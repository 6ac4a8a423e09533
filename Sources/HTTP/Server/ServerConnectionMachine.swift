import HTTPTypes

/// The life of one HTTP/1.1 connection on the server's side, without socket, clock or task.
///
/// ```
///              head complete            answer sent, content read
///   waiting ──────────────▶ handling ──────────────────────────────▶ waiting
///      │                        │ answer sent, content left     ▲
///      │ error                  ▼                               │ content read
///      │                    draining ───────────────────────────┘
///      ▼                        ▼ too much left
///   lingering: nothing more is sent; input is thrown away for a short while, so that no reset overtakes the answer
///      ▼
///   closed
/// ```
///
/// One request is handled at a time, and nothing is read while it is, unless its handler asks for content. What a
/// client sends ahead waits in the kernel: that is the whole of back-pressure and of pipelining.
struct ServerConnectionMachine: Sendable {
    /// What is to be done next.
    enum Action {
        /// Nothing, until something happens.
        case wait
        /// Read from the socket if it has anything, then ask again.
        case read
        /// Handle a request. Content that was there at once comes with it; nil if the handler must ask for it.
        case handle(RequestHead, content: [UInt8]?)
        /// Tell the client to send the content (RFC 9110 section 15.2.1).
        case sendContinue
        /// Hand a piece of content, or its end (nil), to the handler that asked.
        case deliver([UInt8]?)
        /// The content asked for will not come.
        case failBody(HTTPError)
        /// Answer with an error and close.
        case reject(HTTPError)
        /// The client has gone while its request is being handled.
        case cancelHandler
        /// The client speaks HTTP/2: give the connection and what has been read from it to someone who does, too.
        case switchToHTTP2
        /// The handler has taken too long: cancel it, heed it no more, answer with an error in its place and close.
        case giveUpHandler(HTTPError)
        /// Shut down the sending side as soon as everything is sent.
        case finishSending
        /// Close as soon as everything is sent.
        case close
    }

    private enum Phase {
        case waiting
        case handling(ServerExchange)
        case draining(left: Int)
        case lingering(left: Int, announced: Bool)
        case closing
    }

    private static let drainLimit = 256 * 1024
    private static let lingerLimit = 1024 * 1024

    private let headTimeout: UInt64
    private let idleTimeout: UInt64
    private let handlerTimeout: UInt64
    private let lingerTimeout: UInt64
    private var reader: RequestReader
    private var phase = Phase.waiting
    private var inputHasEnded = false
    private(set) var isShuttingDown = false
    private var rejection: HTTPError?
    private var bodyBudget: StallBudget
    /// When the wait for a head, for the handler or for the end of lingering must end.
    private var phaseDeadline: MonotonicTime
    private var headHasBegun = false
    /// Until the first bytes have been looked at.
    private var mayBeHTTP2 = true

    init(_ configuration: HTTPServer.Configuration, now: MonotonicTime) {
        reader = RequestReader(limits: configuration.limits)
        bodyBudget = StallBudget(configuration.bodyTimeout, minBytesPerSecond: configuration.minBytesPerSecond)
        headTimeout = configuration.headTimeout.clampedNanoseconds
        idleTimeout = configuration.idleTimeout.clampedNanoseconds
        handlerTimeout = configuration.handlerTimeout.clampedNanoseconds
        lingerTimeout = configuration.lingerTimeout.clampedNanoseconds
        phaseDeadline = now.advanced(byNanoseconds: headTimeout)
    }

    /// When `timedOut` must be called.
    var deadline: MonotonicTime { min(phaseDeadline, bodyBudget.deadline) }

    /// Whether no request is being read or handled.
    var isIdle: Bool {
        if case .waiting = phase { return !headHasBegun && reader.isEmpty }
        return false
    }

    /// Whether a new request may come up next.
    var isBetweenRequests: Bool {
        if case .waiting = phase { return true }
        return false
    }

    /// Whether the client has gone, and its handler was cancelled, before all of the content had come.
    var contentIsCut: Bool {
        if case .handling(let exchange) = phase { exchange.wasCancelled && !exchange.bodyIsComplete } else { false }
    }

    /// Whether an answer to a head that is rejected may have content (RFC 9110 section 9.3.2).
    var mayRejectWithContent: Bool { !reader.isHead }

    /// The fields that have come after the content of the request that is being handled.
    var trailers: HTTPFields? {
        if case .handling(let exchange) = phase { exchange.trailers } else { nil }
    }

    // MARK: - Events

    /// Takes bytes from `receive`.
    mutating func fill<R>(
        now: MonotonicTime, _ receive: (UnsafeMutableRawBufferPointer) -> (count: Int, result: R)
    ) -> R {
        let (count, result) = reader.fill(receive)
        bodyBudget.moved(count, now)
        return result
    }

    /// The client has sent its last byte, and all of them have been read.
    mutating func inputEnded() {
        inputHasEnded = true
    }

    /// The client has sent its last byte, and a request is being handled. With nothing left to read this is taken to mean
    /// that nobody waits for the answer any more: the kernel tells a client that has gone and one that has only ended its
    /// sending side apart no sooner than an answer is sent. A handler that does not heed cancellation still answers.
    mutating func peerClosed() {
        guard case .handling(var exchange) = phase, !exchange.bodyIsWanted, reader.isEmpty, !exchange.wasCancelled
        else { return }
        exchange.cancelIsDue = true
        phase = .handling(exchange)
    }

    /// The handler asks for content.
    mutating func wantBody() {
        guard case .handling(var exchange) = phase else { return }
        exchange.wantBody()
        phase = .handling(exchange)
        phaseDeadline = .never
    }

    /// The handler does not want the content any more that it asked for.
    mutating func abandonBody(_ now: MonotonicTime) {
        guard case .handling(var exchange) = phase else { return }
        turnToHandler(&exchange, now)
        phase = .handling(exchange)
    }

    /// How an answer must be sent.
    struct Terms {
        /// Whether another request may follow on the connection.
        var keepsAlive: Bool
        /// Whether the client understands chunks.
        var isHTTP10: Bool
    }

    /// An answer is about to be sent.
    mutating func beginResponse(mustClose: Bool) -> Terms {
        guard case .handling(var exchange) = phase else { return Terms(keepsAlive: false, isHTTP10: true) }
        exchange.beginResponse(mustClose: mustClose || isShuttingDown || inputHasEnded)
        phase = .handling(exchange)
        phaseDeadline = .never
        return Terms(keepsAlive: exchange.keepsAlive, isHTTP10: exchange.isHTTP10)
    }

    /// The answer is complete.
    mutating func endResponse(_ now: MonotonicTime) {
        guard case .handling(let exchange) = phase else { return }
        bodyBudget.endWaiting(now)
        if exchange.keepsAlive, exchange.bodyIsComplete {
            beginWaiting(now)
        } else if exchange.keepsAlive {
            bodyBudget.reset()
            phase = .draining(left: Self.drainLimit)
        } else if exchange.bodyIsComplete, reader.isEmpty {
            phase = .closing
        } else {
            linger(now)
        }
    }

    /// Ends this machine's part; returns what has been received.
    mutating func handOver() -> [UInt8] {
        defer { abort() }
        return reader.takeBytes()
    }

    /// The connection is one too many: an answer is sent without a request, and then it ends.
    mutating func turnAway(_ now: MonotonicTime) {
        linger(now)
    }

    /// Nothing can be sent any more.
    mutating func abort() {
        phase = .closing
        _ = reader.discard()
        phaseDeadline = .never
    }

    /// No further request is to be taken.
    mutating func beginShutdown() {
        isShuttingDown = true
        if isIdle { phase = .closing }
    }

    /// A deadline has passed.
    mutating func timedOut(_ now: MonotonicTime) {
        if bodyBudget.deadline <= now {
            bodyBudget.endWaiting(now)
            rejection = HTTPError(.requestTimeout, "the content of the request came too slowly")
        }
        guard phaseDeadline <= now else { return }
        phaseDeadline = .never
        switch phase {
        case .waiting where headHasBegun || !reader.isEmpty:
            rejection = HTTPError(.requestTimeout, "the header section of the request came too slowly")
        case .waiting, .lingering:
            phase = .closing
        case .handling(var exchange):
            exchange.isOverdue = true
            phase = .handling(exchange)
        case .draining, .closing:
            break
        }
    }

    // MARK: - What next

    /// Decides what is to be done. Called again and again until it says `wait`, or `read` and nothing can be read.
    mutating func next(_ now: MonotonicTime) -> Action {
        switch phase {
        case .waiting: nextWhileWaiting(now)
        case .handling(let exchange): nextWhileHandling(exchange, now)
        case .draining(let left): nextWhileDraining(left, now)
        case .lingering(let left, let announced): nextWhileLingering(left, announced, now)
        case .closing: .close
        }
    }

    private mutating func nextWhileWaiting(_ now: MonotonicTime) -> Action {
        if let error = rejection { return reject(error, now) }
        guard !reader.isEmpty || !inputHasEnded else { return closeNow() }
        if !reader.isEmpty, !headHasBegun {
            headHasBegun = true
            phaseDeadline = now.advanced(byNanoseconds: headTimeout)
        }
        if mayBeHTTP2, !reader.isEmpty {
            switch reader.matchHTTP2Preface() {
            case .complete: return .switchToHTTP2
            case .partial: return inputHasEnded ? closeNow() : .read
            case .none: mayBeHTTP2 = false
            }
        }
        do throws(HTTPError) {
            guard let head = try reader.nextHead() else { return inputHasEnded ? closeNow() : .read }
            return .handle(head, content: try begin(head, now))
        } catch {
            return reject(error, now)
        }
    }

    private mutating func begin(_ head: RequestHead, _ now: MonotonicTime) throws(HTTPError) -> [UInt8]? {
        phaseDeadline = now.advanced(byNanoseconds: handlerTimeout)
        headHasBegun = false
        bodyBudget.reset()
        var exchange = ServerExchange(head, nothingHasFollowed: reader.isEmpty)
        let content = try reader.takeContent(head.body)
        if content != nil { exchange.completeBody() }
        phase = .handling(exchange)
        return content
    }

    private mutating func nextWhileHandling(_ exchange: ServerExchange, _ now: MonotonicTime) -> Action {
        var exchange = exchange
        defer { if case .handling = phase { phase = .handling(exchange) } }
        guard !exchange.isOverdue else {
            linger(now)
            return .giveUpHandler(.handlerTimedOut)
        }
        if exchange.cancelIsDue, !exchange.wasCancelled {
            exchange.wasCancelled = true
            return .cancelHandler
        }
        guard exchange.bodyIsWanted else { return .wait }
        if let error = rejection {
            rejection = nil
            return fail(&exchange, error, now)
        }
        guard !exchange.bodyIsComplete else {
            turnToHandler(&exchange, now)
            return .deliver(nil)
        }
        if exchange.continueIsDue {
            exchange.continueIsDue = false
            return .sendContinue
        }
        do throws(HTTPError) {
            switch try reader.nextPart() {
            case .data(let bytes):
                turnToHandler(&exchange, now)
                return .deliver(bytes)
            case .end(let trailers):
                exchange.completeBody(trailers: trailers)
                turnToHandler(&exchange, now)
                return .deliver(nil)
            case .needMore where inputHasEnded:
                return fail(&exchange, .contentCut, now)
            case .needMore:
                bodyBudget.beginWaiting(now)
                return .read
            }
        } catch {
            return fail(&exchange, error, now)
        }
    }

    private mutating func fail(_ exchange: inout ServerExchange, _ error: HTTPError, _ now: MonotonicTime) -> Action {
        turnToHandler(&exchange, now)
        exchange.failBody()
        return .failBody(error)
    }

    /// From now on the handler's time runs, and no longer the client's.
    private mutating func turnToHandler(_ exchange: inout ServerExchange, _ now: MonotonicTime) {
        exchange.abandonBody()
        bodyBudget.endWaiting(now)
        phaseDeadline = now.advanced(byNanoseconds: handlerTimeout)
    }

    private mutating func nextWhileDraining(_ left: Int, _ now: MonotonicTime) -> Action {
        do throws(HTTPError) {
            if rejection == nil {
                switch try reader.nextPart() {
                case .data(let bytes) where bytes.count < left:
                    phase = .draining(left: left - bytes.count)
                    return next(now)
                case .end:
                    bodyBudget.endWaiting(now)
                    beginWaiting(now)
                    return next(now)
                case .needMore where !inputHasEnded:
                    bodyBudget.beginWaiting(now)
                    return .read
                case .data, .needMore:
                    break
                }
            }
        } catch {}
        // The answer is sent; all that is left is to close without losing it.
        linger(now)
        return next(now)
    }

    private mutating func nextWhileLingering(_ left: Int, _ announced: Bool, _ now: MonotonicTime) -> Action {
        guard announced else {
            phase = .lingering(left: left, announced: true)
            return .finishSending
        }
        let rest = left - reader.discard()
        guard rest > 0, !inputHasEnded else { return closeNow() }
        phase = .lingering(left: rest, announced: true)
        return .read
    }

    private mutating func reject(_ error: HTTPError, _ now: MonotonicTime) -> Action {
        rejection = nil
        linger(now)
        return .reject(error)
    }

    private mutating func beginWaiting(_ now: MonotonicTime) {
        rejection = nil
        reader.shrink()
        phase = isShuttingDown ? .closing : .waiting
        phaseDeadline = now.advanced(byNanoseconds: idleTimeout)
    }

    private mutating func linger(_ now: MonotonicTime) {
        bodyBudget.endWaiting(now)
        phase = .lingering(left: Self.lingerLimit, announced: false)
        phaseDeadline = now.advanced(byNanoseconds: lingerTimeout)
    }

    private mutating func closeNow() -> Action {
        phase = .closing
        return .close
    }
}
