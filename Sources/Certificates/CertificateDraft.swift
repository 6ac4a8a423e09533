import COpenSSL
import FoundationEssentials
import Glibc

/// What a new certificate is to say (RFC 5280 section 4.1).
struct CertificateDraft {
    /// An extension in the words of openssl's x509v3_config(5).
    struct Extension {
        var identifier: Int32
        var value: String
    }

    /// Who signs.
    struct Issuer {
        var certificate: Certificate
        var key: PrivateKey
    }

    var commonName: String
    var validity: ClosedRange<Date>
    var extensions: [Extension]

    /// Makes the certificate of a key, signed by an issuer or, without one, by itself. Throws `CertificateError` with the
    /// code `openSSL`.
    func certificate(of key: PrivateKey, signedBy issuer: Issuer?) throws(CertificateError) -> Certificate {
        OpenSSLErrors.clear()
        guard let pointer = X509_new() else { throw .openSSL("making a certificate") }
        let certificate = Certificate(owning: pointer)
        let own = X509_get_subject_name(pointer)
        let from = Int(validity.lowerBound.timeIntervalSince1970)
        let to = Int(validity.upperBound.timeIntervalSince1970)
        guard X509_set_version(pointer, Int(X509_VERSION_3)) == 1, Self.setRandomSerial(pointer),
            Self.setCommonName(own, commonName),
            X509_set_issuer_name(pointer, issuer.map { X509_get_subject_name($0.certificate.pointer) } ?? own) == 1,
            ASN1_TIME_set(X509_getm_notBefore(pointer), from) != nil,
            ASN1_TIME_set(X509_getm_notAfter(pointer), to) != nil,
            X509_set_pubkey(pointer, key.pointer) == 1
        else { throw .openSSL("making a certificate") }
        for item in extensions { try Self.add(item, to: pointer, issuer: issuer?.certificate.pointer ?? pointer) }
        let isSigned = withExtendedLifetime((issuer, key)) {
            X509_sign(pointer, (issuer?.key ?? key).pointer, EVP_sha256()) > 0
        }
        guard isSigned else { throw .openSSL("signing a certificate") }
        return certificate
    }

    /// 127 random bits: positive, and never given twice.
    private static func setRandomSerial(_ certificate: OpaquePointer) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&bytes, Int32(bytes.count)) == 1 else { return false }
        bytes[0] &= 0x7F
        guard let number = BN_bin2bn(bytes, Int32(bytes.count), nil) else { return false }
        defer { BN_free(number) }
        return BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }

    private static func setCommonName(_ name: OpaquePointer?, _ text: String) -> Bool {
        // The upper bound of RFC 5280 appendix A.1.
        let bytes = Array(String(text.unicodeScalars.prefix(64).map(Character.init)).utf8)
        return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
    }

    private static func add(
        _ item: Extension, to certificate: OpaquePointer, issuer: OpaquePointer
    ) throws(CertificateError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let new = X509V3_EXT_conf_nid(nil, &context, item.identifier, item.value) else {
            throw .openSSL("giving a certificate '\(item.value)'")
        }
        defer { X509_EXTENSION_free(new) }
        guard X509_add_ext(certificate, new, -1) == 1 else {
            throw .openSSL("giving a certificate '\(item.value)'")
        }
    }
}
