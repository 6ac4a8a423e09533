import Foundation
import Testing

@testable import HTTP

/// The clients of another implementation of HTTP/2, with and without TLS.
@Suite(
    "HTTP/2 with nghttp and h2load",
    .enabled(
        if: Tool("nghttp") != nil && Tool("h2load") != nil,
        "nghttp2-client is missing; 'sudo scripts/bootstrap --test' installs it"))
struct NghttpTests {
    private static let megabyte = [UInt8](repeating: 120, count: 1 << 20)

    private func router() -> Router {
        var router = Router()
        router.on(.get, "/hello") { _ in .text("hello") }
        router.on(.get, "/large") { _ in .bytes(Self.megabyte, type: "application/octet-stream") }
        router.on(.post, "/length") { request in
            let count = try await request.body.collect(upTo: 1 << 24).count
            return .text("\(count) bytes, \(request.body.trailerFields.map(\.value))")
        }
        router.on(.get, "/trailers") { _ in
            Response(
                body: .stream(contentLength: nil) { writer in
                    try await writer.write(Array("content".utf8))
                    try writer.setTrailerFields([.eTag: "late"])
                })
        }
        return router
    }

    /// Gives the closure the start of all addresses, and a file to send.
    private func with(secure: Bool, _ body: (_ base: String, _ file: String) async throws -> Void) async throws {
        try await TestAuthority.with { test in
            let file = test.folder.appendingPathComponent("upload").path
            try Data(Self.megabyte).write(to: URL(fileURLWithPath: file))
            var tls = try test.server()
            tls.applicationProtocols = [ApplicationProtocol.http2, ApplicationProtocol.http1]
            let context = secure ? try TLSServerContext(tls) : nil
            try await LiveServer.with(router(), tls: context) { server, address in
                guard case .tcp(_, let port, _) = address else { return }
                try await body("\(secure ? "https" : "http")://127.0.0.1:\(port)", file)
                #expect(await eventually { server.connectionCount == 0 })
            }
        }
    }

    // MARK: - nghttp

    /// What nghttp has said of frames, after nothing in it was an error of ours.
    private func nghttp(_ arguments: String..., url: String) async throws -> String {
        let tool = try #require(Tool("nghttp"))
        let result = try await tool.run(["-v", "--no-verify-peer"] + arguments + [url])
        #expect(result.status == 0)
        #expect(!result.text.contains("recv RST_STREAM"), "\(result.text.suffix(2000))")
        #expect(!result.text.contains("recv GOAWAY"), "\(result.text.suffix(2000))")
        return result.text
    }

    private func count(_ part: String, in text: String) -> Int {
        text.components(separatedBy: part).count - 1
    }

    @Test("requests that share a connection are all answered, whatever the size of windows", arguments: [false, true])
    func downloads(secure: Bool) async throws {
        try await with(secure: secure) { base, _ in
            let small = try await nghttp("--multiply=100", url: base + "/hello")
            #expect(count(":status: 200", in: small) == 100)
            #expect(count("hello", in: small) >= 100)
            let large = try await nghttp(
                "--null-out", "--multiply=5", "--window-bits=10", "--connection-window-bits=12", url: base + "/large")
            #expect(count(":status: 200", in: large) == 5)
            #expect(count("; END_STREAM", in: large) >= 5)
        }
    }

    @Test(
        "content arrives whole, padded, of unknown length, and with trailers",
        arguments: [false, true])
    func uploads(secure: Bool) async throws {
        try await with(secure: secure) { base, file in
            let url = base + "/length"
            let padded = try await nghttp("--data=\(file)", "--padding=200", url: url)
            #expect(padded.contains("1048576 bytes, []"))
            // Not --expect-continue: nghttp waits for a second, and breaks its own request if it is told at that moment.
            let trailing = try await nghttp("--data=\(file)", "--no-content-length", "--trailer=x-sum: 7", url: url)
            #expect(trailing.contains("1048576 bytes, [\"7\"]"))
        }
    }

    @Test("trailers and long header sections are understood on both sides", arguments: [false, true])
    func fields(secure: Bool) async throws {
        try await with(secure: secure) { base, _ in
            let trailers = try await nghttp(url: base + "/trailers")
            #expect(trailers.contains("etag: late"))
            let long = String(repeating: "x", count: 20_000)
            let continued = try await nghttp("--continuation", "--header=x-long: \(long)", url: base + "/hello")
            #expect(continued.contains(":status: 200"))
        }
    }

    // MARK: - h2load

    /// Sends so many requests and expects each of them to succeed.
    private func load(_ requests: Int, _ arguments: String..., url: String) async throws {
        let tool = try #require(Tool("h2load"))
        let result = try await tool.run(["--requests=\(requests)"] + arguments + [url])
        #expect(result.status == 0)
        let all =
            "\(requests) total, \(requests) started, \(requests) done, \(requests) succeeded, 0 failed, 0 errored, "
        #expect(result.text.contains(all + "0 timeout"), "\(result.text)")
        #expect(result.text.contains("status codes: \(requests) 2xx, 0 3xx, 0 4xx, 0 5xx"), "\(result.text)")
    }

    @Test("under load every request succeeds, over HTTP/2 and HTTP/1.1", arguments: [false, true])
    func load(secure: Bool) async throws {
        try await with(secure: secure) { base, _ in
            try await load(2000, "--clients=20", "--max-concurrent-streams=50", url: base + "/hello")
            try await load(500, "--clients=5", "--h1", url: base + "/hello")
            try await load(
                20, "--clients=4", "--max-concurrent-streams=5", "--window-bits=14", "--connection-window-bits=15",
                url: base + "/large")
        }
    }

    @Test("under load all content arrives", arguments: [false, true])
    func uploadLoad(secure: Bool) async throws {
        try await with(secure: secure) { base, file in
            try await load(40, "--clients=4", "--max-concurrent-streams=5", "--data=\(file)", url: base + "/length")
        }
    }
}
