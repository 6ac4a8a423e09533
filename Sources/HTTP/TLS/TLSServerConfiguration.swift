import Certificates

/// How a server speaks TLS.
///
/// ```swift
/// let identity = TLSIdentity(certificates: .file("server.pem"), key: .file("server-key.pem"))
/// let tls = try TLSServerContext(TLSServerConfiguration(identity: identity))
/// try server.start([.tcp(host: "0.0.0.0", port: 8443)], tls: tls)
/// ```
public struct TLSServerConfiguration: Sendable {
    /// Whether clients show a certificate. One that is shown must be signed by one of the authorities.
    public enum ClientCertificates: Sendable {
        /// They are not asked.
        case none
        /// They may.
        case optional(authorities: PEMSource)
        /// They must.
        case required(authorities: PEMSource)
    }

    /// The server's certificate and key.
    public var identity: TLSIdentity
    /// Whether clients show a certificate; `Request.security` has it.
    public var clientCertificates = ClientCertificates.none
    /// The protocols the server speaks inside TLS, the preferred one first (RFC 7301).
    public var applicationProtocols = [ApplicationProtocol.http2, ApplicationProtocol.http1]
    /// The oldest version of TLS.
    public var minimumVersion = TLSVersion.v12

    /// A server of this identity that asks for no certificates.
    public init(identity: TLSIdentity) {
        self.identity = identity
    }
}
