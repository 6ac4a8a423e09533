import Glibc

/// A folder for certificates and keys that only its owner can enter.
///
/// A pair is there once its certificate is: the key is written first, and each file as a whole. So a crash leaves the old
/// pair, the new one, or a key without its certificate, which counts for nothing and is replaced.
struct CertificateFolder: Sendable {
    let path: String

    /// Makes the folder if it is missing. Throws `CertificateError` with the code `file`.
    init(_ path: String) throws(CertificateError) {
        self.path = path
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileAccess.failure("making", path) }
    }

    /// A certificate and its key, by the name they share.
    func pair(_ name: String) -> CertificateFiles {
        CertificateFiles(certificate: "\(path)/\(name).pem", key: "\(path)/\(name)-key.pem")
    }

    func contains(_ files: CertificateFiles) -> Bool {
        FileAccess.exists(files.certificate)
    }

    func write(certificates: String, key: String, to files: CertificateFiles) throws(CertificateError) {
        try FileAccess.write(key, to: files.key, mode: 0o600)
        try FileAccess.write(certificates, to: files.certificate, mode: 0o644)
    }

    /// Keeps other processes, and other threads of this one, out while `body` looks and writes.
    func whileLocked<Value>(_ body: () throws(CertificateError) -> Value) throws(CertificateError) -> Value {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileAccess.failure("opening", path) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileAccess.failure("locking", path) }
        }
        return try body()
    }
}

/// Where a certificate, with those that signed it, and its key are.
public struct CertificateFiles: Sendable, Hashable {
    /// The path of the certificates in PEM format, the own one first.
    public let certificate: String
    /// The path of the key.
    public let key: String
}
