import Certificates

/// A certificate and its key.
public struct TLSIdentity: Sendable, Hashable {
    /// The certificate, followed by those that lead to an authority the other side knows.
    public var certificates: PEMSource
    /// The key, not encrypted.
    public var key: PEMSource

    /// An identity from these places. They are read when the configuration is used.
    public init(certificates: PEMSource, key: PEMSource) {
        self.certificates = certificates
        self.key = key
    }

    /// The files of a certificate authority's.
    public init(_ files: CertificateFiles) {
        self.init(certificates: .file(files.certificate), key: .file(files.key))
    }
}

/// A version of TLS. Older ones are not spoken.
public enum TLSVersion: Sendable, Hashable {
    /// TLS 1.2 (RFC 5246), only with ephemeral keys and authenticated encryption.
    case v12
    /// TLS 1.3 (RFC 8446).
    case v13
}
