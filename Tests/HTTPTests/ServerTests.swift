import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import HTTP

@Suite("Server over a socket")
struct ServerTests {
    /// What handlers have seen, for tests to wait for.
    final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        func contains(_ entry: String) -> Bool { entries.withLock { $0.contains(entry) } }
    }

    private static func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    private func router(_ log: Log = Log()) -> Router {
        var router = Router()
        router.on(.get, "/hello") { _ in .text("hello") }
        router.on(.get, "/hello/{name}") { .text($0.parameters["name"] ?? "") }
        router.on(.get, "/query") { .text($0.query.all("a").joined(separator: "|")) }
        router.on(.post, "/length") { .text("\(try await $0.body.collect(upTo: 1 << 24).count)") }
        router.on(.post, "/ignore") { _ in .text("ignored") }
        router.on(.get, "/empty") { _ in Response(status: .noContent) }
        router.on(.get, "/slow") { _ in
            log.add("begun")
            try await Task.sleep(for: .milliseconds(200))
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
        router.on(.get, "/stream/{count}") { request in
            let count = Int(request.parameters["count"] ?? "") ?? 0
            return Response(
                body: .stream(contentLength: nil) { writer in
                    for _ in 0..<count { try await writer.write([UInt8](repeating: 120, count: 100_000)) }
                })
        }
        router.on(.get, "/sized/{count}") { request in
            let count = Int(request.parameters["count"] ?? "") ?? 0
            return Response(body: .stream(contentLength: count) { try await $0.write(Array("12345".utf8)) })
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
        router.on(.get, "/split") { _ in Response(headerFields: [.location: "/a\r\nSet-Cookie: x=y"]) }
        router.on(.get, "/events") { _ in
            .events(heartbeat: .milliseconds(50)) { writer in
                try await writer.send(ServerSentEvent(id: "1", event: "first", data: "a\nb"))
                do {
                    try await Task.sleep(for: .seconds(600))
                } catch {
                    log.add("events cancelled")
                }
            }
        }
        return router
    }

    @Test("a connection is kept for the next request, and closed when the client asks")
    func keepAlive() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                for _ in 0..<3 {
                    connection.send(Self.get("/hello"))
                    #expect(try connection.reply().text == "hello")
                }
                connection.send(Self.get("/hello", "Connection: close\r\n"))
                let last = try connection.reply()
                #expect(last.fields["connection"] == "close")
                #expect(try connection.rest().isEmpty)
            }
        }
    }

    @Test("pipelined requests are answered in their order, one at a time")
    func pipelining() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/slow") + (0..<2000).map { Self.get("/hello/\($0)") }.joined())
                #expect(try connection.reply().text == "slow")
                for number in 0..<2000 { #expect(try connection.reply().text == "\(number)") }
            }
        }
    }

    @Test("a client that ends its side after its requests gets all answers")
    func halfClose() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/hello") + Self.get("/hello/x"))
                connection.finishSending()
                #expect(try connection.reply().text == "hello")
                #expect(try connection.reply().text == "x")
                #expect(try connection.rest().isEmpty)
            }
        }
    }

    @Test("HEAD has the head of GET and no content")
    func head() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get("/hello"))
                #expect(try connection.reply(toHead: true).fields["content-length"] == "5")
                #expect(try connection.reply().text == "hello")
            }
        }
    }

    @Test("204 has neither content nor length")
    func noContent() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/empty") + Self.get("/hello"))
                let empty = try connection.reply()
                #expect(empty.status == 204)
                #expect(empty.fields["content-length"] == nil)
                #expect(try connection.reply().text == "hello")
            }
        }
    }

    @Test("content of any size arrives, by length and in chunks")
    func content() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                let content = [UInt8](repeating: 65, count: 3_000_000)
                connection.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
                connection.send(content)
                #expect(try connection.reply().text == "3000000")
                connection.send("POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<3 {
                    connection.send("F4240\r\n")
                    connection.send(content.prefix(1_000_000) + [13, 10])
                }
                connection.send("0\r\n\r\n")
                #expect(try connection.reply().text == "3000000")
            }
        }
    }

    @Test("100 Continue comes when the handler reads the content, and only then")
    func expectContinue() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let reading = try RawConnection(address)
                reading.send("POST /length HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
                #expect(try reading.head() == "HTTP/1.1 100 Continue")
                reading.send("abc")
                #expect(try reading.reply().text == "3")

                let ignoring = try RawConnection(address)
                ignoring.send("POST /ignore HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
                let reply = try ignoring.reply()
                #expect(reply.text == "ignored")
                #expect(reply.fields["connection"] == "close")
            }
        }
    }

    @Test("content that a handler ignores does not disturb the next request")
    func ignoredContent() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
                connection.send([UInt8](repeating: 65, count: 100_000))
                connection.send(Self.get("/hello"))
                #expect(try connection.reply().text == "ignored")
                #expect(try connection.reply().text == "hello")
            }
        }
    }

    @Test("the answer 413 arrives although the client is still sending")
    func earlyAnswer() async throws {
        try await LiveServer.with(router(), { $0.limits.bodyBytes = 1000 }) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n")
                connection.send([UInt8](repeating: 65, count: 500_000))
                #expect(try connection.reply().status == 413)
            }
        }
    }

    @Test("a streamed answer of 20 MB arrives whole, however slowly it is read")
    func streaming() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address, receiveBuffer: 4096)
                connection.send(Self.get("/stream/200"))
                let reply = try connection.reply(within: 60)
                #expect(reply.fields["transfer-encoding"] == "chunked")
                #expect(reply.content.count == 20_000_000)
            }
        }
    }

    @Test("a stream to an HTTP/1.0 client has no chunks and ends with the connection")
    func oldClient() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("GET /stream/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let reply = try connection.reply()
                #expect(reply.fields["transfer-encoding"] == nil)
                #expect(reply.content.count == 200_000)
            }
        }
    }

    @Test("a stream that does not keep its length closes the connection", arguments: [4, 6])
    func wrongLength(_ announced: Int) async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/sized/\(announced)") + Self.get("/hello"))
                let all = String(decoding: try connection.rest(), as: UTF8.self)
                #expect(!all.contains("hello"))
            }
        }
    }

    @Test("a line end in a header value does not become another header")
    func responseSplitting() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/split"))
                #expect(try connection.reply().fields["set-cookie"] == nil)
            }
        }
    }

    @Test("paths and queries are decoded; what could escape is refused")
    func targets() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/hello/%C3%A4%20b"))
                #expect(try connection.reply().text == "ä b")
                connection.send(Self.get("/query?a=1&b=2&a=%263+4"))
                #expect(try connection.reply().text == "1|&3 4")
                for path in [
                    "/hello/..", "/hello/%2e%2E/x", "/hello/a%2Fb", "/hello/%00", "/hello/%zz", "/hello/%ff", "/x?a=%4",
                ] {
                    connection.send(Self.get(path))
                    #expect(try connection.reply().status == 400, "\(path)")
                }
            }
        }
    }

    @Test("a client's request id is repeated to it; one that is not fit is not")
    func requestID() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/hello", "X-Request-ID: abc-1\r\n"))
                #expect(try connection.reply().fields["x-request-id"] == "abc-1")
                connection.send(Self.get("/hello", "X-Request-ID: a b\r\n"))
                #expect(try connection.reply().fields["x-request-id"] == nil)
            }
        }
    }

    // MARK: - Limits

    @Test("a head that comes drop by drop is answered with 408")
    func slowHead() async throws {
        try await LiveServer.with(router(), { $0.headTimeout = .milliseconds(200) }) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("GET /hello HTTP/1.1\r\nHost:")
                #expect(try connection.reply().status == 408)
                #expect(try connection.rest().isEmpty)
            }
        }
    }

    @Test("a connection that never says anything is closed")
    func silent() async throws {
        try await LiveServer.with(router(), { $0.headTimeout = .milliseconds(200) }) { _, address in
            try await onThread {
                let rest = try RawConnection(address).rest()
                #expect(rest.isEmpty)
            }
        }
    }

    @Test("an idle connection is closed")
    func idle() async throws {
        try await LiveServer.with(router(), { $0.idleTimeout = .milliseconds(200) }) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/hello"))
                #expect(try connection.reply().status == 200)
                #expect(try connection.rest().isEmpty)
            }
        }
    }

    @Test("content that stops coming is answered with 408")
    func slowBody() async throws {
        try await LiveServer.with(router(), { $0.bodyTimeout = .milliseconds(200) }) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
                #expect(try connection.reply().status == 408)
                #expect(try connection.rest().isEmpty)
            }
        }
    }

    @Test("a reader that does not drain is dropped, and its handler hears of it")
    func slowReader() async throws {
        let log = Log()
        try await LiveServer.with(router(log), { $0.writeTimeout = .milliseconds(300) }) { server, address in
            let connection = try RawConnection(address, receiveBuffer: 4096)
            connection.send(Self.get("/endless"))
            #expect(await eventually { log.contains("dropped") && server.connectionCount == 0 })
            withExtendedLifetime(connection) {}
        }
    }

    @Test("one connection too many is answered with 503 and Retry-After, and there is room again afterwards")
    func cap() async throws {
        try await LiveServer.with(router(), { $0.maxConnections = 2 }) { server, address in
            let first = try RawConnection(address)
            let second = try RawConnection(address)
            #expect(await eventually { server.connectionCount == 2 })
            try await onThread {
                let third = try RawConnection(address)
                third.send(Self.get("/hello"))
                let reply = try third.reply()
                #expect(reply.status == 503)
                #expect(reply.fields["retry-after"] == "1")
                #expect(try third.rest().isEmpty)
            }
            withExtendedLifetime((first, second)) {}
            first.finishSending()
            #expect(await eventually { server.connectionCount == 1 })
            try await onThread {
                let fourth = try RawConnection(address)
                fourth.send(Self.get("/hello"))
                #expect(try fourth.reply().status == 200)
            }
        }
    }

    @Test("running out of descriptors does not end the server")
    func outOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            var router = Router()
            router.on(.get, "/hello") { _ in .text("hello") }
            try await LiveServer.with(router) { server, address in
                var connections = try (0..<20).map { _ in try RawConnection(address) }
                guard await eventually({ server.connectionCount == 20 }) else { exit(2) }
                let waiting = try (0..<5).map { _ in try RawConnection(address, connecting: false) }
                // From here on no descriptor can be made: the clients have theirs, the server finds none.
                let next = dup(0)
                close(next)
                var limit = rlimit(rlim_cur: rlim_t(next), rlim_max: 4096)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                for connection in waiting { try connection.connect() }
                waiting[0].send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                guard (try? waiting[0].reply(within: 0.2)) == nil, server.connectionCount == 20 else { exit(3) }
                // Two are given back, by the client and by the server, for each that goes.
                connections.removeSubrange(0..<10)
                guard try waiting[0].reply().status == 200 else { exit(4) }
                guard let last = connections.last else { exit(5) }
                last.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                guard try last.reply().status == 200 else { exit(6) }
                guard await eventually({ server.connectionCount == 15 }) else { exit(7) }
            }
        }
    }

    // MARK: - Ends

    @Test("a client that goes away cancels its handler")
    func disconnect() async throws {
        let log = Log()
        try await LiveServer.with(router(log)) { server, address in
            do {
                let connection = try RawConnection(address)
                connection.send(Self.get("/forever"))
                #expect(await eventually { log.contains("begun") })
                withExtendedLifetime(connection) {}
            }
            #expect(await eventually { log.contains("cancelled") })
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("shutting down lets a running request finish, refuses new connections and closes idle ones")
    func shutdown() async throws {
        let log = Log()
        try await LiveServer.with(router(log)) { server, address in
            let idle = try RawConnection(address)
            let busy = try RawConnection(address)
            #expect(await eventually { server.connectionCount == 2 })
            busy.send(Self.get("/slow"))
            #expect(await eventually { log.contains("begun") })
            await server.shutdown(deadline: .seconds(10))
            #expect(server.connectionCount == 0)
            #expect(try busy.reply().text == "slow")
            #expect(try idle.rest().isEmpty)
            #expect(throws: SystemError.self) { _ = try RawConnection(address) }
        }
    }

    @Test("shutting down cancels what does not finish by the deadline")
    func shutdownDeadline() async throws {
        let log = Log()
        try await LiveServer.with(router(log)) { server, address in
            let connection = try RawConnection(address)
            connection.send(Self.get("/forever"))
            #expect(await eventually { log.contains("begun") })
            await server.shutdown(deadline: .milliseconds(50))
            #expect(await eventually { log.contains("cancelled") })
            withExtendedLifetime(connection) {}
        }
    }

    // MARK: - Events

    @Test("events arrive at once, and a heartbeat without id comes while nothing happens")
    func events() async throws {
        try await LiveServer.with(router()) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/events"))
                #expect(try connection.head().contains("Content-Type: text/event-stream"))
                #expect(try connection.chunk() == Array("event: first\nid: 1\ndata: a\ndata: b\n\n".utf8))
                #expect(try connection.chunk() == Array("event: heartbeat\ndata: \n\n".utf8))
                #expect(try connection.chunk() == Array("event: heartbeat\ndata: \n\n".utf8))
            }
        }
    }

    @Test("a reader of events that goes away cancels their source")
    func eventsDisconnect() async throws {
        let log = Log()
        try await LiveServer.with(router(log)) { server, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send(Self.get("/events"))
                _ = try connection.head()
                _ = try connection.chunk()
            }
            #expect(await eventually { log.contains("events cancelled") && server.connectionCount == 0 })
        }
    }

    @Test("shutting down ends event streams in good order without waiting for the deadline")
    func eventsShutdown() async throws {
        try await LiveServer.with(router()) { server, address in
            let connection = try RawConnection(address)
            connection.send(Self.get("/events"))
            _ = try connection.head()
            _ = try connection.chunk()
            await server.shutdown(deadline: .seconds(60))
            while try !connection.chunk().isEmpty {}
            #expect(try connection.rest().isEmpty)
        }
    }

    // MARK: - Addresses

    @Test("a Unix socket has the permissions asked for; a stale file is replaced, a live server is not")
    func unixSocket() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("s").path
            let stale = try ListeningSocket(.unix(path: path))
            Glibc.close(stale.descriptor)
            try await LiveServer.with(router(), at: .unix(path: path, mode: 0o640)) { server, address in
                var status = stat()
                #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
                try await onThread {
                    let connection = try RawConnection(address)
                    connection.send(Self.get("/hello"))
                    #expect(try connection.reply().text == "hello")
                }
                #expect(throws: HTTPError.self) { _ = try server.start([.unix(path: path)]) }
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("addresses are read from text, and bad ones are refused")
    func addresses() throws {
        #expect(try ListenAddress(parsing: "127.0.0.1:8080") == .tcp(host: "127.0.0.1", port: 8080))
        #expect(try ListenAddress(parsing: "[::1]:80") == .tcp(host: "::1", port: 80))
        #expect(try ListenAddress(parsing: "unix:/run/a.sock") == .unix(path: "/run/a.sock"))
        for text in ["", "a", ":80", "a:", "a:65536", "::1:80", "unix:a"] {
            #expect(throws: HTTPError.self, "\(text)") { _ = try ListenAddress(parsing: text) }
        }
    }
}
