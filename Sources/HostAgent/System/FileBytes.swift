import FleetModel
import Glibc
import SystemSupport

/// Whole small files.
enum FileBytes {
    /// Reads a file.
    static func read(_ path: String) throws(StepFailure) -> [UInt8] {
        try read(try OwnedDescriptor.open(path, O_RDONLY), name: path)
    }

    /// Reads at most the first bytes of a file.
    static func begin(of file: OwnedDescriptor, atMost count: Int, name path: String) throws(StepFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = pread(file.number, &bytes, count, 0)
        guard read >= 0 else { throw StepFailure("read \(path)", errno: errno) }
        return Array(bytes.prefix(read))
    }

    /// Overwrites a part of a file in one call.
    static func overwrite(
        _ file: OwnedDescriptor, at offset: Int, with bytes: [UInt8], name path: String
    ) throws(StepFailure) {
        guard pwrite(file.number, bytes, bytes.count, off_t(offset)) == bytes.count else {
            throw StepFailure("write \(path)", errno: errno)
        }
    }

    /// Reads what is left of an open file.
    static func read(_ file: OwnedDescriptor, name path: String) throws(StepFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(file.number, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw StepFailure("read \(path)", errno: errno)
            }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    /// Replaces a file as a whole, readable by its owner only: whoever reads sees the old content or the new.
    static func replace(_ path: String, with bytes: [UInt8]) throws(StepFailure) {
        do { try WholeFile.write(bytes, to: path) } catch { throw StepFailure(error) }
    }

    /// Overwrites the beginning of a file in one call; what an earlier, longer content left behind it stays.
    ///
    /// Against the end of this process that is as safe as replacing the file, since a process is not ended within a
    /// call, and it costs a tenth: no directory changes. Against the end of the machine it is not.
    static func overwrite(_ path: String, with bytes: [UInt8]) throws(StepFailure) {
        try write(bytes, to: try OwnedDescriptor.open(path, O_WRONLY | O_CREAT), path: path)
    }

    /// Writes into a file that exists, such as those of control groups, in one call.
    static func write(_ text: String, to path: String) throws(StepFailure) {
        try write(Array(text.utf8), to: try OwnedDescriptor.open(path, O_WRONLY), path: path)
    }

    private static func write(_ bytes: [UInt8], to file: OwnedDescriptor, path: String) throws(StepFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw StepFailure("write \(path)", errno: errno)
            }
            rest = rest.dropFirst(count)
        }
    }
}
