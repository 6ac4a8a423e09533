import COpenSSL

/// Text in the form in which OpenSSL reads and writes it.
struct MemoryBIO: ~Copyable {
    let pointer: OpaquePointer

    /// A BIO that holds a text, or nothing yet. Nil if there is no memory for it.
    init?(_ text: String = "") {
        var text = text
        let bio = BIO_new(BIO_s_mem())
        let written = text.withUTF8 { BIO_write(bio, $0.baseAddress, Int32($0.count)) }
        guard let bio, Int(written) == text.utf8.count else {
            BIO_free(bio)
            return nil
        }
        pointer = bio
    }

    deinit {
        BIO_free(pointer)
    }

    /// What has been written.
    var text: String {
        var bytes: UnsafeMutablePointer<CChar>?
        let count = openssl_memory(pointer, &bytes)
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
