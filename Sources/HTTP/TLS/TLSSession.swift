import COpenSSL
import Certificates

/// One side of a TLS connection without its socket: ciphertext in, plaintext out, and the other way round.
///
/// The one who owns it, under the lock of a connection, feeds what the socket has received and sends what `seal` hands
/// out, also after reading: the handshake, key updates and alerts have something to say at any time. It never has more
/// than what was fed last and what is to be sealed next, so whoever stops to feed has stopped the other side.
///
/// Sound as `Sendable`: it belongs to one `StreamSocket`, which is kept behind a connection's lock and given on only as a
/// whole, when a connection changes its protocol.
final class TLSSession: @unchecked Sendable {
    /// What came of an attempt to read.
    enum Reading {
        case bytes(Int)
        /// More ciphertext must be fed first.
        case needsMore
        /// The other side has said that nothing will follow.
        case ended
        /// The first bytes were no TLS but, most likely, a plain request.
        case isPlain
        /// `failure` says why nothing can be read any more.
        case failed
    }

    let context: TLSContext
    let ssl: OpaquePointer
    private let transport = TLSTransport()
    /// What is to be sealed as soon as it can be sent.
    private var plaintext = OutboundBuffer()
    /// What TLS itself has had to say since the handshake.
    private var ownBytes = 0
    private var hasBegun = false
    private var isPlain = false
    private(set) var hasFinished = false
    /// What the handshake has settled; nil before its end.
    private(set) var security: ConnectionSecurity?
    /// Why the connection cannot go on.
    private(set) var failure: HTTPError?
    /// Whether reading may bring something without feeding first.
    private(set) var mayBeReadable = false
    /// Why the other side's certificate was refused.
    var rejection: String?

    /// An honest client that changes its keys after terabytes needs hundreds of bytes. One that asks for answers without
    /// reading them would have us keep them all.
    private static let ownLimit = 64 * 1024
    /// How much is sealed at a time.
    private static let sealedAtOnce = 64 * 1024

    /// - Parameter peerName: The host that a client wants to reach.
    init(_ context: TLSContext, peerName: String? = nil) {
        guard let ssl = SSL_new(context.pointer), let bio = transport.makeBIO() else {
            preconditionFailure("OpenSSL has no memory for a session")
        }
        self.context = context
        self.ssl = ssl
        // Both directions are one BIO, which the session now owns.
        SSL_set_bio(ssl, bio, bio)
        SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        switch context.role {
        case .server: SSL_set_accept_state(ssl)
        case .client: SSL_set_connect_state(ssl)
        }
        if let peerName { context.expect(peerName, in: ssl) }
    }

    deinit {
        SSL_free(ssl)
    }

    var isEstablished: Bool { security != nil }

    // MARK: - Receiving

    /// Takes ciphertext from the socket.
    func feed(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        if !hasBegun { begin(first) }
        transport.feed(bytes)
        mayBeReadable = true
    }

    /// The socket will bring nothing more. Without a word of farewell before, somebody may have cut the connection.
    func inputEnded() {
        guard failure == nil, SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN == 0 else { return }
        mayBeReadable = true
        failure =
            isEstablished
            ? HTTPError(.connectionClosed, "the connection ended without the end of TLS: something may be missing")
            : HTTPError(.tlsFailed, "the other side closed the connection during the TLS handshake")
    }

    /// Goes on with the handshake as far as it goes.
    func shakeHands() -> Reading {
        guard failure == nil else { return .failed }
        guard !isEstablished else { return .bytes(0) }
        OpenSSLErrors.clear()
        let result = SSL_do_handshake(ssl)
        guard result == 1 else { return explain(result) }
        security = ConnectionSecurity(ssl)
        return .bytes(0)
    }

    /// Reads plaintext, and sees to whatever else comes.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        read(buffer, SSL_read_ex)
    }

    /// Whether there is plaintext to read. What comes before it is seen to.
    func peek() -> Reading {
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { read($0, SSL_peek_ex) }
    }

    private func read(
        _ buffer: UnsafeMutableRawBufferPointer,
        _ receive: (OpaquePointer?, UnsafeMutableRawPointer?, Int, UnsafeMutablePointer<Int>?) -> Int32
    ) -> Reading {
        if isPlain { return .isPlain }
        guard case .bytes = shakeHands() else {
            mayBeReadable = failure != nil
            return failure == nil ? .needsMore : .failed
        }
        OpenSSLErrors.clear()
        var count = 0
        let result = receive(ssl, buffer.baseAddress, buffer.count, &count)
        guard result == 1 else {
            let reading = explain(result)
            mayBeReadable = failure != nil
            return reading
        }
        return .bytes(count)
    }

    /// Looks at the first byte: what is no TLS record gets a better explanation here than OpenSSL has.
    private func begin(_ first: UInt8) {
        hasBegun = true
        // The types of records (RFC 8446 section 5.1).
        guard !(20...23).contains(first) else { return }
        switch context.role {
        case .server:
            isPlain = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
            failure = HTTPError(.tlsFailed, "the client does not speak TLS")
        case .client:
            failure = HTTPError(.tlsFailed, "the server does not speak TLS on this port")
        }
    }

    private func explain(_ result: Int32) -> Reading {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ:
            return .needsMore
        case SSL_ERROR_ZERO_RETURN:
            return .ended
        default:
            let reasons = OpenSSLErrors.take()
            if let rejection {
                failure = HTTPError(.tlsFailed, rejection)
            } else if isEstablished {
                failure = HTTPError(.tlsFailed, "the TLS connection failed: \(reasons)")
            } else {
                failure = HTTPError(.tlsFailed, "the TLS handshake failed: \(reasons)")
            }
            return .failed
        }
    }

    // MARK: - Sending

    var hasUnsealed: Bool { !plaintext.isEmpty }

    /// Keeps plaintext until there is a place for its ciphertext.
    func write(_ bytes: [UInt8]) {
        plaintext.append(bytes)
    }

    /// Forgets what can no longer be sent.
    func discardUnsealed() {
        plaintext.removeAll()
    }

    /// Seals plaintext until more than `limit` bytes are in `outbound`, once the handshake is over, and adds what TLS itself
    /// has to say. With `isLast` a farewell follows the last of it.
    func seal(into outbound: inout OutboundBuffer, upTo limit: Int, isLast: Bool = false) {
        let own = transport.takeOutput()
        if isEstablished { ownBytes += own.count }
        if ownBytes > Self.ownLimit {
            failure = failure ?? HTTPError(.tlsFailed, "the other side asks for new keys or handshakes without end")
        }
        outbound.append(own)
        guard isEstablished, failure == nil else { return }
        while hasUnsealed, outbound.count <= limit {
            OpenSSLErrors.clear()
            let result = plaintext.take(upTo: Self.sealedAtOnce) { bytes in
                var count = 0
                return SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count)
            }
            outbound.append(transport.takeOutput())
            guard result == 1 else {
                _ = explain(result)
                failure = failure ?? HTTPError(.tlsFailed, "the TLS connection takes nothing more")
                return
            }
        }
        guard isLast, !hasUnsealed, !hasFinished else { return }
        hasFinished = true
        OpenSSLErrors.clear()
        SSL_shutdown(ssl)
        OpenSSLErrors.clear()
        outbound.append(transport.takeOutput())
    }
}
