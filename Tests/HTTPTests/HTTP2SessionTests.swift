import HTTPTypes
import Testing

@testable import HTTP

@Suite("HTTP/2 session")
struct HTTP2SessionTests {
    private static let now = MonotonicTime(nanoseconds: 0)

    private func session(_ role: HTTP2Session.Role, _ limits: HTTP2Limits = HTTP2Limits()) -> HTTP2Session {
        HTTP2Session(role, limits, MessageLimits(), now: Self.now)
    }

    private func head(
        _ method: HTTPRequest.Method = .get, _ path: String = "/", _ fields: HTTPFields = [:]
    ) throws -> HTTP2Fields {
        try HTTP2Fields(
            method: method, scheme: "http", authority: "localhost", target: path, contentLength: nil, fields)
    }

    private func drain(_ session: HTTP2Session) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = session.produce(upTo: 1 << 16).bytes
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    /// What a client says that sends three requests, cancels one and pings.
    private func conversation() throws -> [UInt8] {
        let client = session(.client)
        var bytes = drain(client)
        _ = client.submitRequest(try head(.get, "/a"), .none)
        let content = HTTP2Session.Content.bytes([UInt8](repeating: 7, count: 40_000))
        let second = try #require(client.submitRequest(try head(.post, "/b"), content))
        let third = try #require(
            client.submitRequest(try head(.put, "/c", [.userAgent: String(repeating: "x", count: 20_000)]), .written))
        client.write([1, 2, 3], third)
        bytes += drain(client)
        client.ping(4)
        client.reset(second, .cancel)
        client.write([4, 5], third)
        client.finish(third)
        return bytes + drain(client)
    }

    /// A frame of any kind (RFC 9113 section 4.1).
    private func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8]) -> [UInt8] {
        let count = UInt32(payload.count)
        return [UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), type, flags]
            + withUnsafeBytes(of: stream.bigEndian, Array.init) + payload
    }

    /// Compares without printing thousands of bytes.
    private func expectSame(_ one: HTTP2Recording, _ other: HTTP2Recording) {
        let difference = zip(one.events, other.events).first { $0.0 != $0.1 }
        #expect(difference.map { "\($0.prefix(200)) | \($1.prefix(200))" } == nil)
        #expect(one.events.count == other.events.count)
        let isSameOutput = one.output == other.output
        #expect(isSameOutput)
    }

    @Test("however the input is cut, the same events and the same answer come out")
    func splits() throws {
        let bytes = try conversation()
        let whole = HTTP2Recording(.server, bytes, pieces: [])
        #expect(whole.events.filter { $0.contains("headers") }.count == 3)
        for event in ["1 end", "3 closed CANCEL (0x8)", "5 content 3", "5 content 2", "5 end"] {
            #expect(whole.events.contains(event))
        }
        let single = HTTP2Recording(.server, bytes, pieces: Array(repeating: 1, count: bytes.count))
        expectSame(single, whole)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<40 {
            let pieces = (0..<100).map { _ in Int.random(in: 1...2000, using: &generator) }
            expectSame(HTTP2Recording(.server, bytes, pieces: pieces), whole)
        }
    }

    @Test("damaged input is refused or understood, in the same way however it is cut")
    func damage() throws {
        let bytes = try conversation()
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<60 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 24..<damaged.count, using: &generator)
                damaged[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            let pieces = (0..<100).map { _ in Int.random(in: 1...2000, using: &generator) }
            expectSame(
                HTTP2Recording(.server, damaged, pieces: pieces), HTTP2Recording(.server, damaged, pieces: []))
        }
    }

    @Test("content waits for the other side's window, and goes on when it opens")
    func windows() throws {
        var limits = HTTP2Limits()
        limits.streamWindow = 1000
        let (client, server) = (session(.client), session(.server, limits))
        let settings = drain(server)
        _ = settings.withUnsafeBytes { client.receive($0, now: Self.now) }
        let stream = try #require(
            client.submitRequest(try head(.post), .bytes([UInt8](repeating: 7, count: 2500))))
        var received = 0
        var turns: [Int] = []
        while true {
            let bytes = drain(client)
            guard !bytes.isEmpty else { break }
            var count = 0
            for event in bytes.withUnsafeBytes({ server.receive($0, now: Self.now) }) {
                if case .content(_, let bytes) = event { count += bytes.count }
            }
            received += count
            turns.append(count)
            server.consume(count, stream)
            let answer = drain(server)
            _ = answer.withUnsafeBytes { client.receive($0, now: Self.now) }
        }
        #expect(received == 2500)
        #expect(turns.allSatisfy { $0 <= 1000 })
    }

    @Test("content that nobody uses opens no window")
    func noWindow() throws {
        var limits = HTTP2Limits()
        limits.streamWindow = 1000
        let (client, server) = (session(.client), session(.server, limits))
        let settings = drain(server)
        _ = settings.withUnsafeBytes { client.receive($0, now: Self.now) }
        let stream = try #require(client.submitRequest(try head(.post), .bytes([UInt8](repeating: 7, count: 2500))))
        for _ in 0..<3 {
            let bytes = drain(client)
            _ = bytes.withUnsafeBytes { server.receive($0, now: Self.now) }
            let answer = drain(server)
            _ = answer.withUnsafeBytes { client.receive($0, now: Self.now) }
        }
        #expect(client.unsentCount(stream) == 1500)
    }

    @Test(
        "frames that ask for work and bring nothing end the connection",
        arguments: [UInt8(2), 4, 6], ["at once", "over time"])
    func floods(type: UInt8, pace: String) {
        let payload: [UInt8] = type == 2 ? [0, 0, 0, 0, 1] : type == 6 ? [UInt8](repeating: 0, count: 8) : []
        let server = session(.server)
        var now = Self.now
        var bytes = HTTP2Preface.bytes + frame(4, [])
        var failure: HTTP2ErrorCode?
        for _ in 0..<600 {
            bytes += frame(type, stream: type == 2 ? 1 : 0, payload)
            for event in bytes.withUnsafeBytes({ server.receive($0, now: now) }) {
                if case .failed(let code, _) = event { failure = code }
            }
            _ = drain(server)
            bytes = []
            if pace == "over time" { now = now + .milliseconds(25) }
        }
        #expect(failure == (pace == "over time" ? nil : .enhanceYourCalm))
        #expect(server.isFinished == (pace != "over time"))
    }

    @Test("a line end in a value, or a field that belongs to a connection, is not sent")
    func outgoingFields() throws {
        let split = Response(headerFields: [.location: "/a\r\nset-cookie: x"])
        let location = try HTTP2Fields(split, contentLength: 0, requestID: nil).withNameValues { list in
            list.last.map { Array(UnsafeBufferPointer(start: $0.value, count: $0.valuelen)) }
        }
        #expect(location?.allSatisfy(Characters.isFieldValue) == true)
        var response = Response(headerFields: [.connection: "close", .transferEncoding: "chunked", .upgrade: "h2c"])
        response.headerFields[.server] = "x"
        let fields = try HTTP2Fields(response, contentLength: 0, requestID: "abc")
        let names = fields.withNameValues { list in
            list.map { String(decoding: UnsafeBufferPointer(start: $0.name, count: $0.namelen), as: UTF8.self) }
        }
        #expect(names == [":status", "date", "content-length", "server", "x-request-id"])
    }

    @Test("the first bytes tell what is spoken, and an unfinished preface is waited for")
    func preface() {
        let all = HTTP2Preface.bytes
        for count in 1..<all.count {
            #expect(all[..<count].withUnsafeBytes { HTTP2Preface.match($0) } == .partial)
        }
        #expect((all + [0]).withUnsafeBytes { HTTP2Preface.match($0) } == .complete)
        #expect(Array("PUT / HTTP/1.1\r\n".utf8).withUnsafeBytes { HTTP2Preface.match($0) } == .none)
    }

    @Test("a silent peer is asked once for a sign of life, and given up when it gives none")
    func keepAlive() {
        var limits = HTTP2Limits()
        limits.pingInterval = .seconds(10)
        limits.pingTimeout = .seconds(3)
        func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(seconds * 1e9)) }
        var keepAlive = HTTP2KeepAlive(limits, now: at(0))
        #expect(keepAlive.check(at(9)) == .alive)
        keepAlive.heard(at(5))
        #expect(keepAlive.check(at(14)) == .alive)
        #expect(keepAlive.check(at(15)) == .ask)
        #expect(keepAlive.check(at(17)) == .alive)
        #expect(keepAlive.check(at(18)) == .dead)
        keepAlive.heard(at(18))
        #expect(keepAlive.check(at(19)) == .alive)
    }
}
