import HTTPTypes
import Testing

@testable import HTTP

@Suite("Trailers")
struct TrailerTests {
    private static let fields: HTTPFields = [.eTag: "\"a\"", .expires: "never"]

    /// `/echo` answers with the trailers of the request, as text and as trailers.
    private func router() -> Router {
        var router = Router()
        router.on(.post, "/echo") { request in
            let early = request.body.trailerFields
            let count = try await request.body.collect(upTo: 1 << 20).count
            let trailers = request.body.trailerFields
            let headers = request.headerFields
            return Response(
                body: .stream(contentLength: nil) { writer in
                    let merged = trailers.filter { headers[$0.name] != nil }.count
                    let text = "\(early.count) early, \(count) bytes, \(trailers.count) late, \(merged) merged"
                    try writer.setTrailerFields([.eTag: "replaced"])
                    try await writer.write(Array(text.utf8))
                    try writer.setTrailerFields(trailers)
                })
        }
        router.on(.get, "/empty") { _ in
            Response(body: .stream(contentLength: nil) { try $0.setTrailerFields(Self.fields) })
        }
        router.on(.get, "/sized") { _ in
            Response(
                body: .stream(contentLength: 5) { writer in
                    try writer.setTrailerFields(Self.fields)
                    try await writer.write(Array("hello".utf8))
                })
        }
        router.on(.get, "/broken") { _ in
            Response(
                body: .stream(contentLength: nil) { writer in
                    let control = HTTPField(name: .eTag, lenientValue: [0x61, 0x01])
                    var outcome = "taken"
                    do {
                        try writer.setTrailerFields(HTTPFields([control]))
                    } catch HTTPError.Code.invalidHeader {
                        outcome = "refused"
                    }
                    try await writer.write(Array(outcome.utf8))
                })
        }
        return router
    }

    private func with(
        _ version: HTTPClient.Version, limits: MessageLimits = MessageLimits(),
        _ body: (HTTPClient) async throws -> Void
    ) async throws {
        try await LiveServer.with(router(), { $0.limits = limits }) { _, address in
            guard case .tcp(let host, let port, _) = address else { return }
            var configuration = HTTPClient.Configuration()
            configuration.version = version
            let client = try HTTPClient(endpoint: .tcp(host: host, port: port), configuration: configuration)
            try await body(client)
            client.close()
        }
    }

    private func text(_ response: ClientResponse) async throws -> String {
        #expect(response.body.trailerFields.isEmpty)
        return String(decoding: try await response.collect(upTo: 1 << 16), as: UTF8.self)
    }

    @Test(
        "handlers and clients find trailers after the content and nowhere else",
        arguments: [HTTPClient.Version.http1, .http2])
    func roundTrip(_ version: HTTPClient.Version) async throws {
        try await with(version) { client in
            for size in [0, 10, 300_000] {
                let body = ClientBody.stream(contentLength: nil) { writer in
                    try writer.setTrailerFields(Self.fields)
                    try await writer.write([UInt8](repeating: 120, count: size))
                }
                let response = try await client.send(.post, "/echo", body: body, timeout: .seconds(60))
                #expect(try await text(response) == "0 early, \(size) bytes, 2 late, 0 merged")
                #expect(response.body.trailerFields == Self.fields)
                #expect(response.headerFields[.eTag] == nil)
            }
            let plain = try await client.send(.post, "/echo", body: .bytes([1, 2, 3]))
            #expect(try await text(plain) == "0 early, 3 bytes, 0 late, 0 merged")
            #expect(plain.body.trailerFields.isEmpty)
        }
    }

    @Test("trailers follow an answer without content, too", arguments: [HTTPClient.Version.http1, .http2])
    func withoutContent(_ version: HTTPClient.Version) async throws {
        try await with(version) { client in
            let response = try await client.send(.get, "/empty")
            #expect(try await text(response).isEmpty)
            #expect(response.body.trailerFields == Self.fields)
        }
    }

    @Test("content of a known length has trailers in HTTP/2 only, and comes whole in both")
    func knownLength() async throws {
        for (version, expected) in [(HTTPClient.Version.http1, HTTPFields()), (.http2, Self.fields)] {
            try await with(version) { client in
                let response = try await client.send(.get, "/sized")
                #expect(try await text(response) == "hello")
                #expect(response.body.trailerFields == expected)
            }
        }
    }

    @Test(
        "a value with a control character is refused where it is given", arguments: [HTTPClient.Version.http1, .http2])
    func invalidValue(_ version: HTTPClient.Version) async throws {
        try await with(version) { client in
            let response = try await client.send(.get, "/broken")
            #expect(try await text(response) == "refused")
        }
    }

    @Test("trailers beyond their limit are answered with 431", arguments: [HTTPClient.Version.http1, .http2])
    func tooLarge(_ version: HTTPClient.Version) async throws {
        var limits = MessageLimits()
        limits.trailerBytes = 100
        try await with(version, limits: limits) { client in
            let body = ClientBody.stream(contentLength: nil) { writer in
                try writer.setTrailerFields([.eTag: String(repeating: "x", count: 101)])
            }
            let response = try await client.send(.post, "/echo", body: body)
            #expect(response.status.code == 431)
        }
    }

    @Test(
        "fields about the connection and the length are not sent as trailers",
        arguments: [HTTPClient.Version.http1, .http2])
    func connectionFields(_ version: HTTPClient.Version) async throws {
        try await with(version) { client in
            let body = ClientBody.stream(contentLength: nil) { writer in
                try writer.setTrailerFields([.contentLength: "7", .transferEncoding: "chunked", .connection: "close"])
            }
            let response = try await client.send(.post, "/echo", body: body)
            #expect(try await text(response) == "0 early, 0 bytes, 0 late, 0 merged")
        }
    }

    @Test("however the bytes are cut, the same trailers come out")
    func splitInvariance() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            var expected = HTTPFields()
            var bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) { bytes += Array("2\r\nab\r\n".utf8) }
            bytes += Array("0\r\n".utf8)
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let value = String(repeating: "v", count: Int.random(in: 0...40, using: &random))
                expected.append(HTTPField(name: .eTag, value: value))
                bytes += Array("eTaG:  \(value) \r\n".utf8)
            }
            bytes += Array("\r\n".utf8)
            let pieces = (0..<bytes.count).map { _ in Int.random(in: 1...20, using: &random) }
            for pieces in [[], pieces, Array(repeating: 1, count: bytes.count)] {
                let recording = Recording(bytes, pieces: pieces)
                #expect(recording.messages.map(\.trailers) == [expected])
                #expect(recording.messages.last?.isComplete == true)
            }
        }
    }
}
