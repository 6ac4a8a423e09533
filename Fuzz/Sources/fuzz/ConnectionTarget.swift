@testable import HTTP

/// The life of a server's connection, with a client, a handler and a clock that do what the input says: requests are
/// handled one at a time and in their order, nothing is told to a handler that has not asked, nobody waits without a
/// limit, and every connection ends.
struct ConnectionTarget {
    private enum Handler {
        case none
        case busy
        case awaitsContent
        case streams
    }

    private var machine: ServerConnectionMachine
    private var choices: Choices
    private var now = MonotonicTime(nanoseconds: 1 << 40)
    private var handler = Handler.none
    private var wasCancelled = false
    /// What the client has not sent yet, and what waits in the socket.
    private var unsent: ArraySlice<UInt8>
    private var arrived: ArraySlice<UInt8> = []
    private var clientHasEnded = false
    private var isFinal = false
    private var isClosed = false
    private var heads: [[UInt8]] = []

    static func run(_ input: Input) {
        var target = Self(input)
        target.play()
        target.finish()
        target.compareHeads(input)
    }

    private init(_ input: Input) {
        var configuration = HTTPServer.Configuration()
        configuration.limits = limits(input.seed)
        machine = ServerConnectionMachine(configuration, now: now)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in input.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        choices = Choices(seed: hash ^ UInt64(input.seed))
        unsent = input.bytes[...]
    }

    private mutating func choose(_ count: UInt64) -> UInt64 { choices.next() % count }

    // MARK: - What happens

    private mutating func play() {
        for _ in 0..<(20 + unsent.count / 8) where !isClosed {
            switch choose(24) {
            case 0..<10: arrive(Int(choose(60)) + 1)
            case 10..<15: handlerActs()
            case 15..<18: now = now.advanced(byNanoseconds: choose(3_000_000_000))
            case 18: now = max(now, min(machine.deadline, now.advanced(byNanoseconds: 100_000_000_000)))
            case 19: arrive(unsent.count)
            case 20 where unsent.isEmpty: clientHasEnded = true
            case 21 where choose(8) == 0: machine.beginShutdown()
            case 22 where choose(16) == 0: machine.abort()
            default: break
            }
            drain()
        }
    }

    private mutating func arrive(_ count: Int) {
        guard !clientHasEnded else { return }
        arrived = ArraySlice(arrived + unsent.prefix(count))
        unsent = unsent.dropFirst(count)
    }

    private mutating func handlerActs() {
        switch handler {
        case .none:
            break
        case .busy where choose(2) == 0:
            machine.wantBody()
            handler = .awaitsContent
        case .busy:
            _ = machine.beginResponse(mustClose: choose(4) == 0)
            handler = .streams
            if choose(2) == 0 { end() }
        case .awaitsContent where choose(8) == 0:
            machine.abandonBody(now)
            handler = .busy
        case .awaitsContent:
            break
        case .streams:
            end()
        }
    }

    private mutating func end() {
        handler = .none
        wasCancelled = false
        machine.endResponse(now)
    }

    /// The client goes silent. Whatever has happened before, the connection must come to its end.
    private mutating func finish() {
        for _ in 0..<100_000 where !isClosed {
            if handler == .streams || (handler == .busy && choose(2) == 0) {
                if handler == .busy { _ = machine.beginResponse(mustClose: false) }
                end()
            } else if arrived.isEmpty {
                promise(machine.deadline < .never, "the connection waits without a limit")
                now = max(now, machine.deadline)
            }
            drain()
        }
        promise(isClosed, "the connection does not end")
    }

    // MARK: - What the machine wants

    private mutating func drain() {
        if machine.deadline <= now { machine.timedOut(now) }
        if clientHasEnded, arrived.isEmpty, handler != .none { machine.peerClosed() }
        for _ in 0..<(100 + 4 * arrived.count) {
            guard !isClosed, perform(machine.next(now)) else {
                let mayWaitForever = isClosed || handler == .streams
                promise(mayWaitForever || machine.deadline < .never, "the connection waits without a limit")
                return
            }
        }
        fatalError("the machine never comes to rest")
    }

    /// Returns whether the machine is to be asked again.
    private mutating func perform(_ action: ServerConnectionMachine.Action) -> Bool {
        switch action {
        case .wait:
            return false
        case .read:
            return read()
        case .handle(let head, _):
            promise(handler == .none && !isFinal, "a request is handled out of turn")
            heads.append(head.bytes)
            handler = .busy
        case .sendContinue:
            promise(handler == .awaitsContent, "100 Continue is sent although nobody asked for content")
        case .deliver(let piece):
            promise(handler == .awaitsContent, "content is delivered to nobody")
            promise(piece != [], "a piece of content is empty")
            handler = .busy
        case .failBody:
            promise(handler == .awaitsContent, "a failure is delivered to nobody")
            handler = .busy
        case .reject:
            promise(handler == .none && !isFinal, "a request is refused out of turn")
            isFinal = true
        case .cancelHandler:
            promise(handler != .none && !wasCancelled, "a handler is cancelled out of turn")
            wasCancelled = true
        case .giveUpHandler:
            promise(handler == .busy, "a handler is given up although it does not work")
            handler = .none
            isFinal = true
        case .finishSending:
            isFinal = true
        case .close, .switchToHTTP2:
            isClosed = true
            return false
        }
        return true
    }

    private mutating func read() -> Bool {
        guard !arrived.isEmpty else {
            guard clientHasEnded else { return false }
            machine.inputEnded()
            return true
        }
        let count = machine.fill(now: now) { space -> (count: Int, result: Int) in
            let part = arrived.prefix(space.count)
            space.copyBytes(from: part)
            return (part.count, part.count)
        }
        promise(count > 0, "there is no room to read into")
        arrived = arrived.dropFirst(count)
        return true
    }

    /// Only what a parser alone would find is handled, in its order.
    private func compareHeads(_ input: Input) {
        var parser = RequestParser(limits: limits(input.seed))
        var buffer = InboundBuffer()
        buffer.take(input.bytes[...])
        for head in heads {
            var found: [UInt8]?
            while found == nil {
                var used = 0
                do throws(HTTPError) {
                    let event = try buffer.withBytes { (bytes) throws(HTTPError) in try parser.next(bytes, used: &used)
                    }
                    buffer.consume(used)
                    if case .needMore = event { fatalError("a request is handled that is not there") }
                    if case .head(let next) = event { found = next.bytes }
                } catch {
                    fatalError("a request is handled that is not valid: \(error)")
                }
            }
            promise(found == head, "another request is handled than was sent")
        }
    }
}
