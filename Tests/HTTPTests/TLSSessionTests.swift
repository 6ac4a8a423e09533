import COpenSSL
import Certificates
import Foundation
import Testing

@testable import HTTP

@Suite("TLS without a socket")
struct TLSSessionTests {
    private func with(
        _ versions: TLSVersion = .v12, _ body: (TLSPair) throws -> Void
    ) async throws {
        try await TestAuthority.with { test in
            var client = TLSClientConfiguration(trust: test.trust)
            client.minimumVersion = versions
            try body(try TLSPair(try test.server(), client))
        }
    }

    private static func text(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return .random(count, using: &generator)
    }

    @Test("both sides agree on the newest version, a cipher with forward secrecy and a protocol")
    func handshake() async throws {
        try await with { pair in
            _ = pair.talk()
            let security = try #require(pair.client.security)
            #expect(security.version == "TLSv1.3")
            #expect(security.negotiatedProtocol == "http/1.1")
            #expect(security.peerCertificate?.subject == "CN=localhost")
            #expect(pair.server.security?.cipher == security.cipher)
            #expect(pair.server.security?.peerCertificate == nil)
        }
    }

    @Test("the plaintext is the same however the ciphertext is split", arguments: 1...12)
    func splits(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        try await with { pair in
            let sizes = [1, 5, 100, 16_384, 40_000]
            let next = { Int.random(in: 1...(sizes.randomElement(using: &generator) ?? 1), using: &generator) }
            let (up, down) = (Self.text(150_000, seed: 1), Self.text(70_000, seed: 2))
            var rest = up[...]
            while !rest.isEmpty {
                let piece = rest.prefix(next())
                rest = rest.dropFirst(piece.count)
                pair.client.write(Array(piece))
            }
            pair.server.write(down)
            let received = pair.talk(next)
            #expect(received.server.bytes == up)
            #expect(received.client.bytes == down)
            #expect(pair.client.failure == nil && pair.server.failure == nil)
        }
    }

    @Test("ciphertext that comes byte by byte is enough")
    func byteByByte() async throws {
        try await with { pair in
            pair.client.write(Self.text(20_000, seed: 3))
            let received = pair.talk { 1 }
            #expect(received.server.bytes == Self.text(20_000, seed: 3))
        }
    }

    @Test("the end of the other side's stream is told, and the own one can go on")
    func orderlyEnd() async throws {
        try await with { pair in
            _ = pair.talk()
            pair.client.write([1, 2, 3])
            var received = TLSPair.Received()
            TLSPair.feed(TLSPair.output(of: pair.client, isLast: true), to: pair.server, &received) { 1 << 20 }
            #expect(received == TLSPair.Received(bytes: [1, 2, 3], hasEnded: true))
            pair.server.inputEnded()
            #expect(pair.server.failure == nil)
            pair.server.write([4, 5])
            var answer = TLSPair.Received()
            TLSPair.feed(TLSPair.output(of: pair.server, isLast: true), to: pair.client, &answer) { 1 << 20 }
            #expect(answer == TLSPair.Received(bytes: [4, 5], hasEnded: true))
        }
    }

    @Test("a stream that is cut off is no end")
    func truncation() async throws {
        try await with { pair in
            _ = pair.talk()
            pair.client.write([1, 2, 3])
            var received = TLSPair.Received()
            TLSPair.feed(TLSPair.output(of: pair.client), to: pair.server, &received) { 1 << 20 }
            pair.server.inputEnded()
            TLSPair.read(pair.server, &received, room: 100)
            #expect(received == TLSPair.Received(bytes: [1, 2, 3], hasEnded: false))
            #expect(pair.server.failure?.code == .connectionClosed)
        }
    }

    @Test("a byte that was changed on the way breaks the connection")
    func tampering() async throws {
        try await with { pair in
            _ = pair.talk()
            pair.client.write(Self.text(1000, seed: 4))
            var bytes = TLSPair.output(of: pair.client)
            bytes[500] ^= 1
            var received = TLSPair.Received()
            TLSPair.feed(bytes, to: pair.server, &received) { 1 << 20 }
            #expect(received.bytes.isEmpty)
            #expect(pair.server.failure?.code == .tlsFailed)
        }
    }

    @Test("keys can be changed in the middle, on either side's wish")
    func keyUpdate() async throws {
        try await with(.v13) { pair in
            _ = pair.talk()
            for session in [pair.client, pair.server] {
                #expect(SSL_key_update(session.ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
                pair.client.write([1])
                pair.server.write([2])
                let received = pair.talk()
                #expect(received.server.bytes == [1])
                #expect(received.client.bytes == [2])
            }
        }
    }

    @Test("a client that asks for new keys without end is dropped")
    func keyUpdatesWithoutEnd() async throws {
        try await with(.v13) { pair in
            _ = pair.talk()
            var sent = 0
            while pair.server.failure == nil, sent < 100_000 {
                SSL_key_update(pair.client.ssl, SSL_KEY_UPDATE_REQUESTED)
                pair.client.write([1])
                _ = pair.talk { 1024 }
                sent += 1
            }
            #expect((100..<5000).contains(sent))
            #expect(pair.server.failure?.message.contains("without end") == true)
        }
    }

    @Test("what is neither TLS nor a request, or no TLS from a server, has its own explanation")
    func noTLS() async throws {
        try await with { pair in
            pair.server.feed([0x80, 0x2E, 1, 3])
            #expect(pair.server.failure?.message == "the client does not speak TLS")
            pair.client.feed(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
            #expect(pair.client.failure?.message == "the server does not speak TLS on this port")
        }
    }

    @Test("an identity whose key is another's is refused with the names of both")
    func wrongKey() async throws {
        try await TestAuthority.with { test in
            var configuration = try test.server()
            let other = try test.clientIdentity("other")
            configuration.identity.key = other.key
            let identity = configuration.identity
            let error = #expect(throws: HTTPError.self) { try TLSServerContext(configuration) }
            #expect(error?.code == .tlsFailed)
            let reason = "is not the key of the first certificate in \(identity.certificates.name)"
            #expect(error?.message.contains(reason) == true)
        }
    }

    @Test("files that are missing or hold something else are named")
    func wrongFiles() async throws {
        try await TestAuthority.with { test in
            var configuration = try test.server()
            configuration.identity.certificates = .file("/nowhere/server.pem")
            let missing = #expect(throws: HTTPError.self) { try TLSServerContext(configuration) }
            #expect(missing?.message == "reading /nowhere/server.pem: No such file or directory")
            configuration.identity.certificates = .text("hello")
            let wrong = #expect(throws: HTTPError.self) { try TLSServerContext(configuration) }
            #expect(wrong?.message.contains("the PEM text holds no certificate in PEM format after 0") == true)
        }
    }
}
