import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import HTTP

/// Client and server together, on one connection.
@Suite("HTTP/2 between client and server")
struct HTTP2Tests {
    private func router(_ log: ServerTests.Log) -> Router {
        var router = Router()
        router.on(.get, "/hello") { _ in .text("hello") }
        router.on(.get, "/host") { .text("\($0[.init("Host") ?? .accept] ?? "-") \($0.query["a"] ?? "-")") }
        router.on(.get, "/empty") { _ in Response(status: .noContent) }
        router.on(.get, "/unchanged") { _ in Response(status: .notModified, headerFields: [.eTag: "\"1\""]) }
        router.on(.get, "/split") { _ in Response(headerFields: [.location: "/a\r\nSet-Cookie: x=y"]) }
        router.on(.post, "/echo") { request in
            Response(
                body: .stream(contentLength: nil) { writer in
                    for try await piece in request.body { try await writer.write(piece) }
                })
        }
        router.on(.post, "/length") { .text("\(try await $0.body.collect(upTo: 1 << 24).count)") }
        router.on(.post, "/refuse") { _ in throw Problem(status: .forbidden, detail: "no", code: "notYou") }
        router.on(.get, "/slow") { _ in
            log.add("begun")
            try await Task.sleep(for: .milliseconds(300))
            return .text("slow")
        }
        router.on(.get, "/forever") { _ in
            log.add("begun")
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                log.add("cancelled")
            }
            return .text("ended")
        }
        router.on(.get, "/endless") { _ in
            Response(
                body: .stream(contentLength: nil) { writer in
                    do {
                        while true { try await writer.write([UInt8](repeating: 120, count: 100_000)) }
                    } catch {
                        log.add("dropped")
                        throw error
                    }
                })
        }
        router.on(.get, "/short") { _ in Response(body: .stream(contentLength: 10) { try await $0.write([1, 2, 3]) }) }
        router.on(.get, "/events") { request in
            let first = (HTTPField.Name("Last-Event-ID").flatMap { request[$0] }.flatMap { Int($0) } ?? 0) + 1
            return .events { writer in
                for number in first..<(first + 3) {
                    try await writer.send(ServerSentEvent(id: "\(number)", event: "count", data: "number \(number)"))
                }
            }
        }
        router.on(.get, "/silent") { _ in
            .events { _ in
                log.add("begun")
                try await Task.sleep(for: .seconds(600))
            }
        }
        return router
    }

    private func with(
        _ configureServer: (inout HTTPServer.Configuration) -> Void = { _ in },
        client configureClient: (inout HTTPClient.Configuration) -> Void = { _ in },
        _ body: (HTTPClient, HTTPServer, ServerTests.Log) async throws -> Void
    ) async throws {
        let log = ServerTests.Log()
        try await LiveServer.with(router(log), configureServer) { server, address in
            guard case .tcp(let host, let port, _) = address else { return }
            let client = try self.client(.tcp(host: host, port: port), configureClient)
            try await body(client, server, log)
            client.close()
        }
    }

    private func client(
        _ endpoint: Endpoint, _ configure: (inout HTTPClient.Configuration) -> Void = { _ in }
    ) throws -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.version = .http2
        configure(&configuration)
        return try HTTPClient(endpoint: endpoint, configuration: configuration)
    }

    private func text(_ response: ClientResponse) async throws -> String {
        String(decoding: try await response.collect(upTo: 1 << 24), as: UTF8.self)
    }

    private func expectGreeting(_ client: HTTPClient) async throws {
        let greeting = try await text(client.send(.get, "/hello"))
        #expect(greeting == "hello")
    }

    // MARK: - Requests and answers

    @Test("a thousand requests at once share one connection and all get their own answer")
    func concurrency() async throws {
        try await with { client, server, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let content = Array("number \(number)".utf8)
                        return try await client.send(.post, "/echo", body: .bytes(content)).collect(upTo: 100)
                            == content
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("the Host field is what the client asked for, and the query is decoded")
    func host() async throws {
        try await with { client, _, _ in
            let answer = try await text(client.send(.get, "/host?a=b%20c"))
            #expect(answer == "\(client.endpoint) b c")
        }
    }

    @Test("answers without content have none, and HEAD is told the length")
    func noContent() async throws {
        try await with { client, _, _ in
            let empty = try await client.send(.get, "/empty")
            #expect(empty.status == .noContent)
            #expect(empty.headerFields[.contentLength] == nil)
            #expect(try await client.send(.get, "/unchanged").status == .notModified)
            let head = try await client.send(.head, "/hello")
            #expect(head.headerFields[.contentLength] == "5")
            #expect(try await head.collect(upTo: 10).isEmpty)
            #expect(head.headerFields[.date] != nil)
        }
    }

    @Test("a request is named in the answer as the client named it")
    func requestID() async throws {
        try await with { client, _, _ in
            let name = try #require(HTTPField.Name("X-Request-ID"))
            let response = try await client.send(.get, "/hello", headerFields: [name: "abc"])
            #expect(response.headerFields[name] == "abc")
        }
    }

    @Test("a value with a line end does not become another field")
    func splitting() async throws {
        try await with { client, server, _ in
            let response = try await client.send(.get, "/split")
            #expect(response.headerFields[.setCookie] == nil)
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("a header section beyond the limit is answered with 431, and the connection goes on")
    func largeHead() async throws {
        try await with { client, server, _ in
            var fields: HTTPFields = [:]
            for number in 0..<4 {
                fields[try #require(HTTPField.Name("X-Large-\(number)"))] = String(repeating: "a", count: 20_000)
            }
            let response = try await client.send(.get, "/hello", headerFields: fields)
            #expect(response.status == .requestHeaderFieldsTooLarge)
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    // MARK: - Content

    @Test("content streams both ways at the same time through windows far smaller than itself")
    func tinyWindows() async throws {
        func shrink(_ limits: inout HTTP2Limits) {
            limits.streamWindow = 3000
            limits.connectionWindow = 70_000
        }
        // A busy machine must not make either side look like a slow one.
        try await with(
            {
                shrink(&$0.http2)
                $0.writeTimeout = .seconds(120)
                $0.bodyTimeout = .seconds(120)
            },
            client: {
                shrink(&$0.http2)
                $0.writeTimeout = .seconds(120)
            }
        ) { client, _, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for seed in 0..<4 {
                    group.addTask {
                        let pieces = (0..<20).map { [UInt8](repeating: UInt8(seed * 20 + $0), count: 9_999) }
                        let response = try await client.send(
                            .post, "/echo",
                            body: .stream(contentLength: nil) { writer in
                                for piece in pieces { try await writer.write(piece) }
                            })
                        return try await response.collect(upTo: 1 << 20) == Array(pieces.joined())
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("a large answer does not hold up small ones, nor a large request")
    func turns() async throws {
        try await with { client, _, _ in
            let reader = Task {
                for try await _ in try await client.send(.get, "/endless").body {
                    // Other tests need the machine, too.
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            let uploader = Task {
                _ = try await client.send(
                    .post, "/echo",
                    body: .stream(contentLength: nil) { writer in
                        while true {
                            try await writer.write([UInt8](repeating: 1, count: 100_000))
                            try await Task.sleep(for: .milliseconds(5))
                        }
                    }
                ).body.reduce(0) { $0 + $1.count }
            }
            for _ in 0..<5 { try await expectGreeting(client) }
            let echo = try await text(client.send(.post, "/echo", body: .bytes(Array("echo".utf8))))
            #expect(echo == "echo")
            reader.cancel()
            uploader.cancel()
            _ = await (reader.result, uploader.result)
        }
    }

    @Test("content that does not fit any buffer arrives whole, from memory, a file and a stream")
    func largeContent() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("file").path
            try Data(repeating: 7, count: 3_000_001).write(to: URL(fileURLWithPath: path))
            try await with { client, _, _ in
                let ofFile = try await text(client.send(.post, "/length", body: .file(path: path)))
                #expect(ofFile == "3000001")
                let bytes = [UInt8](repeating: 1, count: 5_000_000)
                #expect(try await text(client.send(.post, "/length", body: .bytes(bytes))) == "5000000")
                let stream = ClientBody.stream(contentLength: 1_000_000) { writer in
                    for _ in 0..<10 { try await writer.write([UInt8](repeating: 1, count: 100_000)) }
                }
                #expect(try await text(client.send(.post, "/length", body: stream)) == "1000000")
            }
        }
    }

    @Test("an early refusal is received although the content is not sent completely, and the connection goes on")
    func earlyRefusal() async throws {
        try await with { client, server, _ in
            let response = try await client.send(
                .post, "/refuse",
                body: .stream(contentLength: nil) { writer in
                    while true { try await writer.write([UInt8](repeating: 1, count: 100_000)) }
                })
            #expect(response.status == .forbidden)
            #expect(await response.problem().code == "notYou")
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("content beyond the limit is answered with 413")
    func tooMuchContent() async throws {
        try await with({ $0.limits.bodyBytes = 100_000 }) { client, _, _ in
            let bytes = [UInt8](repeating: 1, count: 100_001)
            let announced = try await client.send(.post, "/length", body: .bytes(bytes))
            #expect(announced.status == .contentTooLarge)
            for count in [100_001, 10_000_000] {
                let response = try await client.send(
                    .post, "/length",
                    body: .stream(contentLength: nil) { try await $0.write([UInt8](repeating: 1, count: count)) })
                #expect(response.status == .contentTooLarge)
            }
        }
    }

    @Test("whoever writes a request that has been answered already is told so, and waits no longer")
    func earlyAnswer() async throws {
        try await with { client, _, log in
            for number in 0..<20 {
                let response = try await client.send(
                    .post, "/refuse",
                    body: .stream(contentLength: nil) { writer in
                        do {
                            while true { try await writer.write([UInt8](repeating: 1, count: 1_000_000)) }
                        } catch {
                            log.add("ended \(number)")
                            throw error
                        }
                    })
                #expect(response.status == .forbidden)
                _ = try await response.collect(upTo: 1000)
                #expect(await eventually { log.contains("ended \(number)") })
            }
        }
    }

    @Test("content that stops coming is answered with 408, while other requests go on")
    func slowContent() async throws {
        try await with({ $0.bodyTimeout = .milliseconds(200) }) { client, _, _ in
            let response = try await client.send(
                .post, "/length",
                body: .stream(contentLength: 10) { writer in
                    try await writer.write([1])
                    try await Task.sleep(for: .seconds(600))
                })
            #expect(response.status == .requestTimeout)
            try await expectGreeting(client)
        }
    }

    @Test("a reader that does not read loses its request, and only that")
    func slowReader() async throws {
        try await with({ $0.writeTimeout = .milliseconds(200) }) { client, server, log in
            let response = try await client.send(.get, "/endless")
            #expect(await eventually(within: 60) { log.contains("dropped") })
            await #expect(throws: HTTPError.self) { for try await _ in response.body {} }
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("an answer that is shorter than announced is noticed")
    func shortAnswer() async throws {
        try await with { client, _, _ in
            await #expect(throws: HTTPError.self) {
                _ = try await client.send(.get, "/short").collect(upTo: 100)
            }
            try await expectGreeting(client)
        }
    }

    @Test("when the content cannot be made, the request fails with the reason and the server hears of it")
    func brokenContent() async throws {
        struct Broken: Error {}
        try await with { client, _, _ in
            await #expect(throws: Broken.self) {
                _ = try await client.send(
                    .post, "/length",
                    body: .stream(contentLength: nil) { writer in
                        try await writer.write([1])
                        throw Broken()
                    })
            }
            try await expectGreeting(client)
        }
    }

    // MARK: - Events

    @Test("events are received in order, and a reader resumes after the last one it has seen")
    func events() async throws {
        try await with { client, server, _ in
            var seen: [String] = []
            for try await event in try await client.events("/events") { seen.append(event.id ?? "-") }
            for try await event in try await client.events("/events", lastEventID: seen.last) {
                seen.append(event.id ?? "-")
            }
            #expect(seen == ["1", "2", "3", "4", "5", "6"])
            #expect(server.connectionCount == 1)
        }
    }

    @Test("a stream that falls silent is noticed, without harm to the connection")
    func silence() async throws {
        try await with { client, server, _ in
            let stream = try await client.events("/silent", readTimeout: .seconds(3))
            await #expect { for try await _ in stream {} } throws: { HTTPError.Code.timeout ~= $0 }
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    // MARK: - Giving up

    @Test("cancelling the task ends the request on both sides and leaves the connection")
    func cancellation() async throws {
        try await with { client, server, log in
            let task = Task { try await client.send(.get, "/forever", timeout: .seconds(60)) }
            #expect(await eventually(within: 60) { log.contains("begun") })
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(await eventually(within: 60) { log.contains("cancelled") })
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("an answer that is not read to its end ends the request, and only that")
    func abandoned() async throws {
        try await with { client, server, log in
            _ = try await client.send(.get, "/endless")
            #expect(await eventually(within: 60) { log.contains("dropped") })
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("a server that does not answer is a timeout, and its handler is cancelled")
    func timeout() async throws {
        try await with { client, server, log in
            await #expect { _ = try await client.send(.get, "/forever", timeout: .seconds(1)) } throws: {
                HTTPError.Code.timeout ~= $0
            }
            // On a busy machine the time may be over before the request has reached its handler.
            #expect(await eventually(within: 60) { log.contains("cancelled") || !log.contains("begun") })
            try await expectGreeting(client)
            #expect(server.connectionCount == 1)
        }
    }

    @Test("requests beyond what the server allows wait for their turn")
    func queue() async throws {
        try await with({ $0.http2.maxConcurrentStreams = 3 }) { client, server, _ in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<12 { group.addTask { try await text(client.send(.get, "/slow")) } }
                for try await answer in group { #expect(answer == "slow") }
            }
            #expect(server.connectionCount == 1)
        }
    }

    // MARK: - The connection

    @Test("an idle connection is closed in good order, and the next request opens another")
    func idle() async throws {
        try await with({ $0.idleTimeout = .seconds(5) }) { client, server, _ in
            try await expectGreeting(client)
            #expect(await eventually(within: 60) { server.connectionCount == 0 })
            try await expectGreeting(client)
        }
    }

    @Test("a client closes what it has not used for long")
    func idleClient() async throws {
        try await with(client: { $0.idleTimeout = .seconds(5) }) { client, server, _ in
            try await expectGreeting(client)
            #expect(await eventually(within: 60) { server.connectionCount == 0 })
        }
    }

    @Test("shutting down lets requests finish, ends event streams, and closes the connection")
    func shutdown() async throws {
        try await with { client, server, log in
            let slow = Task { try await text(client.send(.get, "/slow")) }
            let events = try await client.events("/silent")
            #expect(await eventually(within: 60) { log.contains("begun") })
            let end = Task { await server.shutdown(deadline: .seconds(30)) }
            for try await _ in events {}
            #expect(try await slow.value == "slow")
            await end.value
            #expect(server.connectionCount == 0)
            await #expect { _ = try await client.send(.get, "/hello") } throws: {
                HTTPError.Code.connectFailed ~= $0
            }
        }
    }

    @Test("a client that falls silent is given up, and its handlers are cancelled")
    func silentClient() async throws {
        try await with({
            $0.http2.pingInterval = .milliseconds(100)
            $0.http2.pingTimeout = .milliseconds(100)
        }) { client, server, log in
            guard case .tcp(let host, let port) = client.endpoint else { return }
            let session = HTTP2Session(.client, HTTP2Limits(), MessageLimits(), now: .now())
            let head = try HTTP2Fields(
                method: .get, scheme: "http", authority: "localhost", target: "/forever", contentLength: nil, [])
            _ = session.submitRequest(head, .none)
            let connection = try RawConnection(.tcp(host: host, port: port))
            connection.send(session.produce(upTo: 1 << 16).bytes)
            #expect(await eventually(within: 60) { log.contains("begun") })
            #expect(await eventually(within: 60) { log.contains("cancelled") })
            #expect(await eventually(within: 60) { server.connectionCount == 0 })
            #expect(!connection.hasEnded)
        }
    }

    @Test("HTTP/1.1 and HTTP/2 are served at the same address")
    func bothVersions() async throws {
        try await with { client, server, _ in
            let other = try HTTPClient(endpoint: client.endpoint)
            try await expectGreeting(other)
            try await expectGreeting(client)
            #expect(server.connectionCount == 2)
            other.close()
        }
    }
}
