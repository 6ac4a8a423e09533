import HTTPTypes
import Testing

@testable import HTTP

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func parse(_ text: String, pieces: Int? = nil) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        guard let pieces else { return try parser.parse(text.utf8) }
        let bytes = Array(text.utf8)
        return try stride(from: 0, to: bytes.count, by: pieces).flatMap { start in
            try parser.parse(bytes[start..<min(start + pieces, bytes.count)])
        }
    }

    @Test("what is written is what is read", arguments: ["", "a", "a\nb", "\n", " lead", "ä\n\nö", "a: b"])
    func roundTrip(_ data: String) throws {
        let event = ServerSentEvent(id: "7", event: "kind", data: data, retryMilliseconds: 3000)
        #expect(try parse(String(decoding: event.serialized(), as: UTF8.self)) == [event])
    }

    @Test(
        "every line end in what is written begins a line of data, and is read as one",
        arguments: [
            ("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\n\rb", "a\n\nb"), ("\r\n\r\n", "\n\n"),
            ("é\u{301}\r", "é\u{301}\n"),
        ])
    func writtenLineEnds(_ data: String, _ read: String) throws {
        let text = String(decoding: try ServerSentEvent(data: data).serialized(), as: UTF8.self)
        #expect(try parse(text) == [ServerSentEvent(data: read)])
    }

    @Test("CRLF, LF and CR end lines alike, wherever the input is cut", arguments: ["\r\n", "\n", "\r"])
    func lineEnds(_ end: String) throws {
        let lines = [": comment", "event: a", "data: 1", "data:2", "id: 5", "", "data: x", "", "data: unfinished"]
        let text = lines.joined(separator: end)
        let expected = [
            ServerSentEvent(id: "5", event: "a", data: "1\n2"), ServerSentEvent(id: "5", data: "x"),
        ]
        #expect(try parse(text) == expected)
        for size in 1...7 { #expect(try parse(text, pieces: size) == expected) }
    }

    @Test("an id without data moves the place to resume")
    func idOnly() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.parse("id: 9\n\n".utf8).isEmpty)
        #expect(parser.lastEventID == "9")
    }

    @Test("an event that never ends is refused")
    func limit() {
        var parser = ServerSentEventParser(limit: 100)
        #expect(throws: HTTPError.self) { try parser.parse(Array(repeating: UInt8(ascii: "a"), count: 200)) }
    }

    @Test("an id with a line end cannot forge another field")
    func injection() {
        #expect(throws: HTTPError.self) { try ServerSentEvent(id: "1\ndata: x").serialized() }
        #expect(throws: HTTPError.self) { try ServerSentEvent(event: "a\rb", data: "").serialized() }
    }

    @Test("a reader that does not drain its events is dropped, and their source hears of it")
    func slowReader() async throws {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        var router = Router()
        router.on(.get, "/events") { _ in
            .events { writer in
                defer { end.finish() }
                let data = String(repeating: "x", count: 10_000)
                while true { try await writer.send(ServerSentEvent(data: data)) }
            }
        }
        try await LiveServer.with(router, { $0.writeTimeout = .milliseconds(300) }) { server, address in
            let connection = try RawConnection(address, receiveBuffer: 4096)
            connection.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in ends {}
            #expect(await eventually { server.connectionCount == 0 })
            withExtendedLifetime(connection) {}
        }
    }

    @Test("a reader is sent what came after the event that it names")
    func lastEventID() async throws {
        let name = try #require(HTTPField.Name("Last-Event-ID"))
        var router = Router()
        router.on(.get, "/events") { request in
            let first = (request[name].flatMap { Int($0) } ?? 0) + 1
            return .events { try await $0.send((first...5).map { ServerSentEvent(id: "\($0)", data: "") }) }
        }
        try await LiveServer.with(router) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 3\r\n\r\n")
                let reply = try connection.reply()
                #expect(reply.fields["cache-control"] == "no-store")
                #expect(reply.text == "id: 4\ndata: \n\nid: 5\ndata: \n\n")
            }
        }
    }
}
