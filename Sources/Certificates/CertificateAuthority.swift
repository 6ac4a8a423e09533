import COpenSSL
import FoundationEssentials

/// A certificate authority of one's own, for the servers and clients of one installation.
///
/// ```swift
/// let authority = try CertificateAuthority(directory: "/var/lib/relocate/tls")
/// let files = try authority.issueServerCertificate(names: [.dns("relocate.internal"), .ip("10.0.0.1")])
/// print("clients pin \(authority.fingerprint) or trust \(authority.certificateFile)")
/// ```
///
/// It lives in a folder: `ca.pem` for everybody, `ca-key.pem` for nobody else, made at the first use. Keys are ECDSA on
/// P-256. Whoever has the authority's key can pretend to be any server of the installation, but of no other: clients
/// trust it only where they are told to.
public struct CertificateAuthority: Sendable {
    /// The authority's own certificate.
    public let certificate: Certificate
    private let key: PrivateKey
    private let folder: CertificateFolder

    private static let day: TimeInterval = 86_400
    private static let authorityLifetime = 3650 * day
    private static let lifetime = 90 * day
    /// A certificate is replaced when no more than this is left of it.
    private static let renewal = 30 * day
    /// How far behind the clock of whoever checks a new certificate may be.
    private static let clockSkew: TimeInterval = 3600

    /// Loads the authority, or makes a new one if the folder has none yet. Of several that do so at once one makes it and
    /// the others load that.
    ///
    /// - Parameters:
    ///   - directory: The folder, made with the mode 0700 if it is missing; the one around it has to exist.
    ///   - now: The time from which a new authority is valid, for ten years.
    /// - Throws: `CertificateError` with the code `file`, `notPEM`, `mismatch` or `openSSL`.
    public init(directory: String, now: Date = Date()) throws(CertificateError) {
        let folder = try CertificateFolder(directory)
        let files = folder.pair("ca")
        let (certificate, key) = try folder.whileLocked { () throws(CertificateError) in
            if !folder.contains(files) { try Self.make(files, in: folder, now: now) }
            return (try Certificate.all(.file(files.certificate))[0], try PrivateKey(.file(files.key)))
        }
        guard certificate.belongs(to: key) else {
            throw CertificateError(
                .mismatch,
                "\(files.key) is not the key of \(files.certificate); restore both, or remove both for a new authority")
        }
        self.folder = folder
        self.certificate = certificate
        self.key = key
    }

    private static func make(
        _ files: CertificateFiles, in folder: CertificateFolder, now: Date
    ) throws(CertificateError) {
        let key = try PrivateKey.generate()
        // Its own part tells it apart from the authorities of other installations.
        let suffix = (0..<4).map { _ in String(UInt8.random(in: 16...255), radix: 16) }.joined()
        let draft = CertificateDraft(
            commonName: "Relocate authority \(suffix)",
            validity: now.addingTimeInterval(-clockSkew)...now.addingTimeInterval(authorityLifetime),
            extensions: [
                .init(identifier: NID_basic_constraints, value: "critical,CA:TRUE,pathlen:0"),
                .init(identifier: NID_key_usage, value: "critical,keyCertSign,cRLSign"),
                .init(identifier: NID_subject_key_identifier, value: "hash"),
            ])
        let certificate = try draft.certificate(of: key, signedBy: nil)
        try folder.write(certificates: certificate.pem(), key: key.pem(), to: files)
    }

    /// What clients pin.
    public var fingerprint: Fingerprint { certificate.fingerprint }

    /// The path of the certificate that clients trust.
    public var certificateFile: String { folder.pair("ca").certificate }

    // MARK: - Servers

    /// The certificate of a server, `server.pem` with the authority's behind it, and `server-key.pem`. It is made when
    /// there is none, and replaced when it is for other names or ends within 30 days; otherwise it stays as it is. So it
    /// can be called at every start and once a day.
    ///
    /// - Parameters:
    ///   - names: What clients call the server, at least one.
    ///   - now: The time from which a new certificate is valid, for 90 days.
    /// - Throws: `CertificateError` with the code `file`, `expired`, `invalidName` or `openSSL`.
    public func issueServerCertificate(
        names: [CertificateName], now: Date = Date()
    ) throws(CertificateError) -> CertificateFiles {
        guard let first = names.first else {
            throw CertificateError(.invalidName, "a server's certificate needs at least one name")
        }
        let files = folder.pair("server")
        try folder.whileLocked { () throws(CertificateError) in
            guard !isCurrent(files, names, now) else { return }
            let alternatives = names.map(\.alternativeName).joined(separator: ",")
            let (issued, issuedKey) = try issue(
                commonName: first.description, usage: "serverAuth", now,
                [.init(identifier: NID_subject_alt_name, value: alternatives)])
            try folder.write(certificates: issued.pem() + certificate.pem(), key: issuedKey.pem(), to: files)
        }
        return files
    }

    private func isCurrent(_ files: CertificateFiles, _ names: [CertificateName], _ now: Date) -> Bool {
        // What cannot be read is replaced.
        guard let server = try? Certificate.all(.file(files.certificate)).first,
            let key = try? PrivateKey(.file(files.key))
        else { return false }
        return server.belongs(to: key) && certificate.hasSigned(server) && Set(server.names) == Set(names)
            && server.expiry > now.addingTimeInterval(Self.renewal)
    }

    // MARK: - Clients

    /// A certificate and its key in PEM format.
    public struct ClientCertificate: Sendable {
        /// The certificate with the authority's behind it.
        public let certificates: String
        /// The key.
        public let key: String
    }

    /// A certificate with which a client shows who it is, valid for 90 days. Nothing of it is kept.
    ///
    /// - Throws: `CertificateError` with the code `expired` or `openSSL`.
    public func issueClientCertificate(
        commonName: String, now: Date = Date()
    ) throws(CertificateError) -> ClientCertificate {
        let (issued, issuedKey) = try issue(commonName: commonName, usage: "clientAuth", now, [])
        return ClientCertificate(certificates: try issued.pem() + certificate.pem(), key: try issuedKey.pem())
    }

    private func issue(
        commonName: String, usage: String, _ now: Date, _ more: [CertificateDraft.Extension]
    ) throws(CertificateError) -> (Certificate, PrivateKey) {
        // Nothing outlives the one who vouches for it.
        let end = min(now.addingTimeInterval(Self.lifetime), certificate.expiry)
        guard end > now else {
            throw CertificateError(
                .expired, "the certificate authority in \(folder.path) has expired; remove ca.pem for a new one")
        }
        let key = try PrivateKey.generate()
        let draft = CertificateDraft(
            commonName: commonName, validity: now.addingTimeInterval(-Self.clockSkew)...end,
            extensions: [
                .init(identifier: NID_basic_constraints, value: "critical,CA:FALSE"),
                .init(identifier: NID_key_usage, value: "critical,digitalSignature"),
                .init(identifier: NID_ext_key_usage, value: usage),
                .init(identifier: NID_subject_key_identifier, value: "hash"),
                .init(identifier: NID_authority_key_identifier, value: "keyid:always"),
            ] + more)
        return (try draft.certificate(of: key, signedBy: .init(certificate: certificate, key: self.key)), key)
    }
}
