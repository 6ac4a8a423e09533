import COpenSSL
import FoundationEssentials
import Glibc

/// An X.509 certificate (RFC 5280).
public final class Certificate: @unchecked Sendable {
    // Sound: nothing changes an X509 after it is signed or read, and OpenSSL guards what it caches in one.
    package let pointer: OpaquePointer

    /// Takes over the reference.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    /// Shares an `X509`.
    package init(sharing pointer: OpaquePointer) {
        X509_up_ref(pointer)
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }

    /// All certificates of a text, in its order: at least one. Throws `CertificateError` with the code `file` or `notPEM`.
    package static func all(_ source: PEMSource) throws(CertificateError) -> [Certificate] {
        let text = try source.read()
        OpenSSLErrors.clear()
        guard let bio = MemoryBIO(text) else { throw .openSSL("reading \(source.name)") }
        var certificates: [Certificate] = []
        while let pointer = PEM_read_bio_X509(bio.pointer, nil, nil, nil) {
            certificates.append(Certificate(owning: pointer))
        }
        let isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
        guard isAtEnd, !certificates.isEmpty else {
            let reason = OpenSSLErrors.take()
            throw CertificateError(
                .notPEM, "\(source.name) holds no certificate in PEM format after \(certificates.count): \(reason)")
        }
        OpenSSLErrors.clear()
        return certificates
    }

    /// What names exactly this certificate.
    public var fingerprint: Fingerprint { withExtendedLifetime(self) { Fingerprint(pointer) } }

    /// Whom it is about, such as `CN=relocate`.
    public var subject: String {
        guard let bio = MemoryBIO(),
            X509_NAME_print_ex(bio.pointer, X509_get_subject_name(pointer), 0, openssl_readable_name) >= 0
        else { return "" }
        return withExtendedLifetime(self) { bio.text }
    }

    /// Until when it is valid.
    public var expiry: Date {
        var parts = tm()
        guard ASN1_TIME_to_tm(X509_get0_notAfter(pointer), &parts) == 1 else { return .distantPast }
        return withExtendedLifetime(self) { Date(timeIntervalSince1970: TimeInterval(timegm(&parts))) }
    }

    /// The DNS names and IP addresses that it is for.
    public var names: [CertificateName] {
        guard let list = X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil).map({ OpaquePointer($0) }) else {
            return []
        }
        defer { withExtendedLifetime(self) { GENERAL_NAMES_free(list) } }
        return (0..<OPENSSL_sk_num(list)).compactMap { index in
            guard let entry = OPENSSL_sk_value(list, index) else { return nil }
            var type: Int32 = 0
            guard let value = GENERAL_NAME_get0_value(entry.assumingMemoryBound(to: GENERAL_NAME.self), &type) else {
                return nil
            }
            return CertificateName(type: type, value.assumingMemoryBound(to: ASN1_STRING.self))
        }
    }

    /// The certificate as PEM.
    public func pem() throws(CertificateError) -> String {
        OpenSSLErrors.clear()
        guard let bio = MemoryBIO(), withExtendedLifetime(self, { PEM_write_bio_X509(bio.pointer, pointer) == 1 })
        else {
            throw .openSSL("writing a certificate")
        }
        return bio.text
    }

    /// Whether the key is the private half of the certificate's.
    package func belongs(to key: PrivateKey) -> Bool {
        defer { OpenSSLErrors.clear() }
        return withExtendedLifetime((self, key)) { X509_check_private_key(pointer, key.pointer) == 1 }
    }

    /// Whether this certificate's key has signed the other.
    func hasSigned(_ other: Certificate) -> Bool {
        defer { OpenSSLErrors.clear() }
        return withExtendedLifetime((self, other)) { X509_verify(other.pointer, X509_get0_pubkey(pointer)) == 1 }
    }
}
