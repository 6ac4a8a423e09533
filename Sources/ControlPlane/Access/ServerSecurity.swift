import Certificates
import HTTP
import Logging

/// How the control plane proves who it is, and whom it lets in.
public struct ServerSecurity: Sendable {
    /// Where its certificate comes from.
    public enum Identity: Sendable {
        /// An authority of its own in `STATE/tls`, made at the first use, signs a certificate for these names.
        case ownAuthority(names: [CertificateName])
        /// An operator gives certificate and key, and replaces them in time; new ones are used from the next connection.
        case files(certificate: String, key: String)
    }

    /// Where its certificate comes from.
    public var identity: Identity
    /// Whose certificates operators must show; `nil` asks for none.
    public var operatorAuthorities: PEMSource?

    /// A control plane of this identity.
    public init(identity: Identity, operatorAuthorities: PEMSource? = nil) {
        self.identity = identity
        self.operatorAuthorities = operatorAuthorities
    }
}

/// The certificate of a running control plane, renewed in time.
struct ServerCertificate: Sendable {
    /// Clients of the control plane's own authority trust this file or pin this fingerprint; `nil` for another's.
    let authority: (file: String, fingerprint: Fingerprint)?
    private let identity: TLSIdentity
    private let renew: @Sendable () throws -> Void

    private static let renewalInterval = Duration.seconds(12 * 3600)

    /// Takes the certificate that is there or makes one.
    /// - Throws: `CertificateError`.
    init(_ source: ServerSecurity.Identity, stateDirectory: String) throws {
        switch source {
        case .files(let certificate, let key):
            authority = nil
            identity = TLSIdentity(certificates: .file(certificate), key: .file(key))
            renew = {}
        case .ownAuthority(let names):
            let own = try CertificateAuthority(directory: stateDirectory + "/tls")
            let files = try own.issueServerCertificate(names: names)
            authority = (own.certificateFile, own.fingerprint)
            identity = TLSIdentity(certificates: .file(files.certificate), key: .file(files.key))
            renew = { _ = try own.issueServerCertificate(names: names) }
        }
    }

    /// What a listener speaks TLS with. It looks by itself whether the files have changed.
    func context(clients: PEMSource?) throws -> TLSServerContext {
        var configuration = TLSServerConfiguration(identity: identity)
        if let clients { configuration.clientCertificates = .required(authorities: clients) }
        return try TLSServerContext(configuration)
    }

    /// Renews the certificate long before it ends, until the task is cancelled.
    func keepCurrent(_ logger: Logger) async {
        while (try? await Task.sleep(for: Self.renewalInterval)) != nil {
            do {
                try renew()
            } catch {
                logger.error("the certificate cannot be renewed", metadata: ["error": "\(error)"])
            }
        }
    }
}
