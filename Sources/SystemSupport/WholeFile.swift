import Glibc

/// Files that are there as a whole or not at all: whoever reads one finds the old content or the new.
///
/// The content goes into a draft, which is then given the file's name. There is one writer of a file at a time; what one that
/// was ended has left of its draft is replaced by the next.
public enum WholeFile {
    /// What a file that was written outlives.
    public enum Lifetime: Sendable, Hashable {
        /// The end of the process.
        case process
        /// The end of the machine too: content and name are on the disk when it is told that the file was written.
        case machine
    }

    /// Writes a file, or replaces the one that is there.
    /// - Parameters:
    ///   - mode: who may read it, as far as the process's own mask allows; whatever the mode of the one that is replaced.
    ///   - draft: where it is written first, in the same file system; beside the file if that is not said.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = 0o600, outliving lifetime: Lifetime = .process,
        draft: String? = nil
    ) throws(SystemCallError) {
        let draft = draft ?? path + ".new"
        do throws(SystemCallError) {
            try fill(draft, bytes, mode, lifetime)
            guard rename(draft, path) == 0 else { throw SystemCallError("replace \(path)") }
        } catch {
            unlink(draft)
            throw error
        }
        if lifetime == .machine { try syncFolder(of: path) }
    }

    private static func fill(
        _ draft: String, _ bytes: [UInt8], _ mode: mode_t, _ lifetime: Lifetime
    ) throws(SystemCallError) {
        let file = try create(draft, mode)
        do throws(SystemCallError) {
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
                }
                guard count > 0 || errno == EINTR else { throw SystemCallError("write \(draft)") }
                written += max(count, 0)
            }
            guard lifetime == .process || fsync(file) == 0 else { throw SystemCallError("write \(draft)") }
        } catch {
            close(file)
            throw error
        }
        // On a shared storage that is when it is told that there was no room.
        guard close(file) == 0 else { throw SystemCallError("write \(draft)") }
    }

    /// A new file: what was left there may have another mode.
    private static func create(_ draft: String, _ mode: mode_t) throws(SystemCallError) -> Int32 {
        for _ in 0..<2 {
            let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if file >= 0 { return file }
            guard errno == EEXIST, unlink(draft) == 0 else { break }
        }
        throw SystemCallError("open \(draft)")
    }

    /// The name of a file is on the disk no sooner than its folder is.
    private static func syncFolder(of path: String) throws(SystemCallError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallError("open \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemCallError("write \(folder)") }
    }
}
