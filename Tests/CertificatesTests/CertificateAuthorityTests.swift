import Foundation
import RelocateTesting
import Testing

@testable import Certificates

@Suite("Certificate authority")
struct CertificateAuthorityTests {
    private static let day: TimeInterval = 86_400

    /// A path for an authority in a folder of its own.
    private func with(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ca-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appendingPathComponent("tls").path)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    /// Runs OpenSSL's own program.
    private func openssl(_ arguments: String...) async throws -> String {
        try await runProgram("/usr/bin/openssl", arguments).text
    }

    @Test("it is made at the first use, for its owner only, and is the same from then on")
    func firstUse() async throws {
        try await with { path in
            let first = try CertificateAuthority(directory: path)
            #expect(try mode(path) == 0o700)
            #expect(try mode("\(path)/ca-key.pem") == 0o600)
            let second = try CertificateAuthority(directory: path)
            #expect(second.fingerprint == first.fingerprint)
            #expect(first.certificateFile == "\(path)/ca.pem")
            let text = try await openssl(
                "x509", "-in", first.certificateFile, "-noout", "-text", "-fingerprint", "-sha256")
            #expect(text.contains("CA:TRUE, pathlen:0"))
            #expect(text.contains("Certificate Sign"))
            let line = try #require(text.split(separator: "\n").first { $0.contains("Fingerprint=") })
            let hex = try #require(line.split(separator: "=").last)
            #expect(try Fingerprint(parsing: "sha256:\(hex)") == first.fingerprint)
            #expect(first.certificate.expiry > Date(timeIntervalSinceNow: 3640 * Self.day))
        }
    }

    @Test("of many that come at once all get the same one")
    func race() async throws {
        try await with { path in
            let fingerprints = try await withThrowingTaskGroup(of: Fingerprint.self) { group in
                for _ in 0..<16 { group.addTask { try CertificateAuthority(directory: path).fingerprint } }
                return try await group.reduce(into: Set<Fingerprint>()) { $0.insert($1) }
            }
            #expect(fingerprints.count == 1)
        }
    }

    @Test("a key that a crash left without its certificate is replaced")
    func crashBeforeCertificate() async throws {
        try await with { path in
            let first = try CertificateAuthority(directory: path)
            try FileManager.default.removeItem(atPath: first.certificateFile)
            try Data("half a key".utf8).write(to: URL(fileURLWithPath: "\(path)/ca-key.pem.new"))
            let second = try CertificateAuthority(directory: path)
            #expect(second.fingerprint != first.fingerprint)
            let verdict = try await openssl("verify", "-CAfile", second.certificateFile, second.certificateFile)
            #expect(verdict.contains("OK"))
        }
    }

    @Test("a certificate without its key, or with another's, is an error and stays as it is")
    func wrongKey() async throws {
        try await with { path in
            let first = try CertificateAuthority(directory: path)
            let other = try first.issueClientCertificate(commonName: "other")
            try other.key.write(toFile: "\(path)/ca-key.pem", atomically: true, encoding: .utf8)
            #expect(throws: CertificateError.Code.mismatch.error) { try CertificateAuthority(directory: path) }
            try FileManager.default.removeItem(atPath: "\(path)/ca-key.pem")
            #expect(throws: CertificateError.Code.file.error) { try CertificateAuthority(directory: path) }
            #expect(try Certificate.all(.file(first.certificateFile))[0].fingerprint == first.fingerprint)
        }
    }

    @Test("a server's certificate is for its names, followed by the authority's, and OpenSSL agrees with it")
    func serverCertificate() async throws {
        try await with { path in
            let authority = try CertificateAuthority(directory: path)
            let names: [CertificateName] = [.dns("relocate.internal"), .ip("10.0.0.1"), .ip("fd00::1")]
            let files = try authority.issueServerCertificate(names: names)
            #expect(try mode(files.key) == 0o600)
            let chain = try Certificate.all(.file(files.certificate))
            #expect(chain.count == 2)
            #expect(chain[0].names == names)
            #expect(chain[1].fingerprint == authority.fingerprint)
            for name in names {
                let option = if case .dns = name { "-verify_hostname" } else { "-verify_ip" }
                let verdict = try await openssl(
                    "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority.certificateFile,
                    option, name.description, files.certificate)
                #expect(verdict.contains(": OK"))
            }
            let verdict = try await openssl(
                "verify", "-purpose", "sslclient", "-CAfile", authority.certificateFile, files.certificate)
            #expect(!verdict.contains(": OK"))
        }
    }

