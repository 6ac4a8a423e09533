import Glibc

extension ImageError {
    /// What a system call has just failed with.
    static func system(_ action: String, number: Int32 = errno) -> ImageError {
        let code: Code =
            switch number {
            case ENOSPC, EDQUOT: .noSpace
            case ENOENT: .notFound
            default: .failed
            }
        return ImageError(code, "cannot \(action): \(String(cString: strerror(number)))")
    }
}

/// An open file that is closed when nobody holds it any more. Its descriptor is given out only for the length of a
/// call, so that it cannot be closed while it is in use.
final class OpenFile {
    private let descriptor: Int32

    /// Takes over a descriptor; a negative one is the failure of the call that was to give it.
    init(_ descriptor: Int32, _ action: @autoclosure () -> String) throws {
        guard descriptor >= 0 else { throw ImageError.system(action()) }
        self.descriptor = descriptor
    }

    /// Opens a file for reading.
    convenience init(reading path: String) throws {
        try self.init(open(path, O_RDONLY | O_CLOEXEC), "open \(path)")
    }

    /// Creates a file for writing, or empties the one that is there.
    convenience init(writing path: String) throws {
        try self.init(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600), "create \(path)")
    }

    deinit { close(descriptor) }

    /// Writes bytes at the present position.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = use { write($0, piece.baseAddress, piece.count) }
            guard count > 0 || errno == EINTR else { throw ImageError.system("write a file") }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    /// Does something with the descriptor.
    func use<Value>(_ body: (Int32) throws -> Value) rethrows -> Value {
        try withExtendedLifetime(self) { try body(descriptor) }
    }
}
