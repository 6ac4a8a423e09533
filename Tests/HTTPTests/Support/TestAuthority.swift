import Certificates
import Foundation

@testable import HTTP

/// A certificate authority for the length of a closure, and what tests make of it.
struct TestAuthority {
    let folder: URL
    let authority: CertificateAuthority

    static func with(
        now: Date = Date(), _ body: (TestAuthority) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let authority = try CertificateAuthority(directory: folder.appendingPathComponent("ca").path, now: now)
            try await body(TestAuthority(folder: folder, authority: authority))
        }
    }

    /// The configuration of a server on this machine, which other names may replace.
    func server(
        _ names: [String] = ["localhost", "127.0.0.1"], now: Date = Date()
    ) throws -> TLSServerConfiguration {
        let names = try names.map { try CertificateName(parsing: $0) }
        let files = try authority.issueServerCertificate(names: names, now: now)
        return TLSServerConfiguration(identity: TLSIdentity(files))
    }

    /// What trusts the authority.
    var trust: TLSClientConfiguration.Trust { .authorities(.file(authority.certificateFile)) }

    func clientIdentity(_ name: String) throws -> TLSIdentity {
        let issued = try authority.issueClientCertificate(commonName: name)
        return TLSIdentity(certificates: .text(issued.certificates), key: .text(issued.key))
    }
}

extension ListenAddress {
    /// A client of a server that listens here. Its certificate must be for the name `host`.
    func client(
        _ trust: TLSClientConfiguration.Trust, name: String? = nil, identity: TLSIdentity? = nil,
        _ configure: (inout TLSClientConfiguration) -> Void = { _ in }
    ) throws -> HTTPClient {
        guard case .tcp(let host, let port, _) = self else {
            throw HTTPError(.invalidAddress, "\(self) is no TCP address")
        }
        var tls = TLSClientConfiguration(trust: trust)
        tls.serverName = name
        tls.identity = identity
        configure(&tls)
        var configuration = HTTPClient.Configuration()
        // A busy machine must not make a handshake of a test look like a stuck one.
        configuration.connectTimeout = .seconds(60)
        configuration.tls = tls
        return try HTTPClient(endpoint: .tcp(host: host, port: port), configuration: configuration)
    }
}
