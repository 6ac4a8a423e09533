import Glibc
import HTTP

extension DockerEngine {
    /// Writes an image to a new file, in the form of `docker save`.
    /// - Throws: `DockerError`; `invalidRequest` when the file cannot be written. What was written then stays.
    public func saveImage(
        _ reference: String, to path: String, timeout: Duration = .seconds(600)
    ) async throws(DockerError) {
        try await wire.exchange(.get, EnginePath("images", reference, "get"), within: timeout) { response in
            let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw Self.unwritable(path) }
            defer { Glibc.close(file) }
            for try await piece in response.body {
                var written = 0
                while written < piece.count {
                    let count = piece.withUnsafeBytes { bytes in
                        Glibc.write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                    }
                    guard count > 0 else { throw Self.unwritable(path) }
                    written += count
                }
            }
        }
    }

    private static func unwritable(_ path: String) -> DockerError {
        .invalidRequest("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
