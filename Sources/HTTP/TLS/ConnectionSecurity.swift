import COpenSSL
import Certificates

/// What a TLS handshake has settled about a connection.
public struct ConnectionSecurity: Sendable {
    /// The protocol's version, such as `TLSv1.3`.
    public let version: String
    /// The cipher suite, such as `TLS_AES_256_GCM_SHA384`.
    public let cipher: String
    /// The application protocol that both sides have agreed on, such as `h2` (RFC 7301); nil if they did not talk about it.
    public let negotiatedProtocol: String?
    /// The other side's certificate. A server that asks for none, or gets none, has none; one that it has is verified.
    public let peerCertificate: Certificate?

    /// Reads it from a session whose handshake is over.
    init(_ ssl: OpaquePointer) {
        version = String(cString: SSL_get_version(ssl))
        cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? ""
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        negotiatedProtocol =
            count > 0 ? String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self) : nil
        peerCertificate = SSL_get0_peer_certificate(ssl).map { Certificate(sharing: $0) }
    }
}
