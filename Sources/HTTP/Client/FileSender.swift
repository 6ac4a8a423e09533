import Glibc

/// Sends a file into a `BodyWriter`: by the kernel where the writer knows how, and otherwise piece by piece.
struct FileSender: Sendable {
    private static let pieceSize = 256 * 1024

    let descriptor: Int32
    let count: Int

    /// Opens a regular file. The caller must call `close`.
    init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HTTPError.system("opening \(path)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            let error = HTTPError(.system, "\(path) is no regular file")
            _ = Glibc.close(descriptor)
            throw error
        }
        count = Int(status.st_size)
    }

    init(descriptor: Int32, count: Int) {
        self.descriptor = descriptor
        self.count = count
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    /// Writes the bytes of a range. Throws `HTTPError` with the code `bodyLengthMismatch` if the file has become shorter.
    func send(_ range: Range<Int>, to writer: any BodyWriter) async throws {
        if let writer = writer as? any FileBodyWriter, try await writer.write(file: descriptor, range) { return }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let piece = try read(at: offset, count: min(Self.pieceSize, range.upperBound - offset))
            offset += piece.count
            try await writer.write(piece)
        }
    }

    /// Reads at least one byte.
    func read(at offset: Int, count: Int) throws -> [UInt8] {
        var failure = false
        let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let result = pread(descriptor, buffer.baseAddress, count, off_t(offset))
            failure = result < 0
            filled = max(0, result)
        }
        guard !failure else { throw HTTPError.system("reading a file") }
        guard !piece.isEmpty else { throw Self.shorter }
        return piece
    }

    /// What it means to find the end of a file before the end of what was announced.
    static var shorter: HTTPError {
        HTTPError(.bodyLengthMismatch, "the file has become shorter while it was sent")
    }
}
