import Glibc

/// Copies a file's content so that the copy has pages of its own in memory, and blocks of its own on the disk only where
/// the file system cannot share them.
enum FileCopy {
    /// FICLONE, `_IOW(0x94, 9, int)`: the file shares the other one's blocks until one of them is written.
    private static let clone: UInt = 0x4004_9409
    /// SEEK_DATA and SEEK_HOLE.
    private static let (data, hole): (Int32, Int32) = (3, 4)
    private static let pieceSize = 1 << 20

    /// Copies all of a file into an empty one.
    static func copy(_ source: Int32, to target: Int32) throws {
        if ioctl(target, clone, source) == 0 { return }
        let length = lseek(source, 0, SEEK_END)
        guard length >= 0, ftruncate(target, length) == 0 else { throw ImageError.system("copy a file") }
        var start = lseek(source, 0, data)
        // Where the file system does not tell holes all is data; ENXIO: there is none from here on.
        if start < 0, errno != ENXIO { start = 0 }
        while start >= 0, start < length {
            let told = lseek(source, start, hole)
            let end = told > start ? told : length
            try copy(source, to: target, start..<end)
            start = end < length ? lseek(source, end, data) : -1
        }
    }

    private static func copy(_ source: Int32, to target: Int32, _ range: Range<off_t>) throws {
        var buffer = [UInt8](repeating: 0, count: min(pieceSize, Int(range.upperBound - range.lowerBound)))
        var place = range.lowerBound
        while place < range.upperBound {
            let count = pread(source, &buffer, min(buffer.count, Int(range.upperBound - place)), place)
            guard count > 0 else { throw ImageError.system("read a file", number: count < 0 ? errno : EIO) }
            var written = 0
            while written < count {
                let more = buffer.withUnsafeBytes {
                    pwrite(target, $0.baseAddress?.advanced(by: written), count - written, place + off_t(written))
                }
                guard more > 0 || errno == EINTR else { throw ImageError.system("write a file") }
                written += max(more, 0)
            }
            place += off_t(count)
        }
    }
}
