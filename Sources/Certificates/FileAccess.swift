import Glibc
import SystemSupport

/// Small files, read and written as a whole.
enum FileAccess {
    private static let largest = 1 << 20

    /// The text of a file. Throws `CertificateError` with the code `file`.
    static func read(_ path: String) throws(CertificateError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("reading", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("reading", path) }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
            guard bytes.count <= largest else {
                throw CertificateError(.file, "\(path) is larger than a megabyte: it holds no certificate or key")
            }
        }
    }

    /// Writes a file that is there as a whole, on disk, or not at all. Throws `CertificateError` with the code `file`.
    static func write(_ text: String, to path: String, mode: mode_t) throws(CertificateError) {
        do {
            try WholeFile.write(Array(text.utf8), to: path, mode: mode, outliving: .machine)
        } catch {
            throw CertificateError(.file, "writing \(path): \(error.reason)")
        }
    }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    static func failure(_ action: String, _ path: String) -> CertificateError {
        CertificateError(.file, "\(action) \(path): \(String(cString: strerror(errno)))")
    }
}
