import Crypto
import Glibc

/// Bytes that come piece by piece.
protocol ByteSource: AnyObject {
    /// The next piece, valid until the next call; empty at the end.
    func next() throws -> UnsafeRawBufferPointer
}

/// The bytes of a file.
final class FileBytes: ByteSource {
    private let file: OpenFile
    private let path: String
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)

    /// Opens a file.
    init(path: String) throws {
        self.path = path
        file = try OpenFile(reading: path)
    }

    deinit { buffer.deallocate() }

    func next() throws -> UnsafeRawBufferPointer {
        while true {
            let count = file.use { read($0, buffer.baseAddress, buffer.count) }
            if count >= 0 { return UnsafeRawBufferPointer(rebasing: buffer[..<count]) }
            guard errno == EINTR else { throw ImageError.system("read \(path)") }
        }
    }
}

/// The bytes of another source, digested and counted on their way.
final class DigestedBytes: ByteSource {
    /// How many bytes have come so far.
    private(set) var count = 0
    private let source: any ByteSource
    private let inspect: (Int) throws -> Void
    private var hash = SHA256()
    private var trailingZeros = 0

    /// Digests a source.
    /// - Parameter inspect: Called with the number of bytes so far; what it throws ends the reading.
    init(_ source: any ByteSource, inspect: @escaping (Int) throws -> Void = { _ in }) {
        self.source = source
        self.inspect = inspect
    }

    func next() throws -> UnsafeRawBufferPointer {
        let bytes = try source.next()
        count += bytes.count
        hash.update(bufferPointer: bytes)
        let zeros = bytes.reversed().prefix(512).prefix { $0 == 0 }.count
        trailingZeros = zeros == bytes.count ? trailingZeros + zeros : zeros
        try inspect(count)
        return bytes
    }

    /// Reads what is left and gives the digest of everything.
    func finish() throws -> [UInt8] {
        while try !next().isEmpty {}
        return Array(hash.finalize())
    }

    /// Whether the bytes so far end as every whole tar archive does, in a block of zeros.
    var endsInZeroBlock: Bool { trailingZeros >= 512 }
}
