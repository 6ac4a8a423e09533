/// The socket and the session of a connection: bytes in, bytes out. Both sides' connections stand on it.
struct HTTP2Transport {
    /// What one attempt to read has brought.
    enum Received {
        case events([HTTP2Event])
        case nothing
        /// The peer has ended its stream, or the connection is broken.
        case end
    }

    /// While more than this is unsent, nothing more is made to be sent, and nothing is read that could ask for more.
    static let highWater = 64 * 1024
    private static let readSize = 64 * 1024

    var socket: StreamSocket
    let session: HTTP2Session
    var keepAlive: HTTP2KeepAlive

    init(_ socket: StreamSocket, _ role: HTTP2Session.Role, _ limits: HTTP2Limits, _ messageLimits: MessageLimits) {
        let now = MonotonicTime.now()
        self.socket = socket
        session = HTTP2Session(role, limits, messageLimits, now: now)
        keepAlive = HTTP2KeepAlive(limits, now: now)
    }

    /// Reads once.
    mutating func receive(_ now: MonotonicTime) -> Received {
        guard socket.isOpen, socket.outbound.count <= Self.highWater else { return .nothing }
        return withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) { buffer in
            var count = 0
            let received = socket.receive { read in
                let outcome = read(buffer)
                count = outcome.count
                return outcome.result
            }
            switch received {
            case .bytes:
                keepAlive.heard(now)
                return .events(session.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]), now: now))
            case .nothing: return .nothing
            case .end, .broken, .plain: return .end
            }
        }
    }

    /// Sends what there is, as far as the socket takes it.
    mutating func send(_ now: MonotonicTime) -> [HTTP2Event] {
        socket.flush(now)
        var events: [HTTP2Event] = []
        while socket.isOpen, socket.outbound.count <= Self.highWater {
            let output = session.produce(upTo: Self.highWater)
            events += output.events
            guard !output.bytes.isEmpty else { break }
            socket.send(output.bytes, now)
        }
        return events
    }

    /// Whether both sides have said all and everything has been sent.
    var isFinished: Bool { socket.outbound.isEmpty && session.isFinished }
}
