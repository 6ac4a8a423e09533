import COpenSSL
import Certificates

/// Decides about the certificate of the other side, and says in words why one is refused.
enum TLSVerification {
    /// What OpenSSL calls instead of deciding itself.
    static let callback: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { store, _ in
        guard let store, let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let data = SSL_get_ex_data(OpaquePointer(ssl), 0)
        else { return 0 }
        let session = Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue()
        let pins = session.context.pins
        if pins.isEmpty {
            guard X509_verify_cert(store) > 0 else {
                session.rejection = reason(store, session.context.role)
                return 0
            }
            return 1
        }
        guard let rejection = check(store, pins) else { return 1 }
        session.rejection = rejection
        return 0
    }

    /// Makes the pinned certificate the only one that is trusted. Returns why the chain is refused.
    private static func check(_ store: OpaquePointer, _ pins: Set<Fingerprint>) -> String? {
        guard let leaf = X509_STORE_CTX_get0_cert(store) else { return "the server has no certificate" }
        guard let pinned = chain(store, leaf).first(where: { pins.contains(Fingerprint($0)) }) else {
            X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
            return "the server's certificate has the fingerprint \(Fingerprint(leaf)), "
                + "and neither it nor one of its authorities is pinned"
        }
        let trusted = OPENSSL_sk_new_null()
        defer { OPENSSL_sk_free(trusted) }
        OPENSSL_sk_push(trusted, UnsafeRawPointer(pinned))
        X509_STORE_CTX_set0_trusted_stack(store, trusted)
        let parameters = X509_STORE_CTX_get0_param(store)
        X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        if Fingerprint(pinned) == Fingerprint(leaf) {
            // Exactly this certificate is meant, whatever its name.
            X509_VERIFY_PARAM_set1_host(parameters, nil, 0)
            X509_VERIFY_PARAM_set1_ip(parameters, nil, 0)
        }
        return X509_verify_cert(store) > 0 ? nil : reason(store, .client)
    }

    /// What the other side has sent, its own certificate first.
    private static func chain(_ store: OpaquePointer, _ leaf: OpaquePointer) -> [OpaquePointer] {
        let others = X509_STORE_CTX_get0_untrusted(store)
        let count = max(0, OPENSSL_sk_num(others))
        return [leaf] + (0..<count).compactMap { OPENSSL_sk_value(others, $0).map { OpaquePointer($0) } }
    }

    private static func reason(_ store: OpaquePointer, _ role: TLSContext.Role) -> String {
        let code = X509_STORE_CTX_get_error(store)
        let side = role == .client ? "server" : "client"
        var text = "the \(side)'s certificate is refused: \(String(cString: X509_verify_cert_error_string(Int(code))))"
        if let current = X509_STORE_CTX_get_current_cert(store) ?? X509_STORE_CTX_get0_cert(store) {
            let certificate = Certificate(sharing: current)
            text += " (\(certificate.subject)"
            if code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH {
                text += ", for \(certificate.names.map(\.description).joined(separator: ", "))"
            }
            text += ")"
        }
        return text
    }
}
