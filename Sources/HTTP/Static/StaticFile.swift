import CLinux
import Glibc

/// An open file of a `StaticFiles` directory.
final class StaticFile: Sendable {
    /// The path below the directory.
    let path: String
    /// A strong entity tag: another file, another length or another time of change makes another tag.
    let entityTag: String
    /// Seconds since 1970.
    let modified: Int
    let sender: FileSender

    var count: Int { sender.count }

    /// Nil if there is no regular file of that name.
    init?(below directory: Int32, _ path: String) throws {
        let descriptor = linux_open_beneath(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR, ELOOP, EXDEV, EACCES, ENAMETOOLONG, EINVAL, ENXIO: return nil
            default: throw HTTPError.system("opening a file")
            }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.path = path
        let time = status.st_mtim
        let parts = [Int(time.tv_sec), Int(time.tv_nsec), Int(status.st_size), Int(status.st_ino)]
        entityTag = "\"" + parts.map { String($0, radix: 36) }.joined(separator: "-") + "\""
        modified = Int(time.tv_sec)
        sender = FileSender(descriptor: descriptor, count: Int(status.st_size))
    }

    deinit {
        sender.close()
    }

    /// All bytes of a range. Throws `HTTPError` with the code `bodyLengthMismatch` if the file has become shorter.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < range.count {
            bytes += try sender.read(at: range.lowerBound + bytes.count, count: range.count - bytes.count)
        }
        return bytes
    }
}
