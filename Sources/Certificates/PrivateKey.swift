import COpenSSL

/// The private half of a certificate's key.
public final class PrivateKey: @unchecked Sendable {
    // Sound: nothing changes an EVP_PKEY after it is made, and OpenSSL allows its use from several threads.
    package let pointer: OpaquePointer

    /// Takes over the reference.
    private init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// A new ECDSA key on the curve P-256. Throws `CertificateError` with the code `openSSL`.
    package static func generate() throws(CertificateError) -> PrivateKey {
        OpenSSLErrors.clear()
        guard let pointer = openssl_generate_p256() else { throw .openSSL("making a key") }
        return PrivateKey(pointer)
    }

    /// Reads a key that is not encrypted. Throws `CertificateError` with the code `file` or `notPEM`.
    package convenience init(_ source: PEMSource) throws(CertificateError) {
        let text = try source.read()
        OpenSSLErrors.clear()
        // Without an answer of our own OpenSSL would ask on the terminal for the password of an encrypted key.
        guard let bio = MemoryBIO(text),
            let key = PEM_read_bio_PrivateKey(bio.pointer, nil, { _, _, _, _ in -1 }, nil)
        else {
            throw CertificateError(
                .notPEM, "\(source.name) holds no key in PEM format that is not encrypted: \(OpenSSLErrors.take())")
        }
        self.init(key)
    }

    /// The key as PEM (PKCS #8), not encrypted.
    package func pem() throws(CertificateError) -> String {
        OpenSSLErrors.clear()
        guard let bio = MemoryBIO(),
            withExtendedLifetime(
                self, { PEM_write_bio_PKCS8PrivateKey(bio.pointer, pointer, nil, nil, 0, nil, nil) == 1 })
        else { throw .openSSL("writing a key") }
        return bio.text
    }
}
