import COpenSSL

/// What OpenSSL reads ciphertext from and writes it to, in the place of a socket: two blocks of memory.
///
/// OpenSSL's own memory BIOs would keep a buffer as large as the largest burst for as long as the connection lives; this
/// one owns nothing while nothing is under way.
final class TLSTransport {
    private var input: [UInt8] = []
    private var used = 0
    private var output: [UInt8] = []

    var hasInput: Bool { used < input.count }

    /// Adds ciphertext that has been received.
    func feed(_ bytes: [UInt8]) {
        if hasInput {
            input.removeFirst(used)
            input += bytes
        } else {
            input = bytes
        }
        used = 0
    }

    /// Hands over the ciphertext that is to be sent.
    func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// A BIO on this object, which must outlive it.
    func makeBIO() -> OpaquePointer? {
        guard let bio = BIO_new(Self.method.pointer) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    // MARK: - What OpenSSL calls

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, input.count - used)
        input.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[used..<(used + count)])) }
        used += count
        if !hasInput {
            input = []
            used = 0
        }
        return count
    }

    /// How OpenSSL calls a transport. Sound, because OpenSSL only reads from a method after it is made.
    private struct Method: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let method: Method = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "HTTP connection")
        BIO_meth_set_read(method) { bio, bytes, count in
            guard let bio, let bytes, count > 0, let transport = TLSTransport.of(bio) else { return -1 }
            openssl_clear_retry(bio)
            let result = transport.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)))
            guard result > 0 else {
                openssl_set_retry_read(bio)
                return -1
            }
            return Int32(result)
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let bytes, count >= 0, let transport = TLSTransport.of(bio) else { return -1 }
            openssl_clear_retry(bio)
            transport.output.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            return count
        }
        // There is nothing to flush, which is a success.
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return Method(pointer: method)
    }()

    private static func of(_ bio: OpaquePointer) -> TLSTransport? {
        BIO_get_data(bio).map { Unmanaged<TLSTransport>.fromOpaque($0).takeUnretainedValue() }
    }
}
