import Glibc
import HTTP

/// A file that is sent piece by piece, with a report after each.
struct Upload: Sendable {
    private static let pieceSize = 256 << 10

    /// The file's size in bytes.
    let count: Int
    private let file: OpenFile
    private let progress: @Sendable (_ sent: Int) -> Void

    /// Opens a regular file.
    /// - Throws: `ClientError.badInput` when it is none or may not be read.
    init(path: String, progress: @escaping @Sendable (_ sent: Int) -> Void = { _ in }) throws {
        file = try OpenFile(path: path)
        count = file.count
        self.progress = progress
    }

    /// Sends the content.
    /// - Throws: what the writer throws, and `ClientError.failed` when the file shrinks or cannot be read any more.
    func send(to writer: any BodyWriter) async throws {
        var sent = 0
        while sent < count {
            let piece = try file.read(at: sent, atMost: min(Self.pieceSize, count - sent))
            try await writer.write(piece)
            sent += piece.count
            progress(sent)
        }
    }
}

/// A descriptor that is closed with its last reference.
private final class OpenFile: Sendable {
    let path: String
    let count: Int
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ClientError.badInput("cannot read '\(path)': \(Self.reason)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ClientError.badInput("'\(path)' is not a file")
        }
        count = Int(status.st_size)
    }

    deinit { close(descriptor) }

    func read(at offset: Int, atMost limit: Int) throws -> [UInt8] {
        var failed = false
        let piece = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            let result = pread(descriptor, buffer.baseAddress, limit, off_t(offset))
            failed = result < 0
            filled = max(result, 0)
        }
        guard !failed else { throw ClientError.failed("cannot read '\(path)': \(Self.reason)") }
        guard !piece.isEmpty else { throw ClientError.failed("'\(path)' became shorter while it was sent") }
        return piece
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
