import Certificates
import Foundation
import RelocateTesting
import Subprocess
import Testing

/// The program itself, as an operator starts it. It needs neither root nor a lab.
@Suite("Serving through TLS", .enabled(if: Requirements.find("curl") != nil, "curl is missing"))
struct SecuredTests {
    @Test("a control plane makes its own authority; clients trust its file or pin its fingerprint, and nobody else")
    func ownAuthority() async throws {
        try await TemporaryDirectory.with { directory in
            try await serve(["--tls"], in: directory) { server in
                let (file, pin) = try #require(server.authority)
                #expect(server.address.hasPrefix("https://"))
                for trust in [["--ca", file], ["--pin", pin]] {
                    let answer = try await relocate(["hosts", "--server", server.address] + trust)
                    #expect(answer.contains("no host has enrolled"), "\(answer)")
                }
                let stranger = "sha256:" + String(repeating: "0", count: 64)
                for (trust, words) in [(["--pin", stranger], "fingerprint"), ([], "certificate")] {
                    let refusal = await #expect(throws: ProgramFailed.self) {
                        try await relocate(["hosts", "--server", server.address] + trust)
                    }
                    #expect(refusal?.description.contains(words) == true, "\(String(describing: refusal))")
                }
            }
        }
    }

    @Test("curl reads the API in both versions of HTTP", arguments: ["--http1.1", "--http2"])
    func curl(version: String) async throws {
        try await TemporaryDirectory.with { directory in
            try await serve(["--tls"], in: directory) { server in
                let answer = try await execute([
                    "curl", "--silent", "--show-error", version, "--cacert", try #require(server.authority).file,
                    "--write-out", " %{http_version} %{http_code}", server.address + "/v1/hosts",
                ])
                #expect(answer.hasSuffix(version == "--http2" ? " 2 200" : " 1.1 200"), "\(answer)")
            }
        }
    }

    @Test("with --operator-ca only who has a certificate comes in, and the record names its subject")
    func operatorCertificates() async throws {
        try await TemporaryDirectory.with { directory in
            let authority = try CertificateAuthority(directory: directory + "/operators")
            let alice = try authority.issueClientCertificate(commonName: "alice")
            let (certificate, key) = (directory + "/alice.pem", directory + "/alice-key.pem")
            try alice.certificates.write(toFile: certificate, atomically: true, encoding: .utf8)
            try alice.key.write(toFile: key, atomically: true, encoding: .utf8)
            try await serve(["--tls", "--operator-ca", authority.certificateFile], in: directory) { server in
                let trust = ["--server", server.address, "--ca", try #require(server.authority).file]
                await #expect(throws: ProgramFailed.self) { try await relocate(["tenants"] + trust) }
                let own = trust + ["--certificate", certificate, "--key", key]
                _ = try await relocate(["tenants", "add", "acme"] + own)
                let record = try await relocate(["actions"] + own)
                #expect(record.contains("CN=alice"), "\(record)")
            }
        }
    }

    @Test("a port that speaks TLS says so to a client that does not")
    func plainRequest() async throws {
        try await TemporaryDirectory.with { directory in
            try await serve(["--tls"], in: directory) { server in
                let plain = server.address.replacing("https://", with: "http://")
                let refusal = await #expect(throws: ProgramFailed.self) {
                    try await relocate(["hosts", "--server", plain])
                }
                #expect(refusal?.description.contains("TLS") == true, "\(String(describing: refusal))")
            }
        }
    }

    @Test(
        "what would serve in the clear or without a key is refused before anything starts",
        arguments: [
            (["--listen", "0.0.0.0:0"], "--insecure-listen"), (["--tls", "--listen", "0.0.0.0:0"], "--operator-ca"),
            (["--agent-listen", "0.0.0.0:0"], "--tls"), (["--listen", "https://127.0.0.1:0"], "--tls"),
            (["--tls-certificate", "/nonexistent.pem"], "--tls-key"), (["--tls", "--tls-name", "a b"], "a b"),
            (["--tls-certificate", "/nonexistent.pem", "--tls-key", "/nonexistent.pem"], "/nonexistent.pem"),
        ])
    func refused(arguments: [String], words: String) async throws {
        try await TemporaryDirectory.with { directory in
            let refusal = await #expect(throws: ProgramFailed.self) {
                try await relocate(
                    ["serve", "--state", directory + "/state", "--shared", directory + "/shared"] + arguments)
            }
            #expect(refusal?.description.contains(words) == true, "\(String(describing: refusal))")
        }
    }

    // MARK: The program

    private struct Server: Sendable {
        var address = ""
        var authority: (file: String, fingerprint: String)?
    }

    private func relocate(_ arguments: [String]) async throws -> String {
        try await execute([Requirements.executable] + arguments)
    }

    /// Runs a control plane on a free port while the body runs.
    private func serve(
        _ arguments: [String], in directory: String, _ body: @Sendable @escaping (Server) async throws -> Void
    ) async throws {
        let options = [
            "serve", "--listen", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0", "--state", directory + "/state",
            "--shared", directory + "/shared",
        ]
        _ = try await run(
            .path(.init(Requirements.executable)), arguments: Arguments(options + arguments), input: .none,
            output: .sequence, error: .discarded
        ) { execution in
            var server = Server()
            for try await line in execution.standardOutput.strings() {
                let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
                switch words.first {
                case "operators:": server.address = words[1]
                case "authority:": server.authority = (words[1], words[2])
                default: continue
                }
                if server.authority != nil { break }
            }
            do {
                try await body(server)
                try execution.send(signal: .terminate)
            } catch {
                try? execution.send(signal: .terminate)
                throw error
            }
        }
    }
}
