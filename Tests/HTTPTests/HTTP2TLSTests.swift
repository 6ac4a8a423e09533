import HTTPTypes
import Testing

@testable import HTTP

@Suite("HTTP/2 over TLS")
struct HTTP2TLSTests {
    private func router() -> Router {
        var router = Router()
        router.on(.get, "/protocol") { .text($0.security?.negotiatedProtocol ?? "none") }
        router.on(.post, "/echo") { request in
            Response(
                body: .stream(contentLength: nil) { writer in
                    for try await piece in request.body { try await writer.write(piece) }
                })
        }
        return router
    }

    private func with(
        protocols: [String] = [ApplicationProtocol.http2, ApplicationProtocol.http1],
        _ body: (HTTPClient, HTTPServer) async throws -> Void
    ) async throws {
        try await TestAuthority.with { test in
            var tls = try test.server()
            tls.applicationProtocols = protocols
            try await LiveServer.with(router(), tls: try TLSServerContext(tls)) { server, address in
                guard case .tcp(let host, let port, _) = address else { return }
                var configuration = HTTPClient.Configuration()
                configuration.version = .http2
                configuration.connectTimeout = .seconds(60)
                configuration.tls = TLSClientConfiguration(trust: test.trust)
                let client = try HTTPClient(endpoint: .tcp(host: host, port: port), configuration: configuration)
                try await body(client, server)
                client.close()
            }
        }
    }

    @Test("both sides agree on HTTP/2, and many requests share the one connection")
    func agreement() async throws {
        try await with { client, server in
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<100 {
                    group.addTask { try await client.send(.get, "/protocol").collect(upTo: 100) }
                }
                for try await answer in group { #expect(answer == Array("h2".utf8)) }
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("content of megabytes streams both ways at the same time")
    func streaming() async throws {
        try await with { client, _ in
            let pieces = (0..<50).map { [UInt8](repeating: UInt8($0), count: 99_999) }
            let response = try await client.send(
                .post, "/echo",
                body: .stream(contentLength: nil) { writer in
                    for piece in pieces { try await writer.write(piece) }
                }, timeout: .seconds(60))
            let isSame = try await response.collect(upTo: 1 << 24) == Array(pieces.joined())
            #expect(isSame)
        }
    }

    // MARK: - When the server chooses HTTP/1.1

    @Test("a server that chooses HTTP/1.1 is spoken to in that, on the connection on which it has chosen")
    func fallback() async throws {
        try await with(protocols: [ApplicationProtocol.http1]) { client, server in
            let expected = Array("http/1.1".utf8)
            for _ in 0..<3 {
                let answer = try await client.send(.get, "/protocol").collect(upTo: 100)
                #expect(answer == expected)
            }
            #expect(server.connectionCount == 1)
            let echo = try await client.send(.post, "/echo", body: .bytes(expected))
            #expect(try await echo.collect(upTo: 100) == expected)
        }
    }

    @Test("requests that wait for the same first connection all get through when HTTP/1.1 is chosen on it")
    func fallbackTogether() async throws {
        try await with(protocols: [ApplicationProtocol.http1]) { client, _ in
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<50 {
                    group.addTask { try await client.send(.get, "/protocol").collect(upTo: 100) }
                }
                for try await answer in group { #expect(answer == Array("http/1.1".utf8)) }
            }
        }
    }

    @Test("a server that comes back with another choice is followed")
    func changeOfMind() async throws {
        try await TestAuthority.with { test in
            var configuration = HTTPClient.Configuration()
            configuration.version = .http2
            configuration.connectTimeout = .seconds(60)
            configuration.tls = TLSClientConfiguration(trust: test.trust)
            var address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
            var client: HTTPClient?
            for protocols in [["http/1.1"], ["h2", "http/1.1"], ["http/1.1"], ["h2"]] {
                var tls = try test.server()
                tls.applicationProtocols = protocols
                try await LiveServer.with(router(), at: address, tls: try TLSServerContext(tls)) { _, bound in
                    guard case .tcp(let host, let port, _) = bound else { return }
                    address = bound
                    let known =
                        try client
                        ?? HTTPClient(
                            endpoint: .tcp(host: host, port: port), configuration: configuration)
                    client = known
                    for _ in 0..<2 {
                        let answer = try await known.send(.get, "/protocol").collect(upTo: 100)
                        #expect(answer == Array(protocols[0].utf8))
                    }
                }
            }
            client?.close()
        }
    }
}
