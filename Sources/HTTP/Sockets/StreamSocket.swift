import Glibc

/// A connected, non-blocking socket with what has been learnt about it from edge-triggered events, and the bytes that it
/// has not taken yet. With a TLS session everything below means plaintext, except for `outbound`.
struct StreamSocket: Sendable {
    private(set) var descriptor: Int32
    /// What waits for the socket. While there is plaintext behind it that waits to be sealed, this is more than
    /// `sealedAhead`, unless the handshake is still going on.
    private(set) var outbound = OutboundBuffer()
    private(set) var isWritable: Bool
    private(set) var peerHasClosed = false
    private var session: TLSSession?
    private var socketIsReadable = false
    private var budget: StallBudget
    private var mustFinishSending = false
    private let readsAfterSendFailure: Bool
    /// Nothing more can be sent. What the other side has said before may still be read.
    private(set) var sendingHasFailed = false
    /// Why a session has failed that is no more.
    private var lastFailure: HTTPError?

    private static let sealedAhead = 64 * 1024
    /// Two records of TLS.
    private static let fetchedAtOnce = 2 * (16 * 1024 + 256)

    /// What one attempt to read has brought.
    enum Received {
        case bytes
        case end
        case nothing
        case broken
        /// The other side does not speak TLS. From now on neither does this one, so that the answer can be understood.
        case plain
    }

    /// A client keeps a socket that takes no more, because the server's reason may wait in it; a server closes it.
    init(
        _ descriptor: Int32, isConnected: Bool, readsAfterSendFailure: Bool, stallBudget: StallBudget,
        session: TLSSession? = nil
    ) {
        self.readsAfterSendFailure = readsAfterSendFailure
        self.descriptor = descriptor
        self.session = session
        isWritable = isConnected
        budget = stallBudget
    }

    var isOpen: Bool { descriptor >= 0 }

    /// Whether something may be read, for all that is known.
    var isReadable: Bool { socketIsReadable || session?.mayBeReadable ?? false }

    /// What TLS has settled; nil without TLS and during its handshake.
    var security: ConnectionSecurity? { session?.security }

    /// Why TLS has failed.
    var failure: HTTPError? { session?.failure ?? lastFailure }

    /// When the other side has left too much unread for too long.
    var deadline: MonotonicTime { budget.deadline }

    /// Takes note of what the kernel says. Returns whether the connection is broken.
    mutating func ready(_ readiness: Readiness) -> Bool {
        if readiness.contains(.readable) { socketIsReadable = true }
        if readiness.contains(.writable) { isWritable = true }
        if readiness.contains(.peerClosed) {
            peerHasClosed = true
            socketIsReadable = true
        }
        return !readiness.isDisjoint(with: .broken)
    }

    // MARK: - Sending

    /// Sends what it can of these bytes at once and keeps the rest.
    mutating func send(_ bytes: [UInt8], _ now: MonotonicTime) {
        send(bytes, [], now)
    }

    /// Sends a head and a body with one system call, without joining them.
    mutating func send(_ head: [UInt8], _ body: [UInt8], _ now: MonotonicTime) {
        guard isOpen, !sendingHasFailed else { return }
        guard isWritable, session == nil else {
            hold(head)
            hold(body)
            if session != nil { flush(now) }
            return
        }
        account(outbound.send(head, body, to: descriptor), now)
    }

    /// Whether `send(file:)` may be used: what TLS has to seal the kernel cannot send by itself.
    var canSendFiles: Bool { session == nil }

    /// Lets the kernel copy from a file as far as the socket takes it, once everything before it has left.
    mutating func send(file: Int32, _ range: Range<Int>, _ now: MonotonicTime) -> Transfer {
        // The head leaves in one packet with the beginning of the file.
        flush(now, moreFollows: true)
        guard isOpen, !sendingHasFailed, outbound.isEmpty, isWritable else { return .wouldBlock }
        let transfer = SocketOperations.send(descriptor, file: file, range)
        account(transfer, now)
        if case .wouldBlock = transfer {
            isWritable = false
            budget.beginWaiting(now)
        }
        return transfer
    }

    /// Keeps bytes that are to leave together with the next ones.
    mutating func hold(_ bytes: [UInt8]) {
        guard isOpen, !sendingHasFailed else { return }
        if let session { session.write(bytes) } else { outbound.append(bytes) }
    }

    /// Sends what waits, as far as the socket takes it.
    mutating func flush(_ now: MonotonicTime, moreFollows: Bool = false) {
        guard isOpen else { return }
        if let session {
            flush(session, now)
        } else if !outbound.isEmpty, isWritable {
            account(outbound.flush(to: descriptor, moreFollows: moreFollows), now)
        }
        guard isOpen, outbound.isEmpty, mustFinishSending, session?.hasFinished ?? true else { return }
        mustFinishSending = false
        shutdown(descriptor, Int32(SHUT_WR))
    }

    private mutating func flush(_ session: TLSSession, _ now: MonotonicTime) {
        while isOpen, !sendingHasFailed {
            session.seal(into: &outbound, upTo: Self.sealedAhead, isLast: mustFinishSending)
            guard !outbound.isEmpty, isWritable else { return }
            account(outbound.flush(to: descriptor), now)
        }
    }

    /// Ends the sending side once everything has been sent.
    mutating func finishSending(_ now: MonotonicTime) {
        mustFinishSending = true
        flush(now)
    }

    private mutating func account(_ transfer: Transfer, _ now: MonotonicTime) {
        switch transfer {
        case .bytes(let count): budget.moved(count, now)
        case .wouldBlock: break
        case .failed: return sendingFailed(now)
        }
        if outbound.isEmpty {
            budget.endWaiting(now)
        } else {
            isWritable = false
            budget.beginWaiting(now)
        }
    }

