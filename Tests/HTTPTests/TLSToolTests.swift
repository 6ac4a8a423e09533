import Certificates
import Foundation
import RelocateTesting
import Testing

@testable import HTTP

@Suite("TLS with other programs", .enabled(if: Tool("openssl") != nil && Tool("curl") != nil, "needs openssl and curl"))
struct TLSToolTests {
    private static let request = "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    private func with(
        _ configure: (inout TLSServerConfiguration) -> Void = { _ in },
        server: (inout HTTPServer.Configuration) -> Void = { _ in },
        _ body: (_ openssl: Tool, _ curl: Tool, TestAuthority, _ port: Int) async throws -> Void
    ) async throws {
        let (openssl, curl) = (try #require(Tool("openssl")), try #require(Tool("curl")))
        var router = Router()
        router.on(.get, "/hello") { .text("hello over \($0.security?.version ?? "nothing")") }
        router.on(.get, "/stream/{fate}") { request in
            let mustFail = request.parameters["fate"] == "broken"
            return Response(
                body: .stream(contentLength: nil) { writer in
                    try await writer.write(Array("begun".utf8))
                    if mustFail { throw CancellationError() }
                })
        }
        router.on(.post, "/length") { request in
            var count = 0
            for try await piece in request.body { count += piece.count }
            return .text("\(count) bytes")
        }
        try await TestAuthority.with { test in
            var configuration = try test.server()
            configure(&configuration)
            try await LiveServer.with(router, server, tls: try TLSServerContext(configuration)) { _, address in
                guard case .tcp(_, let port, _) = address else { return }
                try await body(openssl, curl, test, port)
            }
        }
    }

    private func connect(
        _ openssl: Tool, _ test: TestAuthority, _ port: Int, _ options: String..., input: String = request
    ) async throws -> ProgramResult {
        let basics = [
            "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", test.authority.certificateFile,
            "-verify_return_error", "-verify_hostname", "localhost", "-ign_eof",
        ]
        return try await openssl.run(basics + options, input: input)
    }

    @Test("TLS 1.2 and 1.3 are spoken", arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
    func versions(option: String, name: String) async throws {
        try await with { openssl, _, test, port in
            let result = try await connect(openssl, test, port, option)
            #expect(result.text.contains("hello over \(name)"))
            #expect(result.text.contains("Verify return code: 0 (ok)"))
        }
    }

    @Test("TLS 1.1 is refused, and TLS 1.2 where the configuration says so")
    func oldVersions() async throws {
        try await with { openssl, _, test, port in
            let result = try await connect(openssl, test, port, "-tls1_1", "-cipher", "ALL@SECLEVEL=0")
            #expect(result.text.contains("alert protocol version"))
            #expect(!result.text.contains("hello"))
        }
        try await with({ $0.minimumVersion = .v13 }) { openssl, _, test, port in
            let result = try await connect(openssl, test, port, "-tls1_2")
            #expect(result.text.contains("alert protocol version"))
        }
    }

    @Test("ciphers without forward secrecy or authentication of the data are refused")
    func weakCiphers() async throws {
        try await with { openssl, _, test, port in
            for cipher in ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"] {
                let result = try await connect(openssl, test, port, "-tls1_2", "-cipher", cipher)
                #expect(result.text.contains("handshake failure"), "\(cipher)")
            }
        }
    }

    @Test("new keys are agreed on when a client asks, and a new handshake is refused")
    func renegotiation() async throws {
        try await with { openssl, _, test, port in
            // With -ign_eof commands are off, so this goes without it; the connection ends by the server's answer.
            let basics = ["s_client", "-connect", "127.0.0.1:\(port)"]
            let updated = try await openssl.run(basics + ["-tls1_3"], input: "K\n\(Self.request)")
            #expect(updated.text.contains("KEYUPDATE"))
            let renegotiated = try await openssl.run(basics + ["-tls1_2"], input: "R\n")
            #expect(renegotiated.text.contains("RENEGOTIATING"))
            #expect(renegotiated.text.contains("no renegotiation"))
        }
    }

    @Test("a protocol is negotiated in the order of the server, and sharing none ends the handshake")
    func protocols() async throws {
        try await with({ $0.applicationProtocols = ["h2", "http/1.1"] }) { openssl, _, test, port in
            let both = try await connect(openssl, test, port, "-alpn", "http/1.1,h2")
            #expect(both.text.contains("ALPN protocol: h2"))
            let none = try await connect(openssl, test, port, "-alpn", "spdy/3")
            #expect(none.text.contains("no application protocol"))
        }
    }

    @Test("curl trusts the authority's file, keeps the connection and uploads megabytes")
    func curl() async throws {
        try await with { _, curl, test, port in
            let file = test.folder.appendingPathComponent("upload")
            try Data(repeating: 7, count: 5_000_000).write(to: file)
            let url = "https://localhost:\(port)"
            let basics = ["-sS", "-v", "--noproxy", "*", "--cacert", test.authority.certificateFile]
            let result = try await curl.run(basics + ["\(url)/hello", "\(url)/hello"])
            #expect(result.status == 0)
            #expect(result.text.contains("SSL certificate verify ok"))
            #expect(result.text.contains("Re-using existing connection"))
            let upload = try await curl.run(basics + ["--data-binary", "@\(file.path)", "\(url)/length"])
            #expect(upload.text.contains("5000000 bytes"))
            let stranger = try await curl.run(["-sS", "--noproxy", "*", "\(url)/hello"])
            #expect(stranger.status == 60)
        }
    }

    @Test("an answer that has failed does not end as TLS wants it, so that it is told apart from a complete one")
    func truncation() async throws {
        try await with { openssl, _, test, port in
            let whole = try await connect(openssl, test, port, input: "GET /stream/whole HTTP/1.0\r\n\r\n")
            #expect(whole.text.contains("begun"))
            #expect(!whole.text.contains("unexpected eof"))
            let broken = try await connect(openssl, test, port, input: "GET /stream/broken HTTP/1.0\r\n\r\n")
            #expect(broken.text.contains("begun"))
            #expect(broken.text.contains("unexpected eof"))
        }
    }

    @Test("a client that is one too many hears so inside TLS")
    func tooManyConnections() async throws {
        try await with(server: { $0.maxConnections = 0 }) { openssl, _, test, port in
            let result = try await connect(openssl, test, port, input: "")
            #expect(result.text.contains("HTTP/1.1 503 Service Unavailable"))
            #expect(result.text.contains("tooManyConnections"))
        }
    }

    @Test("curl shows its certificate where one is required")
    func curlWithCertificate() async throws {
        try await TestAuthority.with { test in
            let issued = try test.authority.issueClientCertificate(commonName: "curl")
            let file = test.folder.appendingPathComponent("client.pem")
            try (issued.certificates + issued.key).write(to: file, atomically: true, encoding: .utf8)
            let authorities = PEMSource.file(test.authority.certificateFile)
            try await with({ $0.clientCertificates = .required(authorities: authorities) }) { _, curl, server, port in
                let basics = ["-sS", "--noproxy", "*", "--cacert", server.authority.certificateFile]
                let url = "https://localhost:\(port)/hello"
                #expect(try await curl.run(basics + [url]).status != 0)
                let known = try await curl.run(basics + ["--cert", file.path, url])
                #expect(known.text == "hello over TLSv1.3")
            }
        }
    }
}
