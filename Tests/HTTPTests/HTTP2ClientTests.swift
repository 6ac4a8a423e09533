import CLinux
import Glibc
import HTTPTypes
import Synchronization
import Testing

@testable import HTTP

/// The client against servers that misbehave, or behave in ways that ours does not.
@Suite("HTTP/2 client")
struct HTTP2ClientTests {
    private func with(
        _ script: @escaping ScriptedHTTP2Server.Script, fallsSilent: Bool = false,
        client configure: (inout HTTPClient.Configuration) -> Void = { _ in },
        _ body: (HTTPClient, ScriptedHTTP2Server) async throws -> Void
    ) async throws {
        let server = try ScriptedHTTP2Server(fallsSilent: fallsSilent, script)
        defer { server.close() }
        var configuration = HTTPClient.Configuration()
        configuration.version = .http2
        configure(&configuration)
        let client = try HTTPClient(endpoint: server.endpoint, configuration: configuration)
        try await body(client, server)
        client.close()
    }

    /// GOAWAY with the last stream 0: no request has been looked at (RFC 9113 section 6.8).
    private static let goAwayBeforeAll: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    private static func answer(_ stream: Int32, _ session: HTTP2Session) -> [UInt8] {
        guard let fields = try? HTTP2Fields(Response(), contentLength: 2, requestID: nil) else { return [] }
        session.submitResponse(stream, fields, .bytes(Array("ok".utf8)))
        return []
    }

    private func isOK(_ response: ClientResponse) async throws -> Bool {
        try await response.collect(upTo: 10) == Array("ok".utf8)
    }

    @Test("a request that the server refuses to look at is sent again, whatever its method", arguments: [true, false])
    func refused(byGoAway: Bool) async throws {
        let refusals = Mutex(0)
        try await with({ _, event, session in
            guard case .headers(let stream, _, _) = event else { return [] }
            let isFirst = refusals.withLock { count in
                count += 1
                return count == 1
            }
            guard isFirst else { return Self.answer(stream, session) }
            if byGoAway { return Self.goAwayBeforeAll }
            session.reset(stream, .refusedStream)
            return []
        }) { client, server in
            let answer = try await client.send(.post, "/", body: .bytes([1, 2, 3]))
            #expect(try await isOK(answer))
            #expect(server.connectionCount == (byGoAway ? 2 : 1))
        }
    }

    @Test("a streamed request that is refused fails, because its content cannot be had again")
    func refusedStream() async throws {
        try await with({ _, event, session in
            if case .headers(let stream, _, _) = event { session.reset(stream, .refusedStream) }
            return []
        }) { client, _ in
            let body = ClientBody.stream(contentLength: 1) { try await $0.write([1]) }
            await #expect { _ = try await client.send(.post, "/", body: body) } throws: {
                HTTPError.Code.connectionClosed ~= $0
            }
        }
    }

    @Test("a server that refuses for ever is given up")
    func refusedForEver() async throws {
        let count = Mutex(0)
        try await with({ _, event, session in
            guard case .headers(let stream, _, _) = event else { return [] }
            count.withLock { $0 += 1 }
            session.reset(stream, .refusedStream)
            return []
        }) { client, _ in
            await #expect { _ = try await client.send(.get, "/") } throws: { HTTPError.Code.connectionClosed ~= $0 }
            #expect(count.withLock { $0 } == 4)
        }
    }

    @Test("a server that answers no ping is given up, with the reason")
    func silentServer() async throws {
        let impatient: (inout HTTPClient.Configuration) -> Void = {
            $0.http2.pingInterval = .milliseconds(100)
            $0.http2.pingTimeout = .milliseconds(100)
        }
        try await with({ _, _, _ in [] }, fallsSilent: true, client: impatient) { client, _ in
            await #expect { _ = try await client.send(.get, "/", timeout: .seconds(60)) } throws: { error in
                HTTPError.Code.timeout ~= error && "\(error)".contains("ping")
            }
        }
    }

    @Test("a server that answers pings may take its time")
    func patientClient() async throws {
        let pings: (inout HTTPClient.Configuration) -> Void = {
            $0.http2.pingInterval = .milliseconds(30)
            $0.http2.pingTimeout = .seconds(30)
        }
        try await with({ _, _, _ in [] }, client: pings) { client, _ in
            await #expect { _ = try await client.send(.get, "/", timeout: .milliseconds(500)) } throws: { error in
                HTTPError.Code.timeout ~= error && "\(error)".contains("did not answer")
            }
        }
    }

    @Test("an interim answer is read over")
    func interim() async throws {
        try await with({ _, event, session in
            guard case .headers(let stream, _, _) = event else { return [] }
            session.submitContinue(stream)
            return Self.answer(stream, session)
        }) { client, _ in
            let answer = try await client.send(.get, "/")
            #expect(try await isOK(answer))
        }
    }

    @Test("callers at the same time share the opening of the connection")
    func oneOpening() async throws {
        try await with({ _, event, session in
            guard case .headers(let stream, _, _) = event else { return [] }
            return Self.answer(stream, session)
        }) { client, server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 { group.addTask { try await isOK(client.send(.get, "/")) } }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("an answer of HTTP/1.1 is an invalid one")
    func noHTTP2() async throws {
        let listener = try ListeningSocket(.tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(let host, let port, _) = listener.address else { return }
        let answering = Task { try await onThread { Self.answerByHTTP1(listener.descriptor) } }
        var configuration = HTTPClient.Configuration()
        configuration.version = .http2
        let client = try HTTPClient(endpoint: .tcp(host: host, port: port), configuration: configuration)
        await #expect { _ = try await client.send(.get, "/") } throws: { HTTPError.Code.invalidResponse ~= $0 }
        try await answering.value
        listener.close()
    }

    private static func answerByHTTP1(_ listener: Int32) {
        var item = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, 10_000) > 0 else { return }
        let descriptor = accept(listener, nil, nil)
        var request = [UInt8](repeating: 0, count: 4096)
        guard recv(descriptor, &request, request.count, 0) > 0 else { return }
        let text = Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8)
        Glibc.send(descriptor, text, text.count, linux_no_signal)
        Glibc.close(descriptor)
    }
}