    private mutating func sendingFailed(_ now: MonotonicTime) {
        guard readsAfterSendFailure else { return close() }
        sendingHasFailed = true
        outbound.removeAll()
        session?.discardUnsealed()
        budget.endWaiting(now)
    }

    // MARK: - Receiving

    /// Reads once into the space that `fill` offers.
    mutating func receive(
        _ fill: ((UnsafeMutableRawBufferPointer) -> (count: Int, result: (Transfer, Int))) -> (Transfer, Int)
    ) -> Received {
        guard isOpen, isReadable else { return .nothing }
        if let session { return receive(session, fill) }
        let descriptor = descriptor
        let (transfer, room) = fill { buffer in
            let transfer = SocketOperations.receive(descriptor, into: buffer)
            if case .bytes(let count) = transfer { return (count, (transfer, buffer.count)) }
            return (0, (transfer, buffer.count))
        }
        return account(transfer, room: room)
    }

    private mutating func account(_ transfer: Transfer, room: Int) -> Received {
        switch transfer {
        case .bytes(0):
            socketIsReadable = false
            return .end
        case .bytes(let count):
            // A short read means that the socket is empty; only the end of the stream would still have to be fetched.
            if count < room, !peerHasClosed { socketIsReadable = false }
            return .bytes
        case .wouldBlock:
            socketIsReadable = false
            return .nothing
        case .failed:
            close()
            return .broken
        }
    }

    private mutating func receive(
        _ session: TLSSession,
        _ fill: ((UnsafeMutableRawBufferPointer) -> (count: Int, result: (Transfer, Int))) -> (Transfer, Int)
    ) -> Received {
        while true {
            var reading = TLSSession.Reading.needsMore
            _ = fill { buffer in
                reading = session.read(into: buffer)
                if case .bytes(let count) = reading { return (count, (.bytes(count), buffer.count)) }
                return (0, (.wouldBlock, buffer.count))
            }
            // Reading may have made something to be said: the handshake, a new key, or why it failed.
            flush(.now())
            switch reading {
            case .bytes:
                return .bytes
            case .needsMore:
                let fetched = fetch(session)
                guard case .bytes = fetched else { return fetched }
            case .ended:
                socketIsReadable = false
                return .end
            case .isPlain:
                lastFailure = session.failure
                self.session = nil
                return .plain
            case .failed:
                close()
                return .broken
            }
        }
    }

    /// Gives the connection to a new owner, who finds out for himself what it can do. What remains here is closed.
    mutating func handOver() -> StreamSocket {
        var successor = self
        successor.socketIsReadable = true
        successor.isWritable = true
        descriptor = -1
        session = nil
        outbound.removeAll()
        budget.endWaiting(.now())
        return successor
    }

    /// Feeds the session with what the socket has. The end of the socket is something that the session has to explain.
    private mutating func fetch(_ session: TLSSession) -> Received {
        guard isOpen, socketIsReadable else { return .nothing }
        var transfer = Transfer.wouldBlock
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.fetchedAtOnce) { buffer, count in
            transfer = SocketOperations.receive(descriptor, into: UnsafeMutableRawBufferPointer(buffer))
            if case .bytes(let received) = transfer { count = received }
        }
        let received = account(transfer, room: Self.fetchedAtOnce)
        switch received {
        case .end:
            session.inputEnded()
            return .bytes
        case .bytes:
            session.feed(bytes)
            return .bytes
        case .nothing, .broken, .plain:
            return received
        }
    }

    /// Whether bytes wait to be read.
    var hasUnreadBytes: Bool {
        mutating get {
            guard isOpen else { return false }
            guard let session else { return SocketOperations.hasUnreadBytes(descriptor) }
            return hasUnreadBytes(session)
        }
    }

    /// Bytes on the socket may be the business of TLS alone, such as its farewell, so they have to be looked into.
    private mutating func hasUnreadBytes(_ session: TLSSession) -> Bool {
        while isOpen {
            let reading = session.peek()
            flush(.now())
            switch reading {
            case .bytes:
                return true
            case .needsMore:
                guard case .bytes = fetch(session) else { return false }
            case .ended, .isPlain, .failed:
                peerHasClosed = true
                return false
            }
        }
        return false
    }

    // MARK: - Beginning and end

    /// Goes on with the handshake of TLS. Returns whether it is over, or there is none; it may close the socket.
    mutating func shakeHands(_ now: MonotonicTime) -> Bool {
        guard let session, isOpen else { return isOpen }
        while true {
            let reading = session.shakeHands()
            flush(now)
            switch reading {
            case .bytes:
                return true
            case .needsMore:
                guard case .bytes = fetch(session) else { return false }
            case .ended, .isPlain, .failed:
                close()
                return false
            }
        }
    }

    /// Closes at once. What was not sent is lost. If there is nothing to lose, an orderly end tells the other side so, where
    /// TLS allows that, and otherwise it can see that something may be missing.
    mutating func close(isOrderly: Bool = true) {
        guard isOpen else { return }
        if let session {
            if isOrderly, isWritable, outbound.isEmpty, !session.hasUnsealed {
                session.seal(into: &outbound, upTo: 0, isLast: true)
                _ = outbound.flush(to: descriptor)
            }
            lastFailure = session.failure
            self.session = nil
        }
        _ = Glibc.close(descriptor)
        descriptor = -1
        outbound.removeAll()
        budget.endWaiting(.now())
    }
}