    @Test("a server's certificate stays until it nears its end, its names change or it is damaged")
    func renewal() async throws {
        try await with { path in
            let start = Date()
            let authority = try CertificateAuthority(directory: path)
            func issue(_ names: [CertificateName], after days: Double) throws -> Fingerprint {
                let files = try authority.issueServerCertificate(names: names, now: start + days * Self.day)
                return try Certificate.all(.file(files.certificate))[0].fingerprint
            }
            let names: [CertificateName] = [.dns("a.example"), .ip("127.0.0.1")]
            let first = try issue(names, after: 0)
            #expect(try issue(names.reversed(), after: 59) == first)
            let second = try issue(names, after: 61)
            #expect(second != first)
            let third = try issue([.dns("b.example")], after: 61)
            #expect(third != second)
            try Data().write(to: URL(fileURLWithPath: "\(path)/server-key.pem"))
            #expect(try issue([.dns("b.example")], after: 61) != third)
        }
    }

    @Test("nothing is issued for longer than the authority lives, and nothing after its end")
    func authorityEnd() async throws {
        try await with { path in
            let past = Date(timeIntervalSinceNow: -3650 * Self.day + 10 * Self.day)
            let authority = try CertificateAuthority(directory: path, now: past)
            let files = try authority.issueServerCertificate(names: [.dns("a.example")])
            #expect(try Certificate.all(.file(files.certificate))[0].expiry == authority.certificate.expiry)
            #expect(throws: CertificateError.Code.expired.error) {
                try authority.issueClientCertificate(commonName: "late", now: Date(timeIntervalSinceNow: 11 * Self.day))
            }
        }
    }

    @Test("a client's certificate is for clients only")
    func clientCertificate() async throws {
        try await with { path in
            let authority = try CertificateAuthority(directory: path)
            let issued = try authority.issueClientCertificate(commonName: "agent h1, \u{e9}")
            let certificate = try Certificate.all(.text(issued.certificates))[0]
            #expect(certificate.subject == "CN=agent h1\\, \u{e9}")
            #expect(certificate.belongs(to: try PrivateKey(.text(issued.key))))
            let file = "\(path)/client.pem"
            try issued.certificates.write(toFile: file, atomically: true, encoding: .utf8)
            let good = try await openssl("verify", "-purpose", "sslclient", "-CAfile", authority.certificateFile, file)
            #expect(good.contains(": OK"))
            let bad = try await openssl("verify", "-purpose", "sslserver", "-CAfile", authority.certificateFile, file)
            #expect(!bad.contains(": OK"))
        }
    }

    @Test("fingerprints are read in either case and with colons, and what is none says what would be right")
    func fingerprints() throws {
        let hex = String(repeating: "0aF9", count: 16)
        #expect(try Fingerprint(parsing: "SHA256:\(hex)").description == "sha256:\(hex.lowercased())")
        let pairs = stride(from: 0, to: 64, by: 2).map { _ in "AB" }.joined(separator: ":")
        #expect(try Fingerprint(parsing: "sha256:\(pairs)").description.hasSuffix("abab"))
        for wrong in ["", hex, "sha1:\(hex)", "sha256:", "sha256:\(hex)0", "sha256:\(hex.dropLast())g"] {
            #expect(throws: CertificateError.Code.invalidFingerprint.error) { try Fingerprint(parsing: wrong) }
        }
    }

    @Test("names are DNS names or addresses, and nothing that could smuggle in another")
    func names() throws {
        #expect(try CertificateName(parsing: "Relocate.Example") == .dns("relocate.example"))
        #expect(try CertificateName(parsing: "*.example") == .dns("*.example"))
        #expect(try CertificateName(parsing: "10.0.0.1") == .ip("10.0.0.1"))
        #expect(try CertificateName(parsing: "FD00:0::0:1") == .ip("fd00::1"))
        for wrong in ["", "a..b", "-a", "a-", "a,DNS:b", "a b", "*", "a.*", "a\n", String(repeating: "a", count: 64)] {
            #expect(throws: CertificateError.Code.invalidName.error) { try CertificateName(parsing: wrong) }
        }
    }
}

/// Errors are compared by their codes.
extension CertificateError: Equatable {
    /// Whether they are of one kind.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

extension CertificateError.Code {
    var error: CertificateError { CertificateError(self, "") }
}
