import Testing

@testable import HTTP

@Suite("Connection machine")
struct ServerConnectionMachineTests {
    private static let start = MonotonicTime(nanoseconds: 0)

    private func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(seconds * 1e9))
    }

    private func machine(_ configure: (inout HTTPServer.Configuration) -> Void = { _ in }) -> ServerConnectionMachine {
        var configuration = HTTPServer.Configuration()
        configure(&configuration)
        return ServerConnectionMachine(configuration, now: Self.start)
    }

    private func receive(_ text: String, _ machine: inout ServerConnectionMachine, _ now: MonotonicTime) {
        machine.fill(now: now) { space in
            space.copyBytes(from: Array(text.utf8))
            return (text.utf8.count, ())
        }
    }

    /// The name of an action, for comparison.
    private func name(_ action: ServerConnectionMachine.Action) -> String {
        switch action {
        case .wait: "wait"
        case .read: "read"
        case .handle(_, let content): content.map { "handle \($0.count)" } ?? "handle"
        case .sendContinue: "continue"
        case .deliver(let piece): piece.map { "deliver \($0.count)" } ?? "deliver end"
        case .failBody(let error): "fail \(error.status.code)"
        case .reject(let error): "reject \(error.status.code)"
        case .cancelHandler: "cancel"
        case .giveUpHandler(let error): "give up \(error.status.code)"
        case .finishSending: "finish"
        case .switchToHTTP2: "switch"
        case .close: "close"
        }
    }

    @Test("the time for a head counts from its first byte, and more bytes do not prolong it")
    func headDeadline() {
        var machine = machine { $0.headTimeout = .seconds(10) }
        #expect(machine.deadline == at(10))
        receive("GET / HTT", &machine, at(4))
        #expect(name(machine.next(at(4))) == "read")
        #expect(machine.deadline == at(14))
        receive("P/1.1\r\n", &machine, at(13))
        #expect(name(machine.next(at(13))) == "read")
        #expect(machine.deadline == at(14))
        machine.timedOut(at(14))
        #expect(name(machine.next(at(14))) == "reject 408")
        #expect(name(machine.next(at(14))) == "finish")
        #expect(name(machine.next(at(14))) == "read")
        machine.timedOut(at(20))
        #expect(name(machine.next(at(20))) == "close")
    }

    @Test("nothing is read while a request is handled, and the next one follows after its answer")
    func oneAtATime() {
        var machine = machine()
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        receive(request + request, &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle 0")
        #expect(name(machine.next(at(1))) == "wait")
        #expect(machine.beginResponse(mustClose: false).keepsAlive)
        machine.endResponse(at(2))
        #expect(name(machine.next(at(2))) == "handle 0")
    }

    @Test("a handler's time runs while it has what it needs, not while it waits for content or sends a stream")
    func handlerTime() {
        var machine = machine {
            $0.handlerTimeout = .seconds(60)
            $0.bodyTimeout = .seconds(20)
        }
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle")
        #expect(machine.deadline == at(61))
        machine.wantBody()
        #expect(name(machine.next(at(50))) == "read")
        #expect(machine.deadline == at(70))
        receive("ab", &machine, at(65))
        #expect(name(machine.next(at(65))) == "deliver 2")
        #expect(machine.deadline == at(125))

        var streaming = machine
        #expect(!streaming.beginResponse(mustClose: true).keepsAlive)
        #expect(streaming.deadline == .never)

        machine.timedOut(at(125))
        #expect(name(machine.next(at(125))) == "give up 503")
        #expect(name(machine.next(at(125))) == "finish")
        #expect(name(machine.next(at(125))) == "read")
    }

    @Test("content is asked for only when it is wanted, 100 Continue before it, and its silence has a limit")
    func body() {
        var machine = machine { $0.bodyTimeout = .seconds(5) }
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle")
        #expect(name(machine.next(at(1))) == "wait")
        machine.wantBody()
        #expect(name(machine.next(at(2))) == "continue")
        #expect(name(machine.next(at(2))) == "read")
        #expect(machine.deadline == at(7))
        receive("ab", &machine, at(3))
        #expect(name(machine.next(at(3))) == "deliver 2")
        #expect(name(machine.next(at(3))) == "wait")
        #expect(machine.deadline == at(63))
        machine.wantBody()
        #expect(name(machine.next(at(100))) == "read")
        machine.timedOut(at(200))
        #expect(name(machine.next(at(200))) == "fail 408")
        #expect(!machine.beginResponse(mustClose: false).keepsAlive)
    }

    @Test("content left over by the handler is read and thrown away, up to a limit")
    func draining() {
        var machine = machine()
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle")
        #expect(machine.beginResponse(mustClose: false).keepsAlive)
        machine.endResponse(at(1))
        #expect(name(machine.next(at(1))) == "read")
        receive(String(repeating: "a", count: 1000), &machine, at(1))
        receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle 0")

        machine = self.machine()
        receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle")
        _ = machine.beginResponse(mustClose: false)
        machine.endResponse(at(1))
        var actions: [String] = []
        while actions.last != "finish", actions.count < 1000 {
            receive(String(repeating: "a", count: 1000), &machine, at(1))
            actions.append(name(machine.next(at(1))))
        }
        #expect(actions.last == "finish")
        #expect(actions.count < 300)
    }

    @Test("shutting down closes an idle connection at once and a busy one after its answer")
    func shutdown() {
        var idle = machine()
        idle.beginShutdown()
        #expect(name(idle.next(at(1))) == "close")
        var busy = machine()
        receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &busy, at(1))
        #expect(name(busy.next(at(1))) == "handle 0")
        busy.beginShutdown()
        #expect(name(busy.next(at(1))) == "wait")
        #expect(!busy.beginResponse(mustClose: false).keepsAlive)
        busy.endResponse(at(2))
        #expect(name(busy.next(at(2))) == "close")
    }

    @Test("a client that has gone cancels its handler once")
    func gone() {
        var machine = machine()
        receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle 0")
        machine.peerClosed()
        #expect(name(machine.next(at(1))) == "cancel")
        machine.peerClosed()
        #expect(name(machine.next(at(1))) == "wait")
    }

    @Test("a connection is handed on once the whole preface of HTTP/2 has come, and not before")
    func preface() {
        var machine = machine()
        receive("PRI * HTTP/2.0\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "read")
        #expect(machine.deadline == at(11))
        receive("\r\nSM\r\n\r\nmore", &machine, at(2))
        #expect(name(machine.next(at(2))) == "switch")
        #expect(machine.handOver() == HTTP2Preface.bytes + Array("more".utf8))
    }

    @Test("what only begins like the preface is a request of an unknown version")
    func brokenPreface() {
        var machine = machine()
        receive("PRI * HTTP/2.0\r\n\r\nXX", &machine, at(1))
        #expect(name(machine.next(at(1))) == "reject 505")
    }

    @Test("the preface is looked for at the beginning only")
    func latePreface() {
        var machine = machine()
        receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &machine, at(1))
        #expect(name(machine.next(at(1))) == "handle 0")
        _ = machine.beginResponse(mustClose: false)
        machine.endResponse(at(1))
        receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &machine, at(2))
        #expect(name(machine.next(at(2))) == "reject 505")
    }
}
