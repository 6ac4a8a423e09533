import Certificates
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import HTTP

@Suite("Client and server over TLS")
struct TLSConnectionTests {
    /// What handlers have seen.
    private let seen = Seen()

    private final class Seen: Sendable {
        let hasBegun = Atomic(false)
        let wasCancelled = Atomic(false)
    }

    private func router() -> Router {
        var router = Router()
        router.on(.get, "/forever") { [seen] _ in
            seen.hasBegun.store(true, ordering: .relaxed)
            do { try await Task.sleep(for: .seconds(600)) } catch { seen.wasCancelled.store(true, ordering: .relaxed) }
            return .text("")
        }
        router.on(.get, "/hello") { _ in .text("hello") }
        router.on(.get, "/who") { request in
            .text(request.security?.peerCertificate?.fingerprint.description ?? "nobody")
        }
        router.on(.post, "/echo") { request in
            Response(
                body: .stream(contentLength: nil) { writer in
                    for try await piece in request.body { try await writer.write(piece) }
                })
        }
        router.on(.post, "/length") { request in
            var count = 0
            for try await piece in request.body { count += piece.count }
            return .text("\(count)")
        }
        router.on(.get, "/large/{count}") { request in
            Response(body: .bytes([UInt8](repeating: 120, count: Int(request.parameters["count"] ?? "") ?? 0)))
        }
        router.on(.get, "/events") { _ in
            .events { writer in
                for number in 0..<3 { try await writer.send(ServerSentEvent(data: "number \(number)")) }
            }
        }
        return router
    }

    /// A server with a certificate for this machine.
    private func with(
        _ configure: (inout TLSServerConfiguration) -> Void = { _ in },
        server: (inout HTTPServer.Configuration) -> Void = { _ in },
        _ body: (TestAuthority, ListenAddress, HTTPServer) async throws -> Void
    ) async throws {
        try await TestAuthority.with { test in
            var tls = try test.server()
            configure(&tls)
            try await LiveServer.with(router(), server, tls: try TLSServerContext(tls)) { server, address in
                try await body(test, address, server)
            }
        }
    }

    private func hello(_ client: HTTPClient) async throws -> String {
        let answer = try await client.send(.get, "/hello")
        return String(decoding: try await answer.collect(upTo: 1000), as: UTF8.self)
    }

    /// The error of a request that cannot succeed.
    private func failure(_ client: HTTPClient) async -> HTTPError? {
        do {
            _ = try await hello(client)
            return nil
        } catch {
            return error as? HTTPError
        }
    }

    // MARK: - Data

    @Test("requests one after the other use one connection")
    func keepAlive() async throws {
        try await with { test, address, server in
            let client = try address.client(test.trust)
            for _ in 0..<50 { #expect(try await hello(client) == "hello") }
            #expect(server.connectionCount == 1)
            client.close()
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("content of many megabytes arrives whole, both ways at once, in pieces of any size")
    func largeBodies() async throws {
        try await with { test, address, _ in
            let client = try address.client(test.trust)
            var generator = SeededGenerator(seed: 7)
            let content = [UInt8].random(6 << 20, using: &generator)
            let sizes = (0..<1000).map { _ in Int.random(in: 1...9000, using: &generator) }
            let answer = try await client.send(
                .post, "/length",
                body: .stream(contentLength: nil) { writer in
                    var rest = content[...]
                    for size in sizes {
                        let piece = rest.prefix(size)
                        rest = rest.dropFirst(size)
                        try await writer.write(Array(piece))
                    }
                    try await writer.write(Array(rest))
                }, timeout: .seconds(60))
            #expect(try await answer.collect(upTo: 100) == Array("\(content.count)".utf8))
            let echo = try await client.send(
                .post, "/echo", body: .bytes(Array(content.prefix(50_000))), timeout: .seconds(60))
            #expect(try await echo.collect(upTo: content.count) == Array(content.prefix(50_000)))
            let large = try await client.send(.get, "/large/8000000", timeout: .seconds(60))
            #expect(try await large.collect(upTo: 8_000_000).count == 8_000_000)
        }
    }

    @Test("events arrive one by one")
    func events() async throws {
        try await with { test, address, _ in
            let client = try address.client(test.trust)
            var data: [String?] = []
            for try await event in try await client.events("/events") { data.append(event.data) }
            #expect(data == ["number 0", "number 1", "number 2"])
        }
    }

    @Test("many clients at once all get their own answer")
    func concurrency() async throws {
        try await with { test, address, _ in
            let client = try address.client(test.trust)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let answer = try await client.send(.get, "/large/\(number * 1000)")
                        return try await answer.collect(upTo: 1 << 20).count
                    }
                }
                let counts = try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                #expect(counts == Set((0..<40).map { $0 * 1000 }))
            }
        }
    }

