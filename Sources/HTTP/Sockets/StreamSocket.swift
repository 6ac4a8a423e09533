import Glibc

/// A connected, non-blocking socket with what has been learnt about it from edge-triggered events, and the bytes that it
/// has not taken yet. A TLS session would live here.
struct StreamSocket: Sendable {
    private(set) var descriptor: Int32
    private(set) var outbound = OutboundBuffer()
    private(set) var isReadable = false
    private(set) var isWritable: Bool
    private(set) var peerHasClosed = false
    private var budget: StallBudget
    private var mustFinishSending = false
    private let readsAfterSendFailure: Bool
    /// Nothing more can be sent. What the other side has said before may still be read.
    private(set) var sendingHasFailed = false

    /// What one attempt to read has brought.
    enum Received {
        case bytes
        case end
        case nothing
        case broken
    }

    /// A client keeps a socket that takes no more, because the server's reason may wait in it; a server closes it.
    init(_ descriptor: Int32, isConnected: Bool, readsAfterSendFailure: Bool, stallBudget: StallBudget) {
        self.readsAfterSendFailure = readsAfterSendFailure
        self.descriptor = descriptor
        isWritable = isConnected
        budget = stallBudget
    }

    var isOpen: Bool { descriptor >= 0 }

    /// When the other side has left too much unread for too long.
    var deadline: MonotonicTime { budget.deadline }

    /// Takes note of what the kernel says. Returns whether the connection is broken.
    mutating func ready(_ readiness: Readiness) -> Bool {
        if readiness.contains(.readable) { isReadable = true }
        if readiness.contains(.writable) { isWritable = true }
        if readiness.contains(.peerClosed) {
            peerHasClosed = true
            isReadable = true
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
        guard isWritable else {
            outbound.append(head)
            outbound.append(body)
            return
        }
        account(outbound.send(head, body, to: descriptor), now)
    }

    /// Lets the kernel copy from a file as far as the socket takes it, once everything before it has left.
    mutating func send(file: Int32, _ range: Range<Int>, _ now: MonotonicTime) -> Transfer {
        flush(now)
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
        outbound.append(bytes)
    }

    /// Sends what waits, as far as the socket takes it.
    mutating func flush(_ now: MonotonicTime) {
        guard isOpen else { return }
        if !outbound.isEmpty, isWritable { account(outbound.flush(to: descriptor), now) }
        guard isOpen, outbound.isEmpty, mustFinishSending else { return }
        mustFinishSending = false
        shutdown(descriptor, Int32(SHUT_WR))
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
        budget.endWaiting(now)
    }

    // MARK: - Receiving

    /// Reads once into the space that `fill` offers.
    mutating func receive(
        _ fill: ((UnsafeMutableRawBufferPointer) -> (count: Int, result: (Transfer, Int))) -> (Transfer, Int)
    ) -> Received {
        guard isOpen, isReadable else { return .nothing }
        let descriptor = descriptor
        let (transfer, room) = fill { buffer in
            let transfer = SocketOperations.receive(descriptor, into: buffer)
            if case .bytes(let count) = transfer { return (count, (transfer, buffer.count)) }
            return (0, (transfer, buffer.count))
        }
        switch transfer {
        case .bytes(0):
            isReadable = false
            return .end
        case .bytes(let count):
            // A short read means that the socket is empty; only the end of the stream would still have to be fetched.
            if count < room, !peerHasClosed { isReadable = false }
            return .bytes
        case .wouldBlock:
            isReadable = false
            return .nothing
        case .failed:
            close()
            return .broken
        }
    }

    var hasUnreadBytes: Bool { isOpen && SocketOperations.hasUnreadBytes(descriptor) }

    /// Gives the connection to a new owner, who finds out for himself what it can do. What remains here is closed.
    mutating func handOver() -> StreamSocket {
        var successor = self
        successor.isReadable = true
        successor.isWritable = true
        descriptor = -1
        outbound.removeAll()
        budget.endWaiting(.now())
        return successor
    }

    /// Closes at once. What was not sent is lost.
    mutating func close() {
        guard isOpen else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
        outbound.removeAll()
        budget.endWaiting(.now())
    }
}
