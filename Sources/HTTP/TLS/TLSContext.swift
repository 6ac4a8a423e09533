import COpenSSL
import Certificates

/// What the sessions of a server or client have in common: keys, trust and the protocols they offer.
final class TLSContext: @unchecked Sendable {
    // Sound: all that changes is behind the pointer, and OpenSSL allows sessions to be made of a finished SSL_CTX, and to
    // run, on several threads.
    enum Role {
        case server
        case client
    }

    let role: Role
    let pointer: OpaquePointer
    /// Instead of authorities, certificates that a client knows.
    let pins: Set<Fingerprint>
    /// The names as the extension carries them (RFC 7301 section 3.1), in the order of preference.
    private let protocols: [[UInt8]]

    /// With forward secrecy and authenticated encryption only; TLS 1.3 has no others.
    private static let ciphers = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")
    private static let groups = "X25519:P-256:P-384"

    private init(
        _ role: Role, _ minimumVersion: TLSVersion, _ protocols: [String], pins: Set<Fingerprint> = []
    ) throws {
        OpenSSLErrors.clear()
        guard let pointer = SSL_CTX_new(role == .server ? TLS_server_method() : TLS_client_method()) else {
            throw HTTPError.tls("TLS is not available")
        }
        self.role = role
        self.pointer = pointer
        self.pins = pins
        self.protocols = protocols.map { Array($0.utf8) }
        guard self.protocols.allSatisfy({ (1...255).contains($0.count) }) else {
            throw HTTPError(.tlsFailed, "an application protocol's name has between 1 and 255 bytes")
        }
        let version = minimumVersion == .v12 ? TLS1_2_VERSION : TLS1_3_VERSION
        guard openssl_set_minimum_version(pointer, version) == 1, SSL_CTX_set_cipher_list(pointer, Self.ciphers) == 1,
            openssl_set_groups(pointer, Self.groups) == 1
        else { throw HTTPError.tls("TLS is not available as it should be") }
        SSL_CTX_set_options(pointer, openssl_no_renegotiation)
        // An idle connection gives its buffers back.
        openssl_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS))
        // Servers remember clients by tickets alone, and clients remember nothing.
        openssl_set_session_cache(pointer, Int(SSL_SESS_CACHE_OFF))
        SSL_CTX_set_cert_verify_callback(pointer, TLSVerification.callback, nil)
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    // MARK: - Servers

    /// Throws `HTTPError` with the code `tlsFailed`.
    convenience init(_ configuration: TLSServerConfiguration) throws {
        try self.init(.server, configuration.minimumVersion, configuration.applicationProtocols)
        try use(configuration.identity)
        SSL_CTX_set_alpn_select_cb(pointer, Self.chooseProtocol, Unmanaged.passUnretained(self).toOpaque())
        switch configuration.clientCertificates {
        case .none:
            SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
        case .optional(let authorities):
            try trust(authorities)
            SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        case .required(let authorities):
            try trust(authorities)
            SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
        // Without this a client with a certificate could not resume a session. Tickets are of use in this context only.
        let name = Array("relocate".utf8)
        SSL_CTX_set_session_id_context(pointer, name, UInt32(name.count))
    }

    /// Picks the first of the server's protocols that the client offers. Sharing none is an error (RFC 7301 section 3.2).
    private static let chooseProtocol: SSL_CTX_alpn_select_cb_func = { _, chosen, chosenCount, names, count, argument in
        guard let chosen, let chosenCount, let names, let argument else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let context = Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue()
        let offer = UnsafeBufferPointer(start: names, count: Int(count))
        for wanted in context.protocols {
            var next = 0
            while next < offer.count {
                let name = offer.dropFirst(next + 1).prefix(Int(offer[next]))
                if name.elementsEqual(wanted) {
                    chosen.pointee = names + next + 1
                    chosenCount.pointee = UInt8(name.count)
                    return SSL_TLSEXT_ERR_OK
                }
                next += 1 + name.count
            }
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    // MARK: - Clients

    /// Throws `HTTPError` with the code `tlsFailed`.
    convenience init(_ configuration: TLSClientConfiguration, protocols: [String]) throws {
        var pins: Set<Fingerprint> = []
        if case .pinned(let fingerprints) = configuration.trust { pins = Set(fingerprints) }
        try self.init(.client, configuration.minimumVersion, protocols, pins: pins)
        switch configuration.trust {
        case .system:
            guard SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw HTTPError.tls("the authorities that this machine trusts cannot be read")
            }
        case .authorities(let source):
            try trust(source)
        case .pinned:
            guard !pins.isEmpty else {
                throw HTTPError(.tlsFailed, "no fingerprint is given, so no server could be trusted")
            }
        }
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        if let identity = configuration.identity { try use(identity) }
        let offer = self.protocols.flatMap { [UInt8($0.count)] + $0 }
        // This one returns 0 for success.
        guard SSL_CTX_set_alpn_protos(pointer, offer, UInt32(offer.count)) == 0 else {
            throw HTTPError.tls("the application protocols cannot be offered")
        }
    }

    /// Makes a client's session ask for this server, and take no other one's certificate.
    func expect(_ name: String, in session: OpaquePointer) {
        let parameters = SSL_get0_param(session)
        // Only what is no address is a host name, and only host names may be sent (RFC 6066 section 3).
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, name) != 1 {
            SSL_set1_host(session, name)
            _ = openssl_set_server_name(session, name)
        }
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        OpenSSLErrors.clear()
    }

    // MARK: - Both

    private func use(_ identity: TLSIdentity) throws {
        let (certificates, key) = try HTTPError.asTLS {
            (try Certificate.all(identity.certificates), try PrivateKey(identity.key))
        }
        guard certificates[0].belongs(to: key) else {
            throw HTTPError(
                .tlsFailed,
                "\(identity.key.name) is not the key of the first certificate in \(identity.certificates.name)")
        }
        OpenSSLErrors.clear()
        // An object may end after its last use, although its pointer is still in OpenSSL's hands.
        let isUsed = withExtendedLifetime((certificates, key)) {
            let chain = OPENSSL_sk_new_null()
            defer { OPENSSL_sk_free(chain) }
            for certificate in certificates.dropFirst() {
                OPENSSL_sk_push(chain, UnsafeRawPointer(certificate.pointer))
            }
            return SSL_CTX_use_cert_and_key(pointer, certificates[0].pointer, key.pointer, chain, 1) == 1
        }
        guard isUsed else { throw HTTPError.tls("\(identity.certificates.name) cannot be used") }
    }

    private func trust(_ source: PEMSource) throws {
        let authorities = try HTTPError.asTLS { try Certificate.all(source) }
        OpenSSLErrors.clear()
        for authority in authorities {
            let isTrusted = withExtendedLifetime(authority) {
                X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), authority.pointer) == 1
                    && (role == .client || SSL_CTX_add_client_CA(pointer, authority.pointer) == 1)
            }
            guard isTrusted else { throw HTTPError.tls("\(authority.subject) in \(source.name) cannot be trusted") }
        }
    }
}

extension HTTPError {
    /// What TLS could not do, and why.
    static func tls(_ message: String) -> HTTPError {
        HTTPError(.tlsFailed, "\(message): \(OpenSSLErrors.take())")
    }

    /// Reads certificates or keys. Throws `HTTPError` with the code `tlsFailed`.
    static func asTLS<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as CertificateError {
            throw HTTPError(.tlsFailed, error.message, cause: error)
        }
    }
}