    @Test("a handler is cancelled when its client goes, whose farewell nobody has read")
    func cancellation() async throws {
        try await with { test, address, _ in
            let client = try address.client(test.trust)
            let request = Task { try await client.send(.get, "/forever") }
            #expect(await eventually { seen.hasBegun.load(ordering: .relaxed) })
            request.cancel()
            _ = await request.result
            #expect(await eventually { seen.wasCancelled.load(ordering: .relaxed) })
        }
    }

    @Test("an answer that is cut off without the end of TLS is an error, although nothing else tells its length")
    func cutOff() async throws {
        try await TestAuthority.with { test in
            let server = try TLSContext(try test.server())
            for isOrderly in [true, false] {
                let listener = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0))
                defer { listener.close() }
                let client = try listener.address.client(test.trust)
                async let serving: Void = onThread {
                    try serveOnce(listener, server, "HTTP/1.0 200 OK\r\n\r\nhello", isOrderly: isOrderly)
                }
                do {
                    #expect(try await hello(client) == "hello")
                    #expect(isOrderly)
                } catch HTTPError.Code.connectionClosed {
                    #expect(!isOrderly)
                }
                try await serving
            }
        }
    }

    /// Accepts one connection, answers whatever comes first, and closes.
    private func serveOnce(_ listener: ListeningSocket, _ tls: TLSContext, _ answer: String, isOrderly: Bool) throws {
        func wait(_ descriptor: Int32) throws {
            var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&item, 1, 20_000) > 0 else { throw RawConnection.Failure(text: "nothing came in time") }
        }
        try wait(listener.descriptor)
        let descriptor = accept(listener.descriptor, nil, nil)
        let budget = StallBudget(.seconds(60), minBytesPerSecond: 1)
        var socket = StreamSocket(
            descriptor, isConnected: true, readsAfterSendFailure: false, stallBudget: budget, session: TLSSession(tls))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var inbound = InboundBuffer()
        while inbound.isEmpty {
            try wait(descriptor)
            _ = socket.ready(.readable)
            guard case .broken = socket.receive({ inbound.fill($0) }) else { continue }
            throw RawConnection.Failure(text: "the handshake failed")
        }
        socket.send(Array(answer.utf8), .now())
        socket.close(isOrderly: isOrderly)
    }

    // MARK: - Trust

    @Test("a server is trusted by its authority, by the authority's fingerprint or by its own")
    func trust() async throws {
        try await with { test, address, _ in
            let files = try test.authority.issueServerCertificate(names: [.dns("localhost"), .ip("127.0.0.1")])
            let own = try Certificate.all(.file(files.certificate))[0].fingerprint
            #expect(try await hello(try address.client(test.trust)) == "hello")
            #expect(try await hello(try address.client(test.trust, name: "localhost")) == "hello")
            #expect(try await hello(try address.client(.pinned([test.authority.fingerprint]))) == "hello")
            #expect(try await hello(try address.client(.pinned([own]), name: "elsewhere.example")) == "hello")
        }
    }

    @Test("a server of another authority is refused")
    func otherAuthority() async throws {
        try await with { _, address, _ in
            try await TestAuthority.with { other in
                let error = await failure(try address.client(other.trust))
                #expect(error?.code == .tlsFailed)
                #expect(error?.message.contains("the server's certificate is refused: ") == true)
                #expect(error?.message.contains("self-signed certificate in certificate chain") == true)
                let system = await failure(try address.client(.system))
                #expect(system?.code == .tlsFailed)
            }
        }
    }

    @Test(
        "a server with another name is refused, and the names it has are told",
        arguments: ["other.example", "127.0.0.2"])
    func otherName(name: String) async throws {
        try await with { test, address, _ in
            for trust in [test.trust, .pinned([test.authority.fingerprint])] {
                let error = await failure(try address.client(trust, name: name))
                #expect(error?.code == .tlsFailed)
                #expect(error?.message.contains("mismatch") == true)
                #expect(error?.message.contains("for localhost, 127.0.0.1") == true)
            }
        }
    }

    @Test("a server with another fingerprint is refused, and its own is told")
    func otherFingerprint() async throws {
        try await with { _, address, _ in
            let other = try Fingerprint(parsing: "sha256:" + String(repeating: "00", count: 32))
            let error = await failure(try address.client(.pinned([other])))
            #expect(error?.code == .tlsFailed)
            #expect(error?.message.contains("the server's certificate has the fingerprint sha256:") == true)
        }
    }

    @Test("a pinned authority that the server merely repeats, without being signed by it, is not enough")
    func borrowedAuthority() async throws {
        try await TestAuthority.with { test in
            try await TestAuthority.with { impostor in
                var tls = try impostor.server()
                let own = try Certificate.all(tls.identity.certificates)[0].pem()
                tls.identity.certificates = .text(try own + test.authority.certificate.pem())
                try await LiveServer.with(router(), tls: try TLSServerContext(tls)) { _, address in
                    let error = await failure(try address.client(.pinned([test.authority.fingerprint])))
                    #expect(error?.code == .tlsFailed)
                }
            }
        }
    }

    @Test("a certificate that has expired is refused, pinned or not")
    func expired() async throws {
        let past = Date(timeIntervalSinceNow: -200 * 86_400)
        try await TestAuthority.with(now: past) { test in
            let tls = try test.server(now: past)
            let own = try Certificate.all(tls.identity.certificates)[0].fingerprint
            try await LiveServer.with(router(), tls: try TLSServerContext(tls)) { _, address in
                for trust in [test.trust, .pinned([test.authority.fingerprint]), .pinned([own])] {
                    let error = await failure(try address.client(trust))
                    #expect(error?.code == .tlsFailed)
                    #expect(error?.message.contains("certificate has expired") == true)
                }
            }
        }
    }

    // MARK: - Clients' certificates

    @Test("a server that asks for a certificate knows who sends a request, and serves nobody where one is required")
    func clientCertificates() async throws {
        try await TestAuthority.with { test in
            let authorities = PEMSource.file(test.authority.certificateFile)
            let identity = try test.clientIdentity("agent")
            let fingerprint = try Certificate.all(identity.certificates)[0].fingerprint.description
            var tls = try test.server()
            tls.clientCertificates = .optional(authorities: authorities)
            try await LiveServer.with(router(), tls: try TLSServerContext(tls)) { _, address in
                for (client, name) in [
                    (try address.client(test.trust), "nobody"),
                    (try address.client(test.trust, identity: identity), fingerprint),
                ] {
                    let answer = try await client.send(.get, "/who").collect(upTo: 1000)
                    #expect(String(decoding: answer, as: UTF8.self) == name)
                }
            }
            tls.clientCertificates = .required(authorities: authorities)
            try await LiveServer.with(router(), tls: try TLSServerContext(tls)) { _, address in
                #expect(try await hello(try address.client(test.trust, identity: identity)) == "hello")
                let error = await failure(try address.client(test.trust))
                #expect(error?.code == .tlsFailed)
                #expect(error?.message.contains("certificate required") == true)
            }
        }
    }

    @Test("a certificate that another authority has signed, or one for servers, is no client's")
    func wrongClientCertificates() async throws {
        try await TestAuthority.with { test in
            try await TestAuthority.with { other in
                var tls = try test.server()
                let server = tls.identity
                tls.clientCertificates = .optional(authorities: .file(test.authority.certificateFile))
                try await LiveServer.with(router(), tls: try TLSServerContext(tls)) { _, address in
                    for identity in [try other.clientIdentity("agent"), server] {
                        let error = await failure(try address.client(test.trust, identity: identity))
                        #expect(error?.code == .tlsFailed)
                    }
                }
            }
        }
    }

    // MARK: - New certificates

    @Test("a new certificate is for new connections, and those that are open go on")
    func reload() async throws {
        try await with { test, address, server in
            let old = try address.client(test.trust)
            #expect(try await hello(old) == "hello")
            _ = try test.authority.issueServerCertificate(names: [.dns("new.example")])
            let deadline = Date(timeIntervalSinceNow: 20)
            while await failure(try address.client(test.trust, name: "new.example")) != nil {
                try #require(Date() < deadline, "the new certificate was not used in time")
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(await failure(try address.client(test.trust, name: "localhost"))?.code == .tlsFailed)
            #expect(try await hello(old) == "hello")
            #expect(server.connectionCount >= 1)
        }
    }

    @Test("new files that are not right change nothing, and the log says so once")
    func brokenReload() async throws {
        try await TestAuthority.with { test in
            let configuration = try test.server()
            let context = try TLSServerContext(configuration)
            let errors = LogRecorder()
            let before = context.current(errors.logger)
            let other = try test.clientIdentity("other")
            guard case .file(let key) = configuration.identity.key else { return }
            try other.key.read().write(toFile: key, atomically: true, encoding: .utf8)
            #expect(throws: HTTPError.self) { try context.reload() }
            #expect(context.current(errors.logger) === before)
            try "nothing".write(toFile: key, atomically: true, encoding: .utf8)
            #expect(
                await eventually {
                    context.current(errors.logger) === before && !errors.lines.isEmpty
                })
            #expect(errors.lines.count == 1)
            #expect(errors.lines[0].contains("the new TLS certificate is not used"))
        }
    }

    // MARK: - Those who do not speak TLS

    @Test("a plain request to a TLS port is answered with 400 and the reason")
    func plainRequest() async throws {
        try await with { _, address, _ in
            try await onThread {
                let connection = try RawConnection(address)
                connection.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                let reply = try connection.reply()
                #expect(reply.status == 400)
                #expect(reply.text.contains("this port speaks TLS: use https"))
                #expect(try connection.rest().isEmpty)
            }
        }
    }

    @Test("TLS to a plain port is an error that says so")
    func plainServer() async throws {
        try await LiveServer.with(router()) { _, address in
            try await TestAuthority.with { test in
                let error = await failure(try address.client(test.trust))
                #expect(error?.code == .tlsFailed)
                #expect(error?.message.contains("the server does not speak TLS on this port") == true)
            }
        }
    }

    @Test("a client that does not finish its handshake is dropped")
    func slowHandshake() async throws {
        try await with(server: { $0.headTimeout = .milliseconds(200) }) { _, address, server in
            try await onThread {
                let silent = try RawConnection(address)
                #expect(try silent.rest().isEmpty)
                let stuck = try RawConnection(address)
                // The beginning of a record with a greeting of 512 bytes, which never come.
                stuck.send([22, 3, 1, 2, 0, 1])
                #expect(try stuck.rest().isEmpty)
            }
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("a server that does not finish its handshake is given up")
    func silentServer() async throws {
        let listener = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0))
        defer { listener.close() }
        guard case .tcp(let host, let port, _) = listener.address else { return }
        try await TestAuthority.with { test in
            var configuration = HTTPClient.Configuration()
            configuration.connectTimeout = .milliseconds(200)
            configuration.tls = TLSClientConfiguration(trust: test.trust)
            let client = try HTTPClient(endpoint: .tcp(host: host, port: port), configuration: configuration)
            let error = await failure(client)
            #expect(error?.code == .connectFailed)
            #expect(error?.message.contains("the TLS handshake took too long") == true)
        }
    }

    @Test("the log says which client's handshake has failed, and why")
    func failureIsLogged() async throws {
        try await TestAuthority.with { test in
            let log = LogRecorder()
            let context = try TLSServerContext(try test.server())
            try await LiveServer.with(router(), tls: context, logger: log.logger) { _, address in
                _ = await failure(try address.client(.system))
                #expect(
                    await eventually {
                        log.lines.contains {
                            $0.hasPrefix("debug a TLS connection failed") && $0.contains("127.0.0.1:")
                                && $0.contains("alert unknown ca")
                        }
                    })
            }
        }
    }
}
