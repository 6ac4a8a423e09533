import CLinux
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import HTTP

@Suite("Load and limits")
struct LoadTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

    private func router(_ log: ServerTests.Log = ServerTests.Log()) -> Router {
        var router = Router()
        router.on(.get, "/hello") { _ in .text("hello") }
        router.on(.post, "/length") { .text("\(try await $0.body.collect(upTo: 1 << 24).count)") }
        router.on(.post, "/unread") { _ in
            log.add("begun")
            try await Task.sleep(for: .seconds(600))
            return .text("never")
        }
        router.on(.get, "/stubborn") { _ in
            while !log.contains("let go") {
                if Task.isCancelled { log.add("cancelled") }
                // A task of its own does not hear of the cancellation.
                await Task { try? await Task.sleep(for: .milliseconds(20)) }.value
            }
            log.add("ended")
            return .text("too late")
        }
        router.on(.get, "/large") { _ in .bytes([UInt8](repeating: 120, count: 100_000), type: "text/plain") }
        router.on(.get, "/long") { _ in
            Response(
                body: .stream(contentLength: nil) { writer in
                    for _ in 0..<4 {
                        try await Task.sleep(for: .milliseconds(400))
                        try await writer.write([120])
                    }
                })
        }
        return router
    }

    // MARK: - Attacks

    @Test("1,000 slow senders and 10,000 silent clients do not keep others from being served")
    func crowd() async throws {
        try raiseDescriptorLimit(to: 12_000)
        try await LiveServer.with(router(), { $0.headTimeout = .seconds(600) }) { server, address in
            guard case .tcp(_, let port, _) = address else { return }
            // Their descriptors would not fit into this process together with the server's.
            async let attack = #expect(processExitsWith: .success) { [port = port as Int] in
                try raiseDescriptorLimit(to: 12_000)
                let attackers = Attackers()
                try attackers.connect(10_000, slow: false, port: port)
                try attackers.connect(1_000, slow: true, port: port)
                guard attackers.endings(within: 300) != nil else { exit(2) }
            }
            #expect(await eventually(within: 240) { server.connectionCount == 11_000 })
            try await onThread {
                let kept = try RawConnection(address)
                for _ in 0..<200 {
                    kept.send(Self.hello)
                    #expect(try kept.reply(within: 30).text == "hello")
                    let new = try RawConnection(address)
                    new.send(Self.hello)
                    #expect(try new.reply(within: 30).text == "hello")
                }
            }
            #expect(server.connectionCount >= 11_000)
            await server.shutdown(deadline: .zero)
            _ = await attack
        }
    }

    @Test("slow senders are answered with 408 and silent clients dropped at their limit, however many there are")
    func slowSenders() async throws {
        try raiseDescriptorLimit(to: 12_000)
        try await LiveServer.with(router(), { $0.headTimeout = .seconds(10) }) { server, address in
            guard case .tcp(_, let port, _) = address else { return }
            let endings = try await onThread {
                let attackers = Attackers()
                try attackers.connect(1_000, slow: false, port: port)
                try attackers.connect(1_000, slow: true, port: port)
                return attackers.endings(within: 120)
            }
            #expect(endings?.count == 2_000)
            let areRight = endings?.allSatisfy { $0.isSlow ? $0.text.hasPrefix("HTTP/1.1 408 ") : $0.text.isEmpty }
            #expect(areRight == true)
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    // MARK: - Back-pressure

    @Test("content that a handler does not read stays with the client")
    func unreadContent() async throws {
        let log = ServerTests.Log()
        try await LiveServer.with(router(log)) { _, address in
            let connection = try RawConnection(address)
            connection.send("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n")
            #expect(await eventually { log.contains("begun") })
            let sent = try await Self.flood(connection.descriptor, [UInt8](repeating: 65, count: 65536))
            #expect(sent < 32_000_000)
            withExtendedLifetime(connection) {}
        }
    }

    @Test("a client that asks without end and reads no answer is not read from any more")
    func unreadAnswers() async throws {
        try await LiveServer.with(router(), { $0.writeTimeout = .seconds(60) }) { _, address in
            let connection = try RawConnection(address, receiveBuffer: 4096)
            let request = Array("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            let requests = Array(repeatElement(request, count: 1000).joined())
            let sent = try await Self.flood(connection.descriptor, requests)
            #expect(sent < 32_000_000)
            withExtendedLifetime(connection) {}
        }
    }

    /// Sends until the server has taken nothing for a second, and returns how much it took.
    private static func flood(_ descriptor: Int32, _ bytes: [UInt8]) async throws -> Int {
        try await onThread {
            var sent = 0
            while sent < 64_000_000 {
                var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&item, 1, 1000) > 0 else { return sent }
                let result = Glibc.send(descriptor, bytes, bytes.count, linux_no_signal | Int32(MSG_DONTWAIT))
                guard result > 0 || errno == EAGAIN else { return sent }
                sent += max(0, result)
            }
            return sent
        }
    }

    // MARK: - The time of handlers

    @Test("a handler that takes too long is cancelled and answered with 503, whether it ends then or not")
    func handlerTimeout() async throws {
        let log = ServerTests.Log()
        try await LiveServer.with(router(log), { $0.handlerTimeout = .milliseconds(200) }) { server, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("GET /stubborn HTTP/1.1\r\nHost: a\r\n\r\n" + Self.hello)
                let reply = try connection.reply()
                #expect(reply.status == 503)
                #expect(reply.text.contains("handlerTimeout"))
                #expect(try connection.rest().isEmpty)
            }
            #expect(await eventually { log.contains("cancelled") && server.connectionCount == 0 })
            log.add("let go")
            #expect(await eventually { log.contains("ended") })
        }
    }

    @Test("so it is over HTTP/2, where the other requests of the connection go on")
    func handlerTimeoutOverHTTP2() async throws {
        let log = ServerTests.Log()
        try await LiveServer.with(router(log), { $0.handlerTimeout = .milliseconds(200) }) { _, address in
            guard case .tcp(let host, let port, _) = address else { return }
            var configuration = HTTPClient.Configuration()
            configuration.version = .http2
            let client = try HTTPClient(endpoint: .tcp(host: host, port: port), configuration: configuration)
            let late = try await client.send(.get, "/stubborn")
            #expect(late.status == .serviceUnavailable)
            #expect(await eventually { log.contains("cancelled") })
            let next = try await client.send(.get, "/hello")
            #expect(next.status == .ok)
            log.add("let go")
            #expect(await eventually { log.contains("ended") })
        }
    }

    @Test("neither content that comes slowly nor an answer that is sent slowly counts as the handler's time")
    func handlerTimeIsItsOwn() async throws {
        try await LiveServer.with(router(), { $0.handlerTimeout = .seconds(1) }) { _, address in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
                for _ in 0..<4 {
                    usleep(400_000)
                    connection.send("a")
                }
                #expect(try connection.reply().text == "4")
                connection.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try connection.reply().text == "xxxx")
            }
        }
    }
}
